"""The matrix in a real browser: what changed is marked, groups and filters work, and all of it by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PASSWORD
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def matrix(page: Page, new_person: Callable[..., tuple[int, str]]) -> Page:
    """IT at the matrix of Finance."""
    _, email = new_person("Admin")
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/admin/roles/edit?role=Finance")
    return page


def changes(page: Page) -> str:
    return page.locator("output[data-count]").inner_text()


def test_a_changed_cell_is_marked_until_it_is_as_before(matrix: Page) -> None:
    cell = matrix.locator("#cell-invoices-delete")
    cell.check()
    expect(matrix.locator(".cell.changed")).to_have_count(1)
    assert changes(matrix) == "1 change"

    cell.uncheck()

    expect(matrix.locator(".cell.changed")).to_have_count(0)
    assert changes(matrix) == "No changes"


def test_a_group_is_set_at_once(matrix: Page) -> None:
    matrix.get_by_label("delete all of Billing and stock").select_option("all")

    for table in ("invoices", "insurance_claims", "inventory_items"):
        expect(matrix.locator(f"#cell-{table}-delete")).to_be_checked()
    assert changes(matrix) == "3 changes"
    matrix.get_by_text("Undo all").click(no_wait_after=True)


def test_the_filter_finds_columns_and_the_keyboard_walks_the_cells(matrix: Page) -> None:
    matrix.keyboard.press("/")
    matrix.keyboard.type("phone")
    expect(matrix.locator("#field-patients-phone_number")).to_be_visible()
    expect(matrix.locator("#cell-invoices-view")).to_be_hidden()

    matrix.locator("[data-filter]").fill("invoices")
    matrix.locator("#cell-invoices-view").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Space"):
        matrix.keyboard.press(key)

    expect(matrix.locator("#cell-invoices-delete")).to_be_checked()
    assert changes(matrix) == "1 change"
    matrix.locator("#cell-invoices-delete").uncheck()


def test_a_link_to_a_column_opens_its_table(matrix: Page) -> None:
    matrix.goto("/admin/roles/edit?role=Nurse#field-patients-phone_number")

    expect(matrix.locator("#field-patients-phone_number")).to_be_visible()


def test_preview_back_and_save(matrix: Page) -> None:
    matrix.locator("#cell-events-view").check()
    matrix.get_by_role("button", name="Preview").click()
    expect(matrix.get_by_text("view Events: no → all")).to_be_visible()
    matrix.get_by_role("button", name="Back to the matrix").click()
    assert changes(matrix) == "1 change"
    matrix.get_by_role("button", name="Preview").click()

    matrix.get_by_role("button", name="Save").click()

    expect(matrix.locator("#cell-events-view")).to_be_checked()
    assert changes(matrix) == "No changes"
