"""Confirming unlikely values as a person does it: by keyboard, on a phone, without scripts."""

from __future__ import annotations

import browsing
import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from doors import Company
from playwright.sync_api import Browser, Page, expect

BOX = "Save it anyway"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def invoice_url(company: Company) -> str:
    row_id = company.scalar("SELECT max(id) FROM invoices")
    company.run("UPDATE invoices SET amount = 900 WHERE id = :id", id=row_id)
    return f"/admin/invoices/edit/?id={row_id}"


def amount(company: Company) -> int:
    return int(company.scalar("SELECT amount FROM invoices ORDER BY id DESC LIMIT 1"))


def test_a_question_is_answered_with_the_keyboard(page: Page, company: Company, invoice_url: str) -> None:
    let_in(page, "admin", DEMO_PASSWORD)
    page.goto(invoice_url)
    page.get_by_label("Amount").fill("55000")
    page.keyboard.press("Control+s")
    expect(page.locator("#summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label(BOX)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Invoice saved.")).to_be_visible()
    assert amount(company) == 55000


@pytest.mark.parametrize("width", [375, 1366])
def test_the_page_that_asks_is_accessible_and_fits(page: Page, invoice_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    let_in(page, "admin", DEMO_PASSWORD)
    page.goto(invoice_url)
    page.get_by_label("Amount").fill("55000")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label(BOX)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert browsing.violations(page) == []


def test_a_question_is_answered_without_a_script(
    browser: Browser, live_server: str, company: Company, invoice_url: str
) -> None:
    with browser.new_context(base_url=live_server, java_script_enabled=False) as context:
        page = let_in(context.new_page(), "admin", DEMO_PASSWORD)
        page.goto(invoice_url)
        page.get_by_label("Amount").fill("66000")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_label(BOX).check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Invoice saved.")).to_be_visible()
    assert amount(company) == 66000


def test_a_status_in_a_list_is_asked_about_where_it_was_changed(page: Page, company: Company) -> None:
    company.run("UPDATE invoices SET status = 'Cancelled', service_id = (SELECT min(service_id) FROM invoices)")
    row_id = company.scalar("SELECT max(id) FROM invoices")
    company.run("UPDATE invoices SET status = 'Paid' WHERE id = (SELECT min(id) FROM invoices)")
    let_in(page, "admin", DEMO_PASSWORD)
    page.goto(f"/admin/invoices/?id__in={row_id}")
    page.locator(".in-place").first.click()
    page.get_by_role("menuitemradio", name="Pending").click()
    expect(page.get_by_role("alert")).to_contain_text("This visit already has an invoice")
    expect(page.locator(".in-place").first).to_have_text("Cancelled")
    expect(page.get_by_role("button", name=BOX)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".in-place").first).to_have_text("Pending")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
