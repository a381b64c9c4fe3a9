"""The audit in a real browser: an Auditor finds who saw a patient in at most five clicks, on a telephone too."""

from __future__ import annotations

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sampling import in_looks
from sqlalchemy import Engine, text

pytestmark = pytest.mark.browser
MOST_CLICKS = 5
COUNT_CLICKS = "addEventListener('click', event => event.isTrusted && (window.name = Number(window.name) + 1), true)"
PAGES = ("", "reads/", "who/", "who/?patient_id__eq=1", "refusals/", "sign-ins/", "?kind__eq=removed&staff_id__eq=9")


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def name_of(owner_engine: Engine, patient: int) -> str:
    with owner_engine.connect() as connection:
        return str(connection.scalar(text("SELECT full_name FROM patients WHERE id = :id"), {"id": patient}))


def test_an_auditor_finds_who_saw_a_patient_in_five_clicks(page: Page, owner_engine: Engine) -> None:
    sign_in(page, "coordinator", DEMO_PASSWORD)
    page.goto("/admin/patients/details/?id=1")
    page.context.clear_cookies()
    page.context.add_init_script(COUNT_CLICKS)
    sign_in(page, "auditor", DEMO_PASSWORD)
    page.evaluate("window.name = '0'")
    page.get_by_role("link", name="Changes and reads").click()
    page.get_by_role("link", name="Who saw a patient").click()
    patient = page.get_by_role("combobox", name="Patient")
    patient.click()
    name = name_of(owner_engine, 1)
    patient.fill(name)
    page.get_by_role("option", name=name).click()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**patient_id__eq=1&**")

    expect(page.locator("tbody a").first).to_be_visible()
    expect(page.locator(".entries")).to_contain_text("opened")
    assert int(page.evaluate("window.name")) <= MOST_CLICKS


@in_looks()
def test_every_tab_is_clean_and_fits(page: Page, width: int, look: str) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "auditor", DEMO_PASSWORD)
    page.goto("/admin/patients/details/?id=1")
    for path in PAGES:
        page.goto(f"/admin/audit/{path}")
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_a_person_is_chosen_and_paged_by_keyboard(page: Page) -> None:
    sign_in(page, "auditor", DEMO_PASSWORD)
    page.goto("/admin/audit/reads/")
    page.get_by_role("combobox", name="Who").focus()
    page.keyboard.type("Auditor")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Today").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**at__gte=today&at__lte=today")
    expect(page.locator("[aria-current=true]", has_text="Today")).to_be_visible()
