"""Sign-in events are recorded with who, when, from where and what, and nobody can rewrite them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from jobs_done import worked
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from homecare.config import Config
from homecare.db import sqlstate
from homecare.login import throttle

NewPerson = Callable[..., tuple[int, str]]
AsRole = Callable[..., Visitor]
ACCOUNTS = {"disable": [], "reset": ["--password-stdin"]}


def events(engine: Engine, email: str | None = None) -> list[Any]:
    """Oldest first; of one e-mail, or all."""
    with engine.connect() as connection:
        whose = "" if email is None else "WHERE email = :email"
        found = connection.execute(
            text(f"SELECT * FROM dashboard.sign_in_events {whose} ORDER BY id"), {"email": email} if email else {}
        )
        return list(found.all())


def told(engine: Engine, email: str) -> list[tuple[str, str]]:
    return [(event.kind, event.reason) for event in events(engine, email)]


def run(app: Flask, command: str, email: str) -> None:
    words = ["accounts", command, "--email", email, *ACCOUNTS[command]]
    assert app.test_cli_runner().invoke(args=words, input="another long password\n").exit_code == 0


def test_coming_and_going_is_told_with_who_and_from_where(
    client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    staff_id, email = new_person("Nurse", first_name="Almaz", last_name="Bekele")
    client.sign_in(email, PASSWORD)
    client.send("/logout", form_at="/admin/")

    found = events(owner_engine, email)

    assert [(e.kind, e.staff_id, e.name, str(e.address)) for e in found] == [
        ("sign-in", staff_id, "Almaz Bekele", "127.0.0.1"),
        ("sign-out", staff_id, "Almaz Bekele", "127.0.0.1"),
    ]


def test_signing_out_twice_is_told_once(as_role: AsRole, owner_engine: Engine, new_person: NewPerson) -> None:
    nurse = as_role("Nurse")
    kept = nurse.get_cookie("homecare")
    assert kept is not None
    token = nurse.token("/admin/")
    nurse.post("/logout", data={"csrf_token": token})
    nurse.set_cookie("homecare", kept.value)
    nurse.post("/logout", data={"csrf_token": token})

    assert [e.kind for e in events(owner_engine) if e.staff_id == nurse.staff_id] == ["sign-in", "sign-out"]


@pytest.mark.parametrize(("command", "reason"), [(None, "wrong password"), ("disable", "disabled")])
def test_a_refused_sign_in_names_the_person_and_the_reason(
    app: Flask, client: Visitor, new_person: NewPerson, owner_engine: Engine, command: str | None, reason: str
) -> None:
    email = new_person("Nurse")[1]
    if command:
        run(app, command, email)

    client.sign_in(email.upper(), "a wrong password")

    assert told(owner_engine, email)[-1] == ("refused", reason)


def test_a_secret_typed_as_e_mail_is_not_kept(client: Visitor, owner_engine: Engine) -> None:
    client.sign_in("correct horse battery staple", "a wrong password")

    found = events(owner_engine)[-1]

    assert (found.kind, found.reason, found.staff_id, found.name, found.email) == (
        "refused", "unknown e-mail", None, "", "",
    )  # fmt: skip
    assert len(found.email_hash) == 32
    assert "horse" not in json.dumps([str(value) for value in found])


def test_the_same_unknown_e_mail_is_known_by_its_hash(client: Visitor, owner_engine: Engine) -> None:
    for email in ("Ghost@test.example", " ghost@TEST.example"):
        client.sign_in(email, "a wrong password")

    first, second = events(owner_engine)[-2:]
    assert bytes(first.email_hash) == bytes(second.email_hash)


def test_guesses_beyond_the_limit_are_told_once(client: Visitor, new_person: NewPerson, owner_engine: Engine) -> None:
    email = new_person("Nurse")[1]
    for _ in range(throttle.MOST_FAILURES + 5):
        client.sign_in(email, "a wrong password")

    assert told(owner_engine, email) == [("refused", "wrong password")] * 10 + [("refused", "too many tries")]


@pytest.mark.parametrize(
    ("command", "ending"), [("disable", "the account was disabled"), ("reset", "the password was reset")]
)
def test_what_ends_every_session_is_told_with_each(
    app: Flask, client: Visitor, new_person: NewPerson, owner_engine: Engine, command: str, ending: str
) -> None:
    email = new_person("Nurse")[1]
    client.sign_in(email, PASSWORD)

    run(app, command, email)

    done = {"disable": "disabled", "reset": "reset"}[command]
    assert told(owner_engine, email)[1:] == [(done, "on the command line"), ("ended", ending)]


def test_a_new_account_is_told(app: Flask, owner_engine: Engine) -> None:
    words = "accounts create --email new@care.example --first-name Hana --last-name Girma --role Nurse --password-stdin"
    app.test_cli_runner().invoke(args=words.split(), input=PASSWORD + "\n")

    assert [(e.kind, e.name, e.address) for e in events(owner_engine, "new@care.example")] == [
        ("created", "Hana Girma", None)
    ]


@pytest.mark.parametrize(
    ("column", "age", "limit", "reason"),
    [
        ("last_used_at", timedelta(minutes=25), timedelta(minutes=20), "idle"),
        ("created_at", timedelta(hours=13), timedelta(hours=12), "half a day"),
    ],
)
def test_a_session_whose_time_was_up_is_told_with_the_time_it_ended(
    as_role: AsRole,
    config: Config,
    owner_engine: Engine,
    column: str,
    age: timedelta,
    limit: timedelta,
    reason: str,
) -> None:
    nurse = as_role("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(text(f"UPDATE dashboard.sessions SET {column} = {column} - :age"), {"age": age})

    worked(config, "sessions")

    began, ended = [e for e in events(owner_engine) if e.staff_id == nurse.staff_id]
    assert (ended.kind, ended.reason) == ("ended", reason)
    assert abs(ended.happened_at - (began.happened_at - age + limit)) < timedelta(seconds=5)


def test_signing_in_again_over_the_page_ends_the_session_before(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    email = next(e.email for e in events(owner_engine) if e.staff_id == nurse.staff_id)

    nurse.post("/login", data={"csrf_token": nurse.token("/admin/"), "email": email, "password": PASSWORD})

    assert told(owner_engine, email)[1:] == [("sign-in", ""), ("ended", "signed in again")]


def test_what_is_told_stays_when_the_person_goes(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM staff WHERE id = :id"), {"id": nurse.staff_id})

    assert [e.name.split()[0] for e in events(owner_engine) if e.staff_id == nurse.staff_id] == ["Nurse"]


@pytest.mark.parametrize("change", ["UPDATE {} SET email = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_serving_role_rewrites_nothing(serving_engine: Engine, change: str) -> None:
    with serving_engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
        connection.execute(text(change.format("dashboard.sign_in_events")))
    assert sqlstate(refused.value) == "42501"


def test_a_sign_in_that_cannot_be_written_down_does_not_happen(
    client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    email = new_person("Nurse")[1]
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON dashboard.sign_in_events FROM homecare_app"))

    answer = client.sign_in(email, PASSWORD)

    with owner_engine.begin() as connection:
        connection.execute(text("GRANT INSERT ON dashboard.sign_in_events TO homecare_app"))
    assert answer.status_code == 403
    assert client.get("/admin/").status_code == 302
