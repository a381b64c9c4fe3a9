"""Signing in with a second factor: nothing opens before the code, and each code opens once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from second_factors import TICKET, Owner, first_step, second_step, sent, set_up
from sqlalchemy import Engine, text

from homecare.db import db
from homecare.login import second_factor, throttle

NewPerson = Callable[..., tuple[int, str]]
ACTION = re.compile(r'action="(/login/code[^"]*)"')


def test_the_password_alone_opens_no_session(owner: Owner) -> None:
    visitor = owner.stranger()

    answer = visitor.sign_in(owner.email, PASSWORD)

    assert (answer.status_code, "Enter your code" in answer.text) == (200, True)
    assert visitor.get("/admin/").status_code == 302
    assert "_user_id" not in visitor.get_cookie("homecare").decoded_value
    assert visitor.get("/session").json["account"] is None


def test_the_code_opens_the_page_that_was_asked_for(owner: Owner) -> None:
    visitor = owner.stranger()
    page = visitor.send("/login?next=/admin/patients/", {"email": owner.email, "password": PASSWORD}).text
    then = ACTION.findall(page)[0]
    ticket = TICKET.findall(page)[0]

    answer = sent(visitor, then, ticket=ticket, code=owner.authenticator.code())

    assert (answer.status_code, answer.location) == (302, "/admin/patients/")
    assert visitor.get("/admin/").status_code == 200
    assert owner.told()[-1] == ("sign-in", "with a code")


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_half_a_minute_off_is_accepted(owner: Owner, steps: int) -> None:
    visitor = owner.stranger()

    assert second_step(visitor, first_step(visitor, owner.email), owner.authenticator.code(steps)).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_clock_further_off_is_not(owner: Owner, steps: int) -> None:
    visitor = owner.stranger()

    assert second_step(visitor, first_step(visitor, owner.email), owner.authenticator.code(steps)).status_code == 422


def test_a_code_opens_once(owner: Owner) -> None:
    code = owner.authenticator.code()
    answers = []
    for visitor in (owner.stranger(), owner.stranger()):
        answers.append(second_step(visitor, first_step(visitor, owner.email), code).status_code)

    assert answers == [302, 422]


def test_the_code_that_set_it_up_opens_nothing(app: Flask, client: Visitor, new_person: NewPerson) -> None:
    email = new_person("Nurse")[1]
    nurse = app.test_client()
    nurse.sign_in(email, PASSWORD)
    authenticator = set_up(nurse)

    assert second_step(client, first_step(client, email), authenticator.code(-1)).status_code == 422


@pytest.mark.parametrize("typed", ["code", "recovery"])
def test_of_two_workers_that_are_sent_one_code_one_takes_it(owner: Owner, typed: str) -> None:
    account_id, taken = owner.account_id, []
    code = owner.authenticator.code() if typed == "code" else owner.authenticator.recovery[0]
    read = threading.Barrier(4)

    def come() -> None:
        with owner.app.app_context(), db.engine.begin() as connection:
            # All of them have begun, and read what stood before any took it.
            connection.execute(text("SELECT last_step FROM dashboard.second_factors"))
            read.wait()
            taken.append(second_factor.accept(connection, account_id, code))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([proof for proof in taken if proof]) == 1


def test_a_recovery_code_opens_once_however_it_is_typed(owner: Owner) -> None:
    code = owner.authenticator.recovery[0]
    assert len(set(owner.authenticator.recovery)) == second_factor.RECOVERY_CODES
    answers = []
    for typed in (code.upper().replace("-", " "), code):
        visitor = owner.stranger()
        answers.append(second_step(visitor, first_step(visitor, owner.email), typed).status_code)

    assert answers == [302, 422]
    assert owner.told()[-2:] == [("sign-in", "with a recovery code"), ("refused", "wrong code")]
    assert "9 recovery codes left" in owner.visitor.get("/account/").text


def test_another_persons_code_opens_nothing(
    owner: Owner, app: Flask, owner_engine: Engine, new_person: NewPerson
) -> None:
    staff_id, email = new_person("Doctor")
    other = Owner(app, owner_engine, email, staff_id)
    visitor = owner.stranger()
    ticket = first_step(visitor, owner.email)

    assert second_step(visitor, ticket, other.authenticator.code()).status_code == 422
    assert second_step(visitor, ticket, other.authenticator.recovery[0]).status_code == 422


def test_wrong_codes_are_counted_like_wrong_passwords(owner: Owner) -> None:
    visitor = owner.stranger()
    ticket = first_step(visitor, owner.email)
    for _ in range(throttle.MOST_FAILURES):
        assert second_step(visitor, ticket, owner.authenticator.wrong).status_code == 422

    answer = second_step(visitor, ticket, owner.authenticator.code())

    assert (answer.status_code, "Wait 15 min" in answer.text) == (429, True)
    assert visitor.sign_in(owner.email, PASSWORD).status_code == 429


def test_a_wrong_password_is_answered_as_without_a_second_factor(owner: Owner, new_person: NewPerson) -> None:
    def refused(email: str) -> str:
        visitor = owner.stranger()
        answer = visitor.sign_in(email, "a wrong password")
        token = visitor.get("/session").json["csrf_token"]
        assert answer.status_code == 422
        return answer.text.replace(email, "").replace(token, "").split("<h1")[1].split("<form")[0]

    assert refused(owner.email) == refused(new_person("Nurse")[1]) == refused("ghost@test.example")


def test_the_seed_and_the_codes_are_stored_in_no_readable_form(
    owner: Owner, owner_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with owner_engine.connect() as connection:
        rows = [
            str(connection.execute(text(f"SELECT * FROM dashboard.{table}")).all())
            for table in ("second_factors", "recovery_codes", "sign_in_events", "reads", "accounts")
        ]
    page = owner.visitor.get("/account/").text

    for secret in (owner.authenticator.seed, *owner.authenticator.recovery):
        assert all(secret not in kept and secret.replace("-", "") not in kept for kept in (*rows, page, caplog.text))


def test_a_seed_that_no_key_opens_lets_nobody_in(owner: Owner, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.second_factors SET seed = 'lost'"))
    visitor = owner.stranger()

    assert second_step(visitor, first_step(visitor, owner.email), owner.authenticator.code()).status_code == 422
    assert owner.visitor.get("/account/").status_code == 200
    assert second_step(visitor, first_step(visitor, owner.email), owner.authenticator.recovery[0]).status_code == 302


def test_it_is_asked_for_over_the_page_too(owner: Owner) -> None:
    def as_json(url: str, **values: str) -> Any:
        data = {"csrf_token": owner.visitor.get("/session").json["csrf_token"], **values}
        return owner.visitor.post(url, data=data, headers={"Accept": "application/json"})

    ticket = as_json("/login", email=owner.email, password=PASSWORD).json["ticket"]
    assert as_json("/login/code", ticket=ticket, code=owner.authenticator.wrong).json["error"].startswith("This code")
    assert as_json("/login/code", ticket="x", code="123456").json["again"] is True

    answer = as_json("/login/code", ticket=ticket, code=owner.authenticator.code())

    assert answer.json == {"account": owner.account_id}
    assert owner.told()[-1] == ("ended", "signed in again")


def test_a_stranger_without_a_token_of_the_form_is_refused(owner: Owner) -> None:
    visitor = owner.stranger()
    ticket = first_step(visitor, owner.email)

    answer = visitor.post("/login/code", data={"ticket": ticket, "code": owner.authenticator.code()})

    assert answer.status_code == 400
    assert sent(visitor, "/login/code", ticket=ticket, code=owner.authenticator.code()).status_code == 302
