"""The inputs of a form in a real browser: pickers, days in both calendars, places, and where the focus goes."""

from __future__ import annotations

import re

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect

ABOVE_THE_FOOT = """() => {
    const foot = document.querySelector(".form-foot"), focused = document.activeElement;
    return foot.contains(focused) || focused.getBoundingClientRect().bottom <= foot.getBoundingClientRect().top;
}"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def office(page: Page) -> Page:
    """An Admin at a common laptop."""
    page.set_viewport_size({"width": 1366, "height": 768})
    return let_in(page, "admin", DEMO_PASSWORD)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_choosing_a_visit_fills_its_patient(office: Page) -> None:
    office.goto("/admin/invoices/new/")
    visit = office.get_by_role("combobox", name="Visit")
    visit.click()
    expect(office.get_by_role("option").first).to_be_visible()
    visit.press("ArrowDown")
    visit.press("Enter")
    patient = visit.input_value().split(" · ")[0]
    expect(office.get_by_role("combobox", name="Patient")).to_have_value(re.compile(patient))


def test_an_invoice_added_from_a_visit_has_its_patient(office: Page) -> None:
    office.goto("/admin/visit_services/?is=to_invoice")
    patient = office.locator(".row-name").first.inner_text()
    office.locator(".row-name").first.click()
    office.get_by_role("link", name="New invoice").first.click()
    expect(office.get_by_role("combobox", name="Patient")).to_have_value(re.compile(f"^{patient} · HHC-"))


def test_a_parent_is_created_without_losing_the_form(office: Page) -> None:
    office.goto("/admin/visit_services/new/")
    office.get_by_label("Scheduled for", exact=True).fill("2027-01-05T09:00")
    with office.context.expect_page() as opened:
        office.get_by_role("link", name="Create new patient").click()
    opened.value.get_by_label("Full name").fill("Chaltu Girma Hailu")
    opened.value.get_by_role("button", name="Save", exact=True).click()
    expect(office.get_by_role("combobox", name="Patient")).to_have_value("Chaltu Girma Hailu")
    expect(office.get_by_label("Scheduled for", exact=True)).to_have_value("2027-01-05T09:00")


def test_what_is_not_found_begins_the_record_that_is_created(office: Page) -> None:
    office.goto("/admin/visit_services/new/")
    office.get_by_role("combobox", name="Patient").fill("Hawi Tolosa Bekele")
    with office.context.expect_page() as opened:
        office.get_by_role("option", name="Create “Hawi Tolosa Bekele”").click()
    expect(opened.value.get_by_label("Full name")).to_have_value("Hawi Tolosa Bekele")
    opened.value.get_by_role("button", name="Save", exact=True).click()
    expect(office.get_by_role("combobox", name="Patient")).to_have_value("Hawi Tolosa Bekele")


def test_text_that_is_no_choice_does_not_stay_in_a_picker(office: Page) -> None:
    office.goto("/admin/visit_services/new/")
    patient = office.get_by_role("combobox", name="Patient")
    patient.fill("Somebody who is not there")
    office.get_by_label("Status").focus()
    expect(patient).to_have_value("")
    expect(office.get_by_text("“Somebody who is not there” was not chosen from the list.")).to_be_visible()


def test_the_only_one_that_can_be_meant_is_chosen_on_the_way_on(office: Page) -> None:
    office.goto("/admin/visit_services/new/")
    patient = office.get_by_role("combobox", name="Patient")
    patient.fill("HHC-000007")
    patient.press("Tab")
    expect(patient).to_have_value(re.compile(" · HHC-000007"))
    expect(office.locator("input[name=patient_id]")).to_have_value("7")


def test_a_form_is_not_saved_without_what_is_half_typed(office: Page) -> None:
    office.goto("/admin/visit_services/new/?patient_id=5")
    office.get_by_role("combobox", name="Staff").fill("Nobody of this name")
    office.keyboard.press("Control+s")
    expect(office.get_by_role("option", name="Nothing found")).to_be_visible()
    save(office)
    expect(office.get_by_role("combobox", name="Staff")).to_be_focused()
    expect(office.get_by_text("“Nobody of this name” was not chosen from the list.")).to_be_visible()
    office.get_by_label("Scheduled for", exact=True).press_sequentially("11")
    office.keyboard.press("Control+s")
    expect(office.get_by_text("Write the day and the time, or clear both.")).to_be_visible()
    expect(office.get_by_label("Scheduled for", exact=True)).to_be_focused()
    expect(office).to_have_url(re.compile("/new/"))


def test_an_ethiopian_moment_has_its_time_and_is_never_dropped(office: Page) -> None:
    office.goto("/admin/visit_services/new/?patient_id=5")
    office.get_by_text("Ethiopian date").first.click()
    typed, native = office.get_by_label("Scheduled for, Ethiopian date"), office.locator("#scheduled_at")
    typed.fill("30 Yekatit 2018")
    office.keyboard.press("Control+s")
    expect(typed).to_be_focused()
    expect(typed).to_have_accessible_description(re.compile("Write the time too"))
    typed.fill("30 Yekatit 2018 9:30")
    expect(native).to_have_value("2026-03-09T09:30")
    native.fill("2026-03-10T08:00")
    expect(typed).to_have_value("1 Megabit 2018 08:00")


def test_a_place_copied_from_a_map_fills_both_inputs(office: Page) -> None:
    office.context.grant_permissions(["clipboard-read", "clipboard-write"])
    office.goto("/admin/patients/new/")
    office.evaluate("navigator.clipboard.writeText('9.0227, 38.7468')")
    office.get_by_label("Latitude").press("Control+v")
    expect(office.get_by_label("Latitude")).to_have_value("9.0227")
    expect(office.get_by_label("Longitude")).to_have_value("38.7468")


@pytest.mark.parametrize("width", [1366, 375])
def test_nothing_that_has_the_focus_lies_under_the_foot(office: Page, width: int) -> None:
    office.set_viewport_size({"width": width, "height": 640})
    office.goto("/admin/marketing_leads/new/")
    while not office.locator(".form-foot :focus").count():
        office.keyboard.press("Tab")
        office.wait_for_function(ABOVE_THE_FOOT)
