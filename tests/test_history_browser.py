"""A Coordinator finds out who moved a visit and puts it back, in four clicks, on a telephone too."""

from __future__ import annotations

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_who_moved_a_visit_is_found_and_it_is_put_back(page: Page, company: Company) -> None:
    visit = company.rows("SELECT id, scheduled_at FROM visit_services ORDER BY scheduled_at DESC NULLS LAST LIMIT 1")[0]
    company.run(
        "UPDATE visit_services SET staff_id = NULL, scheduled_at = scheduled_at + interval '3 hours' WHERE id = :id",
        id=visit.id,
    )
    sign_in(page, "coordinator", DEMO_PASSWORD)

    page.get_by_role("link", name="Visits", exact=True).click()
    page.locator(f'tr[data-id="{visit.id}"] .row-name').click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Another application")).to_be_visible()
    page.get_by_role("button", name="Put it back").first.click()

    expect(page.get_by_text("put back as it was")).to_be_visible()
    now = company.scalar("SELECT scheduled_at FROM visit_services WHERE id = :id", id=visit.id)
    assert now == visit.scheduled_at


def test_a_telephone_shows_it_without_sideways_scroll(page: Page, company: Company) -> None:
    page.set_viewport_size({"width": 375, "height": 720})
    sign_in(page, "coordinator", DEMO_PASSWORD)
    visit = company.scalar("SELECT min(id) FROM visit_services")
    page.goto(f"/admin/visit_services/history/?id={visit}")

    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) == 0
    assert violations(page) == []
