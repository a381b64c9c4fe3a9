"""What was typed and not saved stays in its tab, where nobody but its person can read it, and goes when they go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

NEW = "/admin/patients/new/"
OFFER = "You typed something here before and did not save it."
DRAFTS = "Object.entries(sessionStorage).filter(([name]) => name.startsWith('draft '))"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def office(page: Page) -> Page:
    page.on("dialog", lambda dialog: dialog.accept())
    return sign_in(page, "admin", DEMO_PASSWORD)


def drafts(page: Page) -> list[Any]:
    return list(page.evaluate(DRAFTS))


def wait_for_draft(page: Page) -> None:
    """Kept a moment after the typing ends."""
    page.wait_for_timeout(900)
    assert len(drafts(page)) == 1


def typed(page: Page, name: str = "Hawi Lemma Geleta") -> Page:
    """A new patient, half written, whose tab is loaded again."""
    page.goto(NEW)
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Gender").select_option("Female")
    wait_for_draft(page)
    return page


def put_back(page: Page) -> None:
    page.get_by_role("button", name="Put it back").click()


def test_a_page_that_is_loaded_again_offers_what_was_typed(office: Page) -> None:
    typed(office).reload()
    expect(office.get_by_label("Full name")).to_have_value("")
    expect(office.get_by_text(OFFER)).to_be_visible()
    assert violations(office) == []
    put_back(office)

    expect(office.get_by_label("Full name")).to_have_value("Hawi Lemma Geleta")
    expect(office.get_by_label("Gender")).to_have_value("Female")
    expect(office.locator("#form-note")).to_have_text("Not saved yet")


def test_what_is_discarded_is_gone(office: Page) -> None:
    typed(office).reload()
    office.get_by_role("button", name="Discard it").click()

    expect(office.get_by_text(OFFER)).to_have_count(0)
    assert drafts(office) == []


def test_a_save_leaves_nothing_behind(office: Page) -> None:
    typed(office, "Meron Alemu Kebede")
    office.keyboard.press("Control+s")
    expect(office.get_by_role("heading", level=1)).to_have_text("Meron Alemu Kebede")

    assert drafts(office) == []
    office.goto(NEW)
    expect(office.get_by_text(OFFER)).to_have_count(0)


def test_what_is_kept_cannot_be_read(office: Page) -> None:
    typed(office)

    ((name, written),) = drafts(office)
    assert not any(word in name + written for word in ("Hawi", "Lemma", "Female", "patients"))
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", written)


def test_a_chosen_parent_comes_back_with_its_name(office: Page) -> None:
    office.goto("/admin/visit_services/new/")
    patient = office.get_by_role("combobox", name="Patient")
    patient.fill("Abebe")
    office.locator(".options [data-id]").first.click()
    chosen = patient.input_value()
    wait_for_draft(office)
    office.reload()
    put_back(office)

    expect(office.get_by_role("combobox", name="Patient")).to_have_value(chosen)
    assert office.locator("input[name=patient_id]").input_value().isdigit()


def test_a_secret_is_never_kept(office: Page) -> None:
    office.goto("/admin/marketing_platforms/edit/?id=1")
    office.locator("[name=api_key]").fill("sk-live-0123456789")
    office.locator("[name=name]").fill("Another name")
    wait_for_draft(office)
    office.reload()
    put_back(office)

    expect(office.locator("[name=name]")).to_have_value("Another name")
    expect(office.locator("[name=api_key]")).to_have_value("")


def test_what_is_put_back_meets_what_somebody_saved_meanwhile(office: Page, owner_engine: Engine) -> None:
    office.goto("/admin/patients/edit/?id=8")
    office.get_by_label("Address").fill("Mine")
    wait_for_draft(office)
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE patients SET address = 'Theirs' WHERE id = 8"))
    office.reload()
    put_back(office)
    office.keyboard.press("Control+s")

    expect(office.get_by_role("row", name=re.compile("^Address"))).to_contain_text("Theirs")
    expect(office.get_by_label("Address")).to_have_value("Mine")


def test_what_was_saved_after_all_is_not_offered(office: Page) -> None:
    """The tab was closed, or its machine went off, before the answer came."""
    typed(office, "Tigist Worku Abera")
    kept = drafts(office)
    office.keyboard.press("Control+s")
    expect(office.get_by_role("heading", level=1)).to_have_text("Tigist Worku Abera")
    office.evaluate("kept => kept.forEach(([name, value]) => sessionStorage.setItem(name, value))", kept)
    with office.expect_response(re.compile("/session/form")):
        office.goto(NEW)

    expect(office.get_by_text(OFFER)).to_have_count(0)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("My menu")).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def test_signing_out_takes_the_drafts_of_every_tab(office: Page) -> None:
    typed(office)
    other = office.context.new_page()
    other.goto("/admin/")
    sign_out(other)

    office.wait_for_timeout(300)
    assert (drafts(office), drafts(other)) == ([], [])


def test_signing_out_of_the_form_itself_takes_its_draft(office: Page) -> None:
    sign_out(typed(office))

    assert drafts(office) == []


def test_who_signs_in_next_finds_nothing(office: Page, owner_engine: Engine) -> None:
    """The session was over by itself, so nothing was signed out of."""
    typed(office)
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sessions"))
    sign_in(office, "coordinator", DEMO_PASSWORD)
    office.goto(NEW)

    expect(office.get_by_text(OFFER)).to_have_count(0)
    assert drafts(office) == []


def test_who_signs_in_again_finds_their_own(office: Page, owner_engine: Engine) -> None:
    typed(office)
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sessions"))
    sign_in(office, "admin", DEMO_PASSWORD)
    office.goto(NEW)
    put_back(office)

    expect(office.get_by_label("Full name")).to_have_value("Hawi Lemma Geleta")


def test_each_person_has_a_key_of_their_own(as_role: Callable[..., Any], client: Any) -> None:
    found = {
        re.search(r'data-draft-key="([^"]+)"', as_role(role).get("/admin/").text)[1]  # type: ignore[index]
        for role in ("Nurse", "Nurse", "Admin")
    }

    assert len(found) == 3
    assert "data-draft-key" not in client.get("/login").text


def test_on_a_telephone_the_offer_stands_above_its_buttons(office: Page) -> None:
    office.set_viewport_size({"width": 375, "height": 800})
    typed(office).reload()
    offer = office.get_by_text(OFFER).bounding_box()
    button = office.get_by_role("button", name="Put it back").bounding_box()

    assert offer
    assert button
    assert offer["y"] + offer["height"] <= button["y"]


def test_a_line_that_is_back_takes_its_notice_away(office: Page) -> None:
    typed(office)
    office.context.set_offline(True)
    office.keyboard.press("Control+s")
    office.keyboard.press("Control+s")
    expect(office.get_by_text("No connection.")).to_have_count(1)
    office.context.set_offline(False)

    expect(office.get_by_text("No connection.")).to_have_count(0)
    expect(office.get_by_text("The connection is back. Save again.")).to_have_count(1)
