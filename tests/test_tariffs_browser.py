"""The amount of a new invoice follows its visit until somebody types another; tariffs are set on a phone too."""

from __future__ import annotations

import pytest
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company
from playwright.sync_api import Page, expect
from test_tariffs import a_visit, amounts, stored


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _none_set(company: Company) -> None:
    company.run("DELETE FROM dashboard.tariffs")


def choose(page: Page, visit: int) -> None:
    picker = page.get_by_role("combobox", name="Visit")
    picker.fill(f"#{visit}")
    page.locator(f'[role=option][data-id="{visit}"]').click()


def test_the_amount_follows_the_visit_until_another_is_typed(page: Page, company: Company) -> None:
    stored(company, amount=1000)
    stored(company, amount=3000, role="Doctor")
    nurses, doctors, nobodys = a_visit(company), a_visit(company, role="Doctor"), a_visit(company, role="Caregiver")
    let_in(page, "finance", DEMO_PASSWORD)
    page.goto("/admin/invoices/new/")
    amount = page.get_by_label("Amount")

    for visit, filled in ((nurses, "1000.00"), (doctors, "3000.00"), (nobodys, ""), (nurses, "1000.00")):
        choose(page, visit)
        expect(amount).to_have_value(filled)
    amount.fill("850")
    choose(page, doctors)
    expect(amount).to_have_value("850")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Invoice saved.")).to_be_visible()
    assert company.scalar("SELECT amount FROM invoices WHERE service_id = :id", id=doctors) == 850


@pytest.mark.parametrize("width", [375, 1366])
def test_a_tariff_is_added_and_taken_back(page: Page, company: Company, width: int) -> None:
    stored(company, role="Doctor", amount=3000)
    page.set_viewport_size({"width": width, "height": 800})
    let_in(page, "admin", DEMO_PASSWORD)
    page.goto("/admin/tariffs/")
    page.get_by_label("Role of the carer").select_option("Nurse")
    page.get_by_label("Purpose").select_option("Wound care")
    page.get_by_label("Amount").fill("1,250")
    page.get_by_role("button", name="Add", exact=True).press("Enter")

    expect(page.get_by_text("The tariff of Nurse, Wound care is saved.")).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert len(amounts(company)) == 2
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: the tariffs are as before.")).to_be_visible()
    assert len(amounts(company)) == 1
