"""One's own account: another password, where one is signed in, and the second factor that a role may ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from second_factors import Owner, first_step, forget_codes, second_step, sent, set_up
from sqlalchemy import Engine, text

from homecare.login import throttle

NewPerson = Callable[..., tuple[int, str]]
AsRole = Callable[..., Visitor]
OTHER = "another long password"
MINE = re.compile(r'name="session" value="(\d+)"')


def change(visitor: Visitor, **values: str) -> Any:
    return sent(visitor, "/account/password", **({"old": PASSWORD, "new": OTHER, "again": OTHER} | values))


def email_of(engine: Engine, visitor: Visitor) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT email FROM staff WHERE id = :id"), {"id": visitor.staff_id}))


def elsewhere(app: Flask, email: str) -> Visitor:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    assert visitor.sign_in(email, PASSWORD).status_code == 302
    return visitor


@pytest.fixture
def nurse(as_role: AsRole, owner_engine: Engine) -> Iterator[Visitor]:
    yield as_role("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sign_in_failures"))


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    app: Flask, nurse: Visitor, client: Visitor, owner_engine: Engine
) -> None:
    email = email_of(owner_engine, nurse)
    other = elsewhere(app, email)

    assert change(nurse).status_code == 302

    assert (nurse.get("/admin/").status_code, other.get("/admin/").status_code) == (200, 302)
    assert client.sign_in(email, PASSWORD).status_code == 422
    assert client.sign_in(email, OTHER).status_code == 302


@pytest.mark.parametrize(
    ("sent_values", "sentence"),
    [
        ({"old": "a wrong password"}, "This is not your password."),
        ({"new": "short", "again": "short"}, "A password has 12 to 256 characters; this one has 5."),
        ({"again": "not the same one"}, "The two are not the same."),
        ({"old": "\0"}, "This is not your password."),
    ],
)
def test_a_refused_change_says_why_at_its_field(
    nurse: Visitor, client: Visitor, owner_engine: Engine, sent_values: dict[str, str], sentence: str
) -> None:
    answer = change(nurse, **sent_values)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert re.search(r'aria-invalid="true"[^>]*>\s*<p class="error" id="password-\w+-told"', answer.text)
    assert client.sign_in(email_of(owner_engine, nurse), PASSWORD).status_code == 302


def test_the_old_password_is_guessed_no_more_often_than_at_the_door(nurse: Visitor) -> None:
    for _ in range(throttle.MOST_FAILURES):
        assert change(nurse, old="a wrong password").status_code == 422

    answer = change(nurse)

    assert (answer.status_code, "Too many tries." in answer.text) == (429, True)
    assert 880 <= int(answer.headers["Retry-After"]) <= 900


def test_this_browser_stays_known_with_the_new_password(nurse: Visitor, owner_engine: Engine) -> None:
    email = email_of(owner_engine, nurse)
    change(nurse)
    sent(nurse, "/logout")
    stranger = nurse.application.test_client()
    for _ in range(throttle.MOST_FAILURES):
        stranger.sign_in(email, "a wrong password")  # type: ignore[attr-defined]

    assert stranger.sign_in(email, OTHER).status_code == 429  # type: ignore[attr-defined]
    assert nurse.sign_in(email, OTHER).status_code == 302


def test_one_sees_ones_own_sessions_and_ends_one(app: Flask, nurse: Visitor, owner_engine: Engine) -> None:
    other, doctor = elsewhere(app, email_of(owner_engine, nurse)), app.test_client()
    page = nurse.get("/account/").text
    (number,) = MINE.findall(page)
    assert (page.count("This one"), "from 127.0.0.1" in page) == (1, True)

    assert sent(nurse, "/account/sessions/end", session=number).status_code == 302

    assert (other.get("/admin/").status_code, nurse.get("/admin/").status_code) == (302, 200)
    assert doctor.get("/account/").location == "/login?next=%2Faccount%2F"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("<script>alert(1)</script>", "A browser"),
    ],
)
def test_a_session_is_known_again_by_its_browser(app: Flask, new_person: NewPerson, said: str, told: str) -> None:
    visitor = app.test_client()
    visitor.environ_base["HTTP_USER_AGENT"] = said
    visitor.sign_in(new_person("Nurse")[1], PASSWORD)

    assert f"<strong>{told}</strong>" in visitor.get("/account/").text


def test_another_s_session_is_not_ended(nurse: Visitor, as_role: AsRole, app: Flask, owner_engine: Engine) -> None:
    doctor = as_role("Doctor")
    elsewhere(app, email_of(owner_engine, doctor))
    (number,) = MINE.findall(doctor.get("/account/").text)
    with owner_engine.connect() as connection:
        before = connection.scalar(text("SELECT count(*) FROM dashboard.sessions"))

        sent(nurse, "/account/sessions/end", session=number)

        assert connection.scalar(text("SELECT count(*) FROM dashboard.sessions")) == before
    assert sent(nurse, "/account/sessions/end", session="x").status_code == 400


def test_all_the_others_are_ended_at_once(app: Flask, nurse: Visitor, owner_engine: Engine) -> None:
    others = [elsewhere(app, email_of(owner_engine, nurse)) for _ in range(3)]

    assert sent(nurse, "/account/sessions/end-others").status_code == 302

    assert [visitor.get("/admin/").status_code for visitor in (nurse, *others)] == [200, 302, 302, 302]


@pytest.mark.parametrize("who", ["No such role", "Nurse"])
def test_who_may_open_nothing_may_still_keep_their_password(as_role: AsRole, who: str) -> None:
    visitor = as_role(who, status="On Leave")
    assert visitor.get("/admin/patients/").status_code == 403

    assert visitor.get("/account/").status_code == 200
    assert change(visitor).status_code == 302


def off(visitor: Visitor, code: str, password: str = PASSWORD, path: str = "off") -> Any:
    return sent(visitor, f"/account/second-factor/{path}", old=password, code=code)


@pytest.mark.parametrize("path", ["off", "codes"])
def test_it_is_turned_off_and_renewed_with_password_and_code_alone(owner: Owner, client: Visitor, path: str) -> None:
    app = owner.authenticator
    assert off(owner.visitor, app.wrong, path=path).status_code == 422
    assert off(owner.visitor, app.code(), "a wrong password", path).status_code == 422
    assert client.sign_in(owner.email, PASSWORD).status_code == 200

    answer = off(owner.visitor, app.code(), path=path)

    assert answer.status_code == (302 if path == "off" else 200)
    if path == "off":
        assert client.sign_in(owner.email, PASSWORD).status_code == 302
    else:
        ticket = first_step(client, owner.email)
        assert second_step(client, ticket, app.recovery[0]).status_code == 422
    assert ({"off": "second factor off", "codes": "recovery codes made"}[path], "by its owner") in owner.told()


def test_guessing_the_code_of_an_open_session_is_counted(owner: Owner) -> None:
    for _ in range(throttle.MOST_FAILURES):
        assert off(owner.visitor, owner.authenticator.wrong).status_code == 422

    assert off(owner.visitor, owner.authenticator.code()).status_code == 429


def test_a_set_up_counts_only_once_a_code_was_right(nurse: Visitor, client: Visitor, owner_engine: Engine) -> None:
    sent(nurse, "/account/second-factor/begin")
    shown = nurse.get("/account/").text
    refused = sent(nurse, "/account/second-factor/confirm", code="000000x")

    assert ('role="img"' in shown, "<svg" in shown, " style=" in shown) == (True, True, False)
    assert (refused.status_code, "Check the time of your telephone" in refused.text) == (422, True)
    assert client.sign_in(email_of(owner_engine, nurse), PASSWORD).status_code == 302

    sent(nurse, "/account/second-factor/give-up")
    assert "<svg viewBox" not in nurse.get("/account/").text


@pytest.mark.parametrize("typed", ["፩፪፫፬፭፮", "１２３４５６", "é", "\x00", "9" * 5000])
def test_a_code_that_no_app_makes_is_refused_in_words(nurse: Visitor, typed: str) -> None:
    sent(nurse, "/account/second-factor/begin")

    refused = sent(nurse, "/account/second-factor/confirm", code=typed)

    assert (refused.status_code, "Check the time of your telephone" in refused.text) == (422, True)


def test_a_factor_in_use_is_not_replaced_by_another(owner: Owner, client: Visitor) -> None:
    sent(owner.visitor, "/account/second-factor/begin")
    sent(owner.visitor, "/account/second-factor/give-up")

    assert second_step(client, first_step(client, owner.email), owner.authenticator.code()).status_code == 302


def required(engine: Engine, role: str, on: bool) -> None:
    with engine.begin() as connection:
        asked = text("UPDATE dashboard.roles SET second_factor = :on WHERE name = :role")
        connection.execute(asked, {"on": on, "role": role})


def test_a_role_asks_for_it_from_the_next_request(nurse: Visitor, owner_engine: Engine) -> None:
    assert nurse.get("/admin/patients/").status_code == 200
    required(owner_engine, "Nurse", True)
    try:
        assert [nurse.get(url).location for url in ("/admin/", "/admin/patients/", "/admin/search")] == [
            "/account/"
        ] * 3
        assert nurse.get("/admin/search?q=a", headers={"Accept": "application/json"}).status_code == 403
        for url in ("/admin/patients/new/", "/account/password", "/account/sessions/end-others"):
            refused = sent(nurse, url)
            assert (refused.status_code, "Set it up on your account page first" in refused.text) == (403, True)
        page = nurse.get("/account/").text
        assert ("Your role asks for a second factor." in page, "Your password now" in page) == (True, False)

        set_up(nurse)

        assert nurse.get("/admin/patients/").status_code == 200
    finally:
        required(owner_engine, "Nurse", False)


def test_who_has_it_is_not_led_away(owner: Owner, owner_engine: Engine) -> None:
    required(owner_engine, "Nurse", True)
    try:
        forget_codes(owner_engine)
        assert owner.visitor.get("/admin/").status_code == 200
        off(owner.visitor, owner.authenticator.code())
        assert owner.visitor.get("/admin/").location == "/account/"
    finally:
        required(owner_engine, "Nurse", False)
