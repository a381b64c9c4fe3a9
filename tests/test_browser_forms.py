"""Records and forms in a real browser: tabs, pickers, warnings, refusals at the field, conflicts."""

from __future__ import annotations

import re

import pytest
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sampling import in_looks
from sqlalchemy import Engine, text
from uploading import picture

VISIT = "/admin/visit_services/edit/?id=5000"
ALONE = "(SELECT max(id) FROM staff WHERE role = 'Nurse' AND status = 'Active')"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def office(page: Page, owner_engine: Engine) -> Page:
    """An Admin at a common laptop. The visit is of a nurse who has no other: at no hour of the day it clashes."""
    with owner_engine.begin() as connection:
        connection.execute(
            text(f"UPDATE visit_services SET status = 'Cancelled' WHERE id <> 5000 AND staff_id = {ALONE}")
        )
        connection.execute(text(f"UPDATE visit_services SET staff_id = {ALONE} WHERE id = 5000"))
    page.set_viewport_size({"width": 1366, "height": 768})
    return let_in(page, "admin", DEMO_PASSWORD)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def say_why(page: Page) -> None:
    page.get_by_label("Reason").select_option("Other")
    save(page)


def change_meanwhile(page: Page, status: str) -> None:
    """Somebody else saves the visit in another window."""
    other = page.context.new_page()
    other.goto(VISIT)
    other.get_by_label("Status").select_option(status)
    save(other)
    if status == "Cancelled":
        say_why(other)
    expect(other.get_by_text("Visit saved.")).to_be_visible()
    other.close()


def test_a_record_shows_what_belongs_to_it_in_tabs(office: Page, owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        visited = connection.execute(text("SELECT min(patient_id) FROM visit_services")).scalar_one()
    office.goto(f"/admin/patients/details/?id={visited}")
    expect(office.get_by_role("tab", name="Visits")).to_have_attribute("aria-selected", "true")
    expect(office.get_by_role("tabpanel").locator("tbody tr").first).to_be_visible()
    office.get_by_role("tab", name="Visits").press("ArrowRight")
    expect(office.get_by_role("tab", name="Shifts")).to_be_focused()


NAMES = """() => [...document.querySelectorAll(".sketch, .sketch text")].map(one => {
    const {left, top, right, bottom} = one.getBoundingClientRect();
    return [one.textContent.trim(), left, top, right, bottom];
})"""


def test_the_names_of_a_small_drawing_neither_touch_nor_leave_it(office: Page) -> None:
    office.set_viewport_size({"width": 338, "height": 768})
    office.goto("/admin/patients/details/?id=5")
    (_, *frame), *names = office.evaluate(NAMES)
    assert 278 <= frame[2] - frame[0] <= 282
    for name, left, top, right, bottom in names:
        assert frame[0] < left < right < frame[2], name
        assert frame[1] < top < bottom < frame[3], name
        assert [n for n, le, t, r, b in names if le < right and left < r and t + 3 < bottom and top + 3 < b] == [name]


def test_a_visit_added_from_a_patient_comes_back_to_the_patient(office: Page) -> None:
    office.goto("/admin/patients/details/?id=5")
    name = office.get_by_role("heading", level=1).inner_text()
    office.get_by_role("link", name="New visit").first.click()
    expect(office.get_by_role("combobox", name="Patient")).to_have_value(re.compile(name))
    save(office)
    expect(office).to_have_url(re.compile(r"/admin/patients/details/\?id=5$"))


def test_the_records_beside_it_are_those_of_the_list(office: Page) -> None:
    office.goto("/admin/patients/?search=Abebe")
    names = office.locator(".row-name").all_inner_texts()
    office.locator(".row-name").first.click()
    expect(office.get_by_role("link", name="Next record")).to_be_visible()
    office.keyboard.press("j")
    expect(office.get_by_role("heading", level=1)).to_have_text(names[1])
    office.get_by_role("navigation", name="Where you are").get_by_role("link", name="Patients").click()
    expect(office).to_have_url(re.compile("search=Abebe"))


def test_a_refused_form_links_to_the_field_and_says_why(office: Page) -> None:
    office.goto("/admin/patients/new/")
    save(office)
    expect(office.get_by_role("alert")).to_be_focused()
    office.get_by_role("alert").get_by_role("link", name="Full name").click()
    field = office.get_by_label("Full name")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("This is needed"))


def test_ctrl_s_saves(office: Page) -> None:
    office.goto("/admin/patients/new/")
    office.get_by_label("Full name").fill("Almaz Bekele Tadesse")
    office.keyboard.press("Control+s")
    expect(office.get_by_role("heading", level=1)).to_have_text("Almaz Bekele Tadesse")


def test_a_form_stays_while_there_is_no_connection(office: Page) -> None:
    office.goto("/admin/patients/new/")
    office.get_by_label("Full name").fill("Obse Fikadu Jirata")
    office.context.set_offline(True)
    save(office)
    expect(office.get_by_role("alert").get_by_text("No connection")).to_be_visible()
    office.context.set_offline(False)
    save(office)
    expect(office.get_by_role("heading", level=1)).to_have_text("Obse Fikadu Jirata")


def test_leaving_a_changed_form_is_asked_about(office: Page) -> None:
    office.goto("/admin/patients/new/")
    office.get_by_label("Full name").press_sequentially("Almaz")
    asked: list[str] = []
    office.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    office.get_by_role("link", name="Home").first.click()
    expect(office.get_by_label("Full name")).to_have_value("Almaz")
    assert asked == ["beforeunload"]


def test_a_new_record_begins_with_me(office: Page) -> None:
    office.goto("/admin/patients/new/")
    me = office.locator(".who .word").inner_text().split("\n")[0]
    expect(office.get_by_role("combobox", name="Registered by")).to_have_value(re.compile(me))


def test_back_after_a_save_opens_the_form_as_it_is_now(office: Page) -> None:
    office.goto("/admin/patients/new/")
    save(office)
    office.get_by_label("Full name").fill("Ayantu Dinka Lemma")
    office.get_by_label("Address").fill("Yeka")
    save(office)
    expect(office.get_by_role("heading", level=1)).to_have_text("Ayantu Dinka Lemma")
    office.go_back()
    expect(office.get_by_label("Full name")).to_have_value("")
    expect(office.get_by_label("Address")).to_have_value("")


def test_their_file_can_be_kept_in_a_conflict(office: Page) -> None:
    url = "/admin/inventory_items/edit/?id=2"
    other = office.context.new_page()
    office.goto(url)
    other.goto(url)
    for page, name in ((other, "theirs.png"), (office, "mine.png")):
        page.locator("#photo").set_input_files({"name": name, "mimeType": "image/png", "buffer": picture("PNG")})
        save(page)
    row = office.get_by_role("row", name=re.compile("^Photo"))
    expect(row.get_by_text("mine.png")).to_be_visible()
    row.get_by_role("radio").first.check()
    save(office)
    expect(office.get_by_role("link", name="theirs.png").first).to_be_visible()


def test_a_conflict_is_settled_field_by_field(office: Page) -> None:
    change_meanwhile(office, "Completed")
    office.goto(VISIT)
    change_meanwhile(office, "Cancelled")
    office.get_by_label("Status").select_option("Missed")
    save(office)
    row = office.get_by_role("row", name=re.compile("^Status"))
    expect(row).to_contain_text("Cancelled")
    row.get_by_role("radio").first.check()
    expect(office.get_by_label("Status", exact=True)).to_have_value("Cancelled")
    row.get_by_role("radio").last.check()
    expect(office.get_by_label("Status", exact=True)).to_have_value("Missed")
    save(office)
    say_why(office)
    expect(office.get_by_text("Visit saved.")).to_be_visible()


def test_a_conflict_keeps_theirs_where_nothing_was_typed(office: Page) -> None:
    change_meanwhile(office, "Completed")
    office.goto(VISIT)
    change_meanwhile(office, "Cancelled")
    office.get_by_label("Scheduled for", exact=True).fill("2026-01-05T03:00")
    save(office)
    expect(office.get_by_text("Save again to add your changes to theirs.")).to_be_visible()
    expect(office.locator(".conflict").get_by_role("radio")).to_have_count(0)
    expect(office.get_by_label("Status", exact=True)).to_have_value("Cancelled")
    expect(office.get_by_label("Scheduled for", exact=True)).to_have_value("2026-01-05T03:00")
    save(office)
    expect(office.get_by_text("Visit saved.")).to_be_visible()


@in_looks()
def test_records_and_forms_are_accessible(office: Page, width: int, look: str) -> None:
    office.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    office.set_viewport_size({"width": width, "height": 812})
    for url in (
        "/admin/patients/details/?id=5",
        "/admin/visit_services/details/?id=5000",
        "/admin/patients/new/",
        VISIT,
        "/admin/patients/delete/?id=5",
    ):
        office.goto(url)
        assert violations(office) == [], url
    office.goto("/admin/patients/new/")
    save(office)
    assert violations(office) == []


@in_looks()
def test_a_conflict_is_accessible(office: Page, width: int, look: str) -> None:
    office.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    office.set_viewport_size({"width": width, "height": 812})
    change_meanwhile(office, "Completed")
    office.goto(VISIT)
    change_meanwhile(office, "Cancelled")
    office.get_by_label("Status").select_option("Missed")
    save(office)
    expect(office.get_by_role("alert")).to_contain_text("Somebody else saved this visit")
    assert violations(office) == []
