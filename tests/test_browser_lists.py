"""Lists in a real browser: found, narrowed, changed in place, many at once, by keyboard, on a telephone, dark."""

from __future__ import annotations

import re

import pytest
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sampling import in_looks
from sqlalchemy import Engine, text

VISITS = "/admin/visit_services/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def visits(page: Page) -> Page:
    """The list of visits, as an Admin sees it on a common laptop."""
    page.set_viewport_size({"width": 1366, "height": 768})
    let_in(page, "admin", DEMO_PASSWORD).goto(VISITS)
    return page


def test_a_laptop_shows_thirteen_rows_without_sideways_scroll_and_one_filled_button(visits: Page) -> None:
    shown = visits.evaluate("""() => {
        const box = document.querySelector('.table-wrap').getBoundingClientRect();
        const rows = [...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect());
        return {rows: rows.filter(row => row.bottom <= box.bottom).length, heights: new Set(rows.map(row => row.height)).size,
                over: document.querySelector('.table-wrap').scrollWidth - document.querySelector('.table-wrap').clientWidth};
    }""")  # noqa: E501
    assert shown["rows"] >= 13
    assert shown["heights"] == 1
    assert shown["over"] == 0
    assert visits.locator(".btn-primary:visible").count() == 1


def test_a_condition_is_built_shown_as_a_chip_and_removed(visits: Page) -> None:
    visits.get_by_role("button", name="Filter", exact=True).click()
    visits.get_by_label("Missed", exact=True).check()
    visits.get_by_role("button", name="Apply").click()
    chip = visits.get_by_role("link", name="Status is Missed")
    expect(chip).to_be_visible()
    assert set(visits.locator("tbody .badge").all_inner_texts()) == {"Missed"}
    chip.click()
    expect(visits).not_to_have_url(re.compile("status"))


def test_a_condition_on_a_relation_is_picked_and_told_by_name(visits: Page) -> None:
    name = visits.locator(".row-name").first.inner_text()
    visits.keyboard.press("f")
    visits.get_by_label("Column", exact=True).select_option(label="Patient")
    visits.get_by_role("combobox", name="Value").fill(name)
    visits.get_by_role("option", name=re.compile(f"^{name}")).first.click()
    visits.get_by_role("button", name="Apply").click()
    expect(visits.get_by_role("link", name=f"Patient is {name}")).to_be_visible()


def test_quick_words_stand_for_days(visits: Page) -> None:
    visits.keyboard.press("f")
    visits.get_by_label("Column", exact=True).select_option(label="Scheduled for")
    visits.get_by_label("How", exact=True).select_option("last7")
    visits.get_by_role("button", name="Apply").click()
    expect(visits).to_have_url(re.compile("scheduled_at__gte=-7d&scheduled_at__lte=today"))
    expect(visits.get_by_role("link", name="Scheduled for in the last 7 days")).to_be_visible()
    visits.keyboard.press("f")
    expect(visits.get_by_label("How", exact=True)).to_have_value("last7")


def test_a_status_is_changed_in_place_and_undone(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Pending&sort=id")
    status = visits.locator(".in-place").first
    status.click()
    visits.get_by_role("menuitemradio", name="Cancelled").click()
    expect(visits.get_by_role("menu")).to_contain_text("Why is the visit Cancelled?")
    expect(status).to_have_text("Pending")
    visits.get_by_role("menuitem", name="Other").click()
    expect(status).to_have_text("Cancelled")
    expect(visits.get_by_role("button", name="Undo")).to_be_visible()
    visits.keyboard.press("Control+z")
    expect(status).to_have_text("Pending")
    expect(status).to_be_focused()
    visits.reload()
    expect(visits.locator(".in-place").first).to_have_text("Pending")


def test_a_status_somebody_else_changed_meanwhile_is_put_back_and_told(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Pending&sort=id")
    visits.evaluate("document.querySelector('tbody tr').dataset.version = '1'")
    visits.locator(".in-place").first.click()
    visits.get_by_role("menuitemradio", name="Cancelled").click()
    expect(visits.get_by_role("alert")).to_contain_text("Somebody changed this row meanwhile")
    expect(visits.locator(".in-place").first).to_have_text("Pending")


def test_a_field_of_the_chosen_rows_is_set_at_once(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Scheduled&sort=id")
    boxes = visits.get_by_role("checkbox", name=re.compile("^Select (?!every)"))
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(visits.locator("#chosen-count")).to_have_text("3 visits selected")
    visits.get_by_role("button", name="Set a field").click()
    visits.get_by_role("dialog").locator("[name=field]").select_option("status")
    visits.locator("#bulk-value select").select_option("Cancelled")
    visits.get_by_role("button", name="Change 3 visits").click()
    visits.get_by_label("Reason").select_option("Other")
    visits.get_by_role("button", name="Change 3 visits").click()
    expect(visits.get_by_text("3 visits changed: status is Cancelled.")).to_be_visible()
    visits.get_by_role("button", name="Undo").click()
    expect(visits.get_by_text("Undone: 3 visits as before.")).to_be_visible()


def test_a_field_is_emptied_only_when_that_was_said(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Pending&staff_id__isnull=0")
    visits.get_by_role("checkbox", name=re.compile("^Select (?!every)")).first.check()
    visits.get_by_role("button", name="Set a field").click()
    dialog = visits.get_by_role("dialog")
    dialog.locator("[name=field]").select_option("staff_id")
    dialog.get_by_role("button", name="Change 1 visit").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give a value")
    dialog.get_by_label("Empty the field instead").check()
    dialog.get_by_role("button", name="Empty 1 visit").click()
    expect(visits.get_by_text("1 visit changed: staff is empty.")).to_be_visible()


def test_chosen_rows_are_exported_with_columns_and_kind_of_file(visits: Page) -> None:
    visits.get_by_role("checkbox", name=re.compile("^Select (?!every)")).first.check()
    visits.get_by_role("button", name="Export…").click()
    dialog = visits.get_by_role("dialog", name="Export 1 visit")
    dialog.get_by_label("File").select_option("xlsx")
    with visits.expect_download() as download:
        dialog.get_by_role("button", name="Export", exact=True).click()
    assert download.value.suggested_filename == "visit_services.xlsx"
    assert re.search(r"\?id__in=\d+&sort=-scheduled_at&columns=patient_id%2C", download.value.url)


def test_conditions_that_do_not_fit_are_behind_a_button(visits: Page) -> None:
    visits.goto(
        f"{VISITS}?status__in=Pending,Scheduled&is=unassigned&scheduled_at__gte=-7d&staff_id__isnull=1&is=today"
    )
    more = visits.get_by_role("button", name=re.compile(r"^\d+ more$"))
    hidden = visits.locator("#chips li[inert]")
    assert hidden.count() == int(more.inner_text().split()[0]) > 0
    more.press("Enter")
    expect(hidden).to_have_count(0)
    expect(visits.get_by_role("link", name="To invoice")).to_be_in_viewport()


def test_the_list_stands_where_it_was_left(visits: Page) -> None:
    row = visits.locator("tbody tr").nth(37)
    row.locator(".row-name").click()
    visits.get_by_role("heading", level=1).wait_for()
    visits.wait_for_url("**/details/**")
    visits.go_back()
    expect(row).to_be_in_viewport()
    expect(row).to_have_class("current")


def test_the_views_close_by_esc_and_give_the_focus_back(visits: Page) -> None:
    summary = visits.locator(".views > summary")
    summary.click()
    visits.get_by_label("Save this page as a view").press("Escape")
    expect(visits.locator(".views-panel")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_status_is_set_by_keys_alone(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Pending&sort=id")
    for key in ("j", "s", "m"):
        visits.keyboard.press(key)
    expect(visits.get_by_role("menuitemradio", name="Missed")).to_be_focused()
    visits.keyboard.press("Enter")
    expect(visits.get_by_role("menuitem").first).to_be_focused()
    visits.keyboard.press("Enter")
    expect(visits.locator(".in-place").first).to_have_text("Missed")
    expect(visits.locator(".row-name").first).to_be_focused()
    visits.locator(".toasts p").first.evaluate("told => { told.textContent = 'ኃይለ'.repeat(60); }")
    expect(visits.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    visits.keyboard.press("x")
    visits.keyboard.press("s")
    expect(visits.get_by_role("dialog", name="Change 1 visit")).to_be_visible()


def test_everything_that_matches_is_chosen_and_confirmed_with_its_number(visits: Page) -> None:
    visits.goto(f"{VISITS}?status__eq=Missed")
    count = visits.locator(".count").first.inner_text()
    visits.locator("#pick-all").check()
    visits.get_by_role("button", name=f"Select all {count} matching").click()
    visits.get_by_role("button", name=f"Delete {count}").click()
    expect(visits.get_by_role("heading", level=1)).to_have_text(f"Delete {count} visits?")


def test_columns_are_chosen_moved_by_keyboard_and_remembered(visits: Page) -> None:
    visits.get_by_role("button", name="Columns").click()
    dialog = visits.get_by_role("dialog")
    dialog.get_by_label("Check-out", exact=True).uncheck()
    dialog.get_by_role("button", name="Move Status up").press("Enter")
    dialog.get_by_role("button", name="Apply").click()
    expect(visits.locator("thead th[data-name]")).to_have_count(5)
    visits.wait_for_load_state("networkidle")
    visits.goto(VISITS)
    heads = visits.locator("thead th[data-name]").all_inner_texts()
    assert [head.split("\n")[0] for head in heads] == ["Patient", "Scheduled for", "Status", "Staff", "Check-in"]


def test_the_keyboard_walks_chooses_and_opens(visits: Page) -> None:
    second = visits.locator(".row-name").nth(1).inner_text()
    for key in ("j", "j", "k", "j", "x"):
        visits.keyboard.press(key)
    expect(visits.locator("#chosen-count")).to_have_text("1 visit selected")
    visits.keyboard.press("Escape")
    expect(visits.locator(".bulk-bar")).to_be_hidden()
    visits.keyboard.press("Enter")
    expect(visits.get_by_role("heading", level=1)).to_contain_text(second)


def test_shortcuts_are_silent_while_typing(visits: Page) -> None:
    visits.get_by_role("searchbox", name="Search visits").press_sequentially("cje?/")
    expect(visits.get_by_role("searchbox", name="Search visits")).to_have_value("cje?/")
    expect(visits).to_have_url(re.compile(f"{VISITS}$"))


def test_the_question_mark_lists_the_shortcuts(visits: Page) -> None:
    visits.keyboard.press("?")
    expect(visits.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_a_patient_is_found_by_phone_with_one_shortcut(visits: Page) -> None:
    visits.goto("/admin/patients/")
    row = visits.locator("tbody tr").nth(7)
    name, phone = row.locator(".row-name").inner_text(), row.locator("a[href^='tel:']").inner_text()
    visits.goto("/admin/")
    visits.keyboard.press("Control+k")
    visits.keyboard.type(phone)
    expect(visits.get_by_role("option", name=re.compile(name)).first).to_be_visible()
    visits.keyboard.press("Enter")
    expect(visits.get_by_role("heading", level=1)).to_have_text(name)


def test_one_esc_closes_the_search_with_words_in_it(visits: Page) -> None:
    visits.keyboard.press("Control+k")
    visits.keyboard.type("0911")
    visits.keyboard.press("Escape")
    expect(visits.get_by_role("dialog", name="Search everything")).to_be_hidden()


def test_too_many_rows_at_once_are_refused_with_a_way_back(visits: Page) -> None:
    visits.goto(f"{VISITS}?sort=id")
    visits.locator("#pick-all").check()
    visits.get_by_role("button", name=re.compile("^Select all")).click()
    visits.get_by_role("button", name=re.compile("^Delete")).click()
    visits.get_by_role("link", name="Back to the visits").click()
    expect(visits).to_have_url(re.compile("sort=id"))


def test_a_search_without_a_match_says_what_to_do(visits: Page) -> None:
    visits.goto(f"{VISITS}?search=nobodyiscalledthis")
    expect(visits.get_by_text("No visit matches “nobodyiscalledthis”.")).to_be_visible()
    visits.get_by_role("link", name="Show all visits").click()
    expect(visits.locator("tbody tr")).to_have_count(50)


def test_the_menu_of_a_row_begins_what_belongs_to_it(visits: Page) -> None:
    visits.goto(f"{VISITS}?is=to_invoice")
    patient = visits.locator("tbody .row-name").first.inner_text()
    visits.get_by_role("button", name=re.compile("More for")).first.click()
    visits.get_by_role("menuitem", name="New invoice").click()
    expect(visits.get_by_role("combobox", name="Visit")).to_have_value(re.compile(patient))
    expect(visits.get_by_role("combobox", name="Patient")).to_have_value(re.compile(patient))
    visits.get_by_label("Amount").fill("950")
    visits.get_by_role("button", name="Save", exact=True).click()
    expect(visits).to_have_url(re.compile(r"is=to_invoice$"))


def test_the_theme_and_the_folded_menu_are_remembered(visits: Page) -> None:
    visits.get_by_role("button", name="My menu").click()
    visits.get_by_role("button", name="Dark").click()
    visits.keyboard.press("Escape")
    visits.get_by_role("button", name="Wide menu").click()
    visits.reload()
    expect(visits.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(visits.locator("body")).to_have_css("background-color", "rgb(18, 23, 22)")
    assert visits.locator(".side-menu").bounding_box()["width"] == 56  # type: ignore[index]


def test_a_list_prints_whole_and_black_on_white_in_the_dark_too(visits: Page) -> None:
    visits.emulate_media(media="print", color_scheme="dark")
    for part in (".side-menu", ".top-bar", ".list-foot", "#filter-button", "tbody .pick"):
        expect(visits.locator(part).first).to_be_hidden()
    expect(visits.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert visits.evaluate("document.documentElement.scrollHeight") > 1000


def test_a_telephone_shows_cards_and_filters_in_a_sheet(visits: Page) -> None:
    visits.set_viewport_size({"width": 375, "height": 812})
    assert visits.evaluate("document.documentElement.scrollWidth") == 375
    assert visits.locator("tbody tr").first.bounding_box()["height"] >= 56  # type: ignore[index]
    visits.get_by_role("button", name="Filter", exact=True).click()
    assert visits.get_by_role("dialog").bounding_box()["width"] == 375  # type: ignore[index]


def test_the_menu_of_a_telephone_opens_over_the_page(visits: Page) -> None:
    visits.set_viewport_size({"width": 375, "height": 812})
    expect(visits.get_by_role("link", name="Invoices")).to_be_hidden()
    visits.get_by_role("button", name="Menu", exact=True).click()
    visits.get_by_role("link", name="Invoices").click()
    expect(visits.get_by_role("heading", level=1)).to_have_text("Invoices")


@in_looks()
def test_a_list_its_dialogs_and_its_bulk_bar_are_accessible(visits: Page, width: int, look: str) -> None:
    visits.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    visits.set_viewport_size({"width": width, "height": 812})
    assert violations(visits) == []
    visits.get_by_role("button", name="Filter", exact=True).click()
    assert violations(visits) == []
    visits.keyboard.press("Escape")
    visits.locator("[name=rowid]").first.check()
    assert violations(visits) == []
    visits.goto(f"{VISITS}?search=nobodyiscalledthis")
    assert violations(visits) == []


def test_the_first_load_of_a_list_is_light(visits: Page) -> None:
    sizes: dict[str, int] = {}
    visits.on("response", lambda answer: sizes.update({answer.url: int(answer.headers.get("content-length", 0))}))
    page = visits.goto(VISITS)
    visits.wait_for_load_state("networkidle")
    assert sum(size for url, size in sizes.items() if url.endswith((".css", ".js"))) < 250 * 1024
    assert page is not None
    assert len(page.body()) < 60 * 1024


def test_an_invoice_is_marked_paid_with_three_clicks_from_home(visits: Page) -> None:
    visits.goto("/admin/")
    visits.get_by_role("link", name="Overdue invoices").first.click()
    status = visits.locator(".in-place").first
    name = visits.locator(".row-name").first.inner_text()
    status.click()
    visits.get_by_role("menuitemradio", name="Paid", exact=True).click()
    expect(visits.get_by_text(f"{name}: Paid.")).to_be_visible()
    expect(visits.locator("tbody tr").first.locator("time")).to_have_count(2)


def test_amharic_is_drawn_by_a_font_of_our_own(visits: Page, owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        found = connection.scalar(text("SELECT max(id) FROM patients WHERE full_name ~ '[\u1200-\u137f]'"))
    visits.goto(f"/admin/patients/details/?id={found}")
    visits.wait_for_load_state("networkidle")
    assert visits.evaluate("document.fonts.check('600 24px \"Noto Sans Ethiopic\"', 'ጫልቱ')")
