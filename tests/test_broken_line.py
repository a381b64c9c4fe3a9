"""A connection that breaks during a save: the form stays, with everything in it, and tells whether it was saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from cutting import Line, breakable
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text
from uploading import picture

NEW = "/admin/patients/new/"
SLOW = 20_000
# For some seconds every question of the page goes nowhere; what it sends does not.
ASKS_IN_VAIN = """() => {
    const sent = fetch;
    fetch = (...all) => all[1]?.method ? sent(...all) : Promise.reject(new TypeError("no network"));
    setTimeout(() => (fetch = sent), 4000);
}"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def line(live_server: str) -> Iterator[Line]:
    with breakable(live_server) as line:
        yield line


@pytest.fixture
def office(browser: Browser, line: Line) -> Iterator[Page]:
    """An Admin behind the line; only a script that fails is a fault here."""
    with browser.new_context(base_url=line.url) as context:
        faults: list[str] = []
        context.on("weberror", lambda error: faults.append(str(error.error)))
        yield sign_in(context.new_page(), "admin", DEMO_PASSWORD)
    assert faults == []


@pytest.fixture
def number(owner_engine: Engine) -> Callable[[str], int]:
    """How many patients have this name."""

    def count(name: str) -> int:
        with owner_engine.connect() as connection:
            found = connection.scalar(text("SELECT count(*) FROM patients WHERE full_name = :name"), {"name": name})
            return int(found or 0)

    return count


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def told(page: Page, head: str) -> Any:
    summary = page.get_by_role("alert", name=head)
    expect(summary).to_be_visible(timeout=SLOW)
    return summary


def test_what_the_server_never_got_is_told_and_saved_at_the_second_try(
    office: Page, line: Line, number: Callable[[str], int]
) -> None:
    office.goto(NEW)
    office.get_by_label("Full name").fill("Chaltu Bekele Dinka")
    line.breaks = "before"
    save(office)

    expect(told(office, "Not saved yet")).to_contain_text("Nothing you typed is lost: save again.")
    expect(office.get_by_label("Full name")).to_have_value("Chaltu Bekele Dinka")
    assert (line.broken, number("Chaltu Bekele Dinka")) == (1, 0)
    line.breaks = ""
    save(office)
    expect(office.get_by_role("heading", level=1)).to_have_text("Chaltu Bekele Dinka")
    assert number("Chaltu Bekele Dinka") == 1


def test_what_was_saved_without_an_answer_is_told_with_its_record(
    office: Page, line: Line, number: Callable[[str], int]
) -> None:
    office.goto(NEW)
    office.get_by_label("Full name").fill("Obse Gemechu Lemma")
    line.breaks = "after"
    save(office)

    summary = told(office, "It was saved")
    expect(summary).to_be_in_viewport(ratio=1)
    expect(office.get_by_label("Full name")).to_have_value("Obse Gemechu Lemma")
    expect(office.locator("#form-note")).to_have_text("")
    line.breaks = ""
    assert violations(office) == []
    summary.get_by_role("link", name="Open the patient").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Obse Gemechu Lemma")
    assert (line.broken, number("Obse Gemechu Lemma")) == (1, 1)


def test_saving_again_what_was_saved_makes_no_second_row(
    office: Page, line: Line, number: Callable[[str], int]
) -> None:
    office.goto(NEW)
    office.get_by_label("Full name").fill("Lensa Tolera Bulti")
    line.breaks = "after"
    save(office)
    told(office, "It was saved")
    line.breaks = ""
    save(office)

    expect(office.get_by_role("heading", level=1)).to_have_text("Lensa Tolera Bulti")
    assert number("Lensa Tolera Bulti") == 1


def test_without_any_line_the_answer_comes_when_it_is_back(office: Page, line: Line) -> None:
    office.goto(NEW)
    office.get_by_label("Full name").fill("Hawi Desta Mamo")
    line.breaks = "after"
    office.evaluate(ASKS_IN_VAIN)
    save(office)

    told(office, "No connection")
    told(office, "It was saved")


def test_an_edit_is_told_likewise(office: Page, line: Line, owner_engine: Engine) -> None:
    office.goto("/admin/patients/edit/?id=5")
    office.get_by_label("Address").fill("Behind the post office")
    line.breaks = "after"
    save(office)

    told(office, "It was saved")
    with owner_engine.connect() as connection:
        assert connection.scalar(text("SELECT address FROM patients WHERE id = 5")) == "Behind the post office"


def test_what_is_typed_after_it_is_not_taken_for_saved(office: Page, line: Line) -> None:
    office.goto("/admin/patients/edit/?id=6")
    office.get_by_label("Address").fill("First")
    line.breaks = "after"
    office.evaluate(ASKS_IN_VAIN)
    save(office)
    told(office, "No connection")
    office.get_by_label("Address").fill("Second")

    expect(told(office, "It was saved")).to_contain_text("What you typed after that is not saved.")
    expect(office.locator("#form-note")).to_have_text("Not saved yet")


def test_a_chosen_file_survives_it(office: Page, line: Line, owner_engine: Engine) -> None:
    office.goto("/admin/inventory_items/edit/?id=3")
    chosen: Any = {"name": "chair.png", "mimeType": "image/png", "buffer": picture("PNG")}
    office.locator("#photo").set_input_files(chosen)
    line.breaks = "before"
    save(office)
    told(office, "Not saved yet")
    line.breaks = ""
    save(office)

    expect(office.get_by_role("link", name="chair.png").first).to_be_visible()


def test_a_database_that_is_busy_leaves_the_form_where_it_is(office: Page, owner_engine: Engine) -> None:
    office.goto("/admin/patients/edit/?id=7")
    office.get_by_label("Address").fill("Near the market")
    with owner_engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM patients WHERE id = 7 FOR UPDATE"))
        save(office)
        expect(told(office, "Not saved yet")).to_contain_text("nothing was saved")
    expect(office.get_by_label("Address")).to_have_value("Near the market")
    save(office)
    expect(office.get_by_text("Patient saved.")).to_be_visible()


def test_a_session_that_ended_unseen_asks_for_the_password_and_saves(office: Page, owner_engine: Engine) -> None:
    office.goto(NEW)
    office.get_by_label("Full name").fill("Bontu Fufa Geleta")
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sessions"))
    office.get_by_role("button", name="Save and continue").click()
    office.get_by_role("alertdialog").get_by_label("Password").fill(DEMO_PASSWORD)
    office.keyboard.press("Enter")

    expect(office).to_have_url(re.compile(r"/admin/patients/edit/\?id=\d+"))
    expect(office.get_by_label("Full name")).to_have_value("Bontu Fufa Geleta")


def test_a_refused_form_works_on_like_the_first(office: Page, number: Callable[[str], int]) -> None:
    office.goto("/admin/visit_services/new/")
    for label in ("Scheduled for", "Check-in"):
        office.get_by_label(label, exact=True).fill("2026-03-09T20:00")
    save(office)
    expect(office.get_by_role("alert", name="Not saved yet")).to_be_focused()

    for picker, name in (("Patient", "Abebe"), ("Staff", "Meseret Haile")):
        office.get_by_role("combobox", name=picker).fill(name)
        office.locator(".options [data-id]:visible").first.click()
    expect(office.get_by_text("30 Yekatit 2018 EC").first).to_be_visible()
    save(office)
    expect(office.get_by_text("Visit saved.")).to_be_visible()


def test_without_scripts_the_browser_sends_it(browser: Browser, live_server: str, number: Callable[[str], int]) -> None:
    with browser.new_context(base_url=live_server, java_script_enabled=False) as context:
        page = sign_in(context.new_page(), "admin", DEMO_PASSWORD)
        page.goto(NEW)
        save(page)
        expect(page.get_by_role("alert", name="Not saved yet")).to_be_visible()
        page.get_by_label("Full name").fill("Ayantu Regassa Hirpa")
        save(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ayantu Regassa Hirpa")
    assert number("Ayantu Regassa Hirpa") == 1


def test_what_was_deleted_meanwhile_is_saved_as_new(
    office: Page, owner_engine: Engine, number: Callable[[str], int]
) -> None:
    with owner_engine.begin() as connection:
        row = connection.scalar(text("INSERT INTO patients (full_name) VALUES ('Hana Gone Away') RETURNING id"))
    office.goto(f"/admin/patients/edit/?id={row}")
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM patients WHERE id = :id"), {"id": row})
    office.get_by_label("Full name").fill("")
    save(office)
    again = office.get_by_role("button", name="Save as new")
    again.click()
    expect(office.get_by_role("button", name="Save", exact=True)).to_be_visible()
    office.get_by_label("Full name").fill("Hana Come Back")
    save(office)

    expect(office.get_by_text("Patient saved.")).to_be_visible()
    assert number("Hana Come Back") == 1
