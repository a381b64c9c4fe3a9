"""A session that ends while somebody works: what extends it, and signing in again over the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

NewPerson = Callable[..., tuple[int, str]]


def make_idle(engine: Engine, minutes: int) -> None:
    back = "make_interval(mins => :minutes)"
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE dashboard.sessions SET last_used_at = last_used_at - {back}"), {"minutes": minutes}
        )


def uses(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT last_used_at FROM dashboard.sessions ORDER BY 1")).scalars())


def as_json(visitor: Visitor, **values: str) -> tuple[int, dict[str, object]]:
    """Signs in as a page does that stays open."""
    sent = {"csrf_token": visitor.get("/session").json["csrf_token"], **values}
    answer = visitor.post("/login", data=sent, headers={"Accept": "application/json"})
    return answer.status_code, answer.get_json()


def test_a_stranger_is_told_that_no_session_is_open(client: Visitor) -> None:
    told = client.get("/session").get_json()
    assert (told["account"], told["left_s"], told["ends_in_s"]) == (None, 0, 0)


def test_asking_how_long_a_session_lasts_does_not_keep_it_open(
    as_role: Callable[..., Visitor], owner_engine: Engine
) -> None:
    nurse = as_role("Nurse")
    make_idle(owner_engine, 15)
    before = uses(owner_engine)
    assert 4 * 60 < nurse.get("/session").get_json()["left_s"] <= 5 * 60
    assert uses(owner_engine) == before


def test_working_on_a_page_that_sends_nothing_keeps_it_open(
    as_role: Callable[..., Visitor], owner_engine: Engine
) -> None:
    nurse = as_role("Nurse")
    make_idle(owner_engine, 15)
    told = nurse.get("/session").get_json()
    assert nurse.post("/session", headers={"X-CSRFToken": told["csrf_token"]}).status_code == 200
    assert nurse.get("/session").get_json()["left_s"] > 19 * 60


def test_a_session_that_is_over_is_not_kept(as_role: Callable[..., Visitor], owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    make_idle(owner_engine, 21)
    told = nurse.get("/session").get_json()
    assert told["left_s"] == 0
    assert nurse.post("/session", headers={"X-CSRFToken": told["csrf_token"]}).status_code == 401
    assert nurse.get("/session").get_json()["left_s"] == 0


def test_signing_in_over_a_page_opens_a_new_session(client: Visitor, new_person: NewPerson) -> None:
    email = new_person("Nurse")[1]
    assert as_json(client, email=email, password="a wrong password") == (
        422,
        {"error": "The e-mail or the password is not right. Check both and try again."},
    )
    assert as_json(client, email=email, password="")[1] == {"error": "Enter your password."}
    assert client.get("/session").get_json()["left_s"] == 0
    assert as_json(client, email=email, password=PASSWORD)[0] == 200
    assert client.get("/admin/").status_code == 200


def test_looking_as_somebody_else_does_not_hinder_staying_signed_in(as_role: Callable[..., Visitor]) -> None:
    admin = as_role("Admin")
    admin.send("/admin/roles/view-as/start", {"role": "Nurse"}, form_at="/admin/roles/view-as/")
    token = admin.get("/session").get_json()["csrf_token"]
    assert admin.post("/session", headers={"X-CSRFToken": token}).status_code == 200


@pytest.fixture
def form(page: Page, new_person: NewPerson) -> Page:
    """A Coordinator who has typed the name of a new patient; the browser's clock is ours."""
    page.clock.install()
    email = new_person("Coordinator")[1]
    page.goto("/login?next=/admin/patients/new/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    # The watch over the session begins with the scripts.
    page.wait_for_url("**/admin/patients/new/")
    page.get_by_label("Full name").fill("Almaz Bekele")
    return page


def test_who_has_gone_away_is_warned_and_may_stay(form: Page, owner_engine: Engine) -> None:
    make_idle(owner_engine, 19)
    form.clock.fast_forward("18:30")
    expect(form.get_by_role("alertdialog", name="Are you still there?")).to_be_visible()
    form.keyboard.press("Enter")
    expect(form.get_by_role("alertdialog")).to_be_hidden()
    expect(form.get_by_label("Full name")).to_have_value("Almaz Bekele")
    assert form.evaluate("fetch('/session').then(a => a.json()).then(told => told.left_s)") > 19 * 60


def test_what_was_typed_is_saved_after_signing_in_again_over_the_page(form: Page, owner_engine: Engine) -> None:
    make_idle(owner_engine, 25)
    form.clock.fast_forward("25:00")
    dialog = form.get_by_role("alertdialog", name="Sign in to continue")
    expect(dialog.get_by_label("Password")).to_be_focused()
    assert form.title() == "Signed out · Homecare Admin"
    dialog.get_by_label("Password").fill("a wrong password")
    form.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("is not right")
    dialog.get_by_label("Password").fill(PASSWORD)
    form.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    form.keyboard.press("Control+s")
    expect(form.get_by_role("heading", name="Almaz Bekele")).to_be_visible()


def test_a_save_in_the_last_minute_is_a_save(form: Page, owner_engine: Engine) -> None:
    make_idle(owner_engine, 19)
    form.clock.fast_forward("19:30")
    expect(form.get_by_role("alertdialog", name="Are you still there?")).to_be_visible()
    form.keyboard.press("Control+s")
    expect(form.get_by_role("heading", name="Almaz Bekele")).to_be_visible()


def test_a_save_that_finds_the_session_over_waits_for_the_password(form: Page, owner_engine: Engine) -> None:
    make_idle(owner_engine, 25)
    # The laptop wakes with the very key that saves, so that no look of the page itself comes before it.
    form.evaluate("""addEventListener("keydown", ({ key }) => {
        if (key === "s") Date.now = ((now) => () => now() + 25 * 60 * 1000)(Date.now);
    }, true)""")
    form.keyboard.press("Control+s")
    form.get_by_role("alertdialog").get_by_label("Password").fill(PASSWORD)
    form.keyboard.press("Enter")
    expect(form.get_by_role("heading", name="Almaz Bekele")).to_be_visible()


def test_signing_out_in_one_tab_covers_the_other(form: Page) -> None:
    other = form.context.new_page()
    other.goto("/admin/")
    other.get_by_role("button", name=re.compile("My menu")).click()
    other.get_by_role("button", name="Sign out").click()
    form.clock.fast_forward("00:02")
    expect(form.get_by_role("alertdialog", name="Sign in to continue")).to_be_visible()
    form.emulate_media(media="print")
    expect(form.locator("[name=full_name]")).to_be_hidden()
    form.emulate_media(media="screen")
    form.keyboard.press("Control+s")
    form.keyboard.type(PASSWORD)
    form.keyboard.press("Enter")
    expect(form.get_by_label("Full name")).to_have_value("Almaz Bekele")


def test_the_page_is_covered_in_time_without_a_network_too(form: Page) -> None:
    form.evaluate("() => { fetch = () => Promise.reject(new TypeError('no network')) }")
    form.clock.fast_forward("19:00")
    expect(form.get_by_role("alertdialog")).to_be_hidden()
    form.clock.fast_forward("01:30")
    expect(form.get_by_role("alertdialog", name="Sign in to continue")).to_be_visible()


def test_work_that_the_server_does_not_note_asks_what_is_wrong(form: Page) -> None:
    """Somebody else has signed in meanwhile, say, and the token of this page is not theirs."""
    form.evaluate("""() => {
        const sent = fetch;
        fetch = (url, how) => how.method ? Promise.resolve(new Response("", { status: 400 })) : sent(url, how);
    }""")
    form.clock.fast_forward("02:00")
    with form.expect_response("**/session"):
        form.get_by_label("Full name").press("End")


def test_who_signs_in_again_over_a_page_seen_as_somebody_else_sees_their_own(
    page: Page, new_person: NewPerson, owner_engine: Engine
) -> None:
    page.clock.install()
    page.goto("/login?next=/admin/roles/view-as/")
    page.get_by_label("E-mail").fill(new_person("Admin")[1])
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("or role").select_option("Nurse")
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_text("Nothing can be changed.").wait_for()
    page.wait_for_load_state()
    make_idle(owner_engine, 25)
    page.clock.fast_forward("25:00")
    page.get_by_role("alertdialog").get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing can be changed.")).to_have_count(0)


def test_typing_keeps_the_session_open(form: Page, app: Flask, owner_engine: Engine) -> None:
    make_idle(owner_engine, 10)
    form.clock.fast_forward("10:00")
    with form.expect_response("**/session") as noted:
        form.get_by_label("Full name").press("End")
    assert noted.value.status == 200
    form.clock.fast_forward("10:00")
    expect(form.get_by_role("alertdialog")).to_be_hidden()
