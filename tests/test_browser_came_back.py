"""test_came_back in Chromium: what its inputs do to a value on the way does not count as a change."""

from __future__ import annotations

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from doors import Company
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HELD = {
    "visit_services": {"status": "Scheduled ", "check_in_time": "2026-03-09 06:00:01.5", "visit_notes": "a\rb\r\nc\n"},
    "invoices": {"status": " Overdue", "paid_at": "2026-03-09 06:00:59", "amount": "10.123456789"},
    "patients": {"full_name": "Two\nLines ", "email": " Hana@EXAMPLE.com", "phone_number": "0911234567 ext 5",
                 "address": "Zu\u0308rich\u200b", "gender": "female "},
    "staff": {"role": "admin ", "position": "\tNurse"},
    "international_referrals": {"revenue_share_ratio": "0.123456789"},
    "marketing_budgets": {"start_date": "0900-01-01", "end_date": "infinity"},
}  # fmt: skip


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.mark.parametrize("table", HELD)
def test_a_form_saved_as_it_was_opened_changes_nothing(page: Page, company: Company, table: str) -> None:
    row_id = company.scalar(f"SELECT max(id) - 4 FROM {table}")
    setting = ", ".join(f"{column} = :{column}" for column in HELD[table])
    company.run(f"UPDATE {table} SET {setting} WHERE id = :id", id=row_id, **HELD[table])
    before = company.whole(table, row_id)
    office = let_in(page, "admin", DEMO_PASSWORD)

    office.goto(f"/admin/{table}/edit/?id={row_id}")
    office.get_by_role("button", name="Save", exact=True).click()

    expect(office.get_by_text("saved.")).to_be_visible()
    assert company.whole(table, row_id) == before
