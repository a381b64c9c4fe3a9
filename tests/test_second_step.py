"""What a right password earns where a code is asked too: a ticket that opens nothing by itself, and not for long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from second_factors import Owner, first_step, second_step
from sqlalchemy import Engine, text

from homecare.db import db
from homecare.login import accounts, sessions, signing_in
from homecare.login.browsers import Caller

NewPerson = Callable[..., tuple[int, str]]

TICKETS: dict[str, Callable[[str], str]] = {
    "none": lambda _: "",
    "made up": lambda _: "WzEsICJhIl0.aaaa.bbbb",
    "changed": lambda ticket: "x" + ticket,
    "cut off": lambda ticket: ticket[:-1],
    "hostile": lambda _: "\0\ud800'; DROP TABLE staff",
}


@pytest.mark.parametrize("kind", TICKETS)
def test_a_ticket_that_is_not_ours_asks_for_the_password(owner: Owner, kind: str) -> None:
    visitor = owner.stranger()
    ticket = TICKETS[kind](first_step(visitor, owner.email)).encode("utf-8", "surrogatepass")

    answer = second_step(visitor, ticket, owner.authenticator.code())  # type: ignore[arg-type]

    assert (answer.status_code, "Enter your password again" in answer.text) == (422, True)
    assert visitor.get("/admin/").status_code == 302


CHANGES = {
    "another password": "UPDATE dashboard.accounts SET password_hash = 'another' WHERE staff_id = :id",
    "no password": "UPDATE dashboard.accounts SET password_hash = NULL WHERE staff_id = :id",
    "disabled": "UPDATE dashboard.accounts SET disabled_at = now() WHERE staff_id = :id",
    "gone": "DELETE FROM dashboard.accounts WHERE staff_id = :id",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_ticket_opens_nothing_once_the_account_changed(owner: Owner, owner_engine: Engine, change: str) -> None:
    visitor = owner.stranger()
    ticket = first_step(visitor, owner.email)
    with owner_engine.begin() as connection:
        connection.execute(text(CHANGES[change]), {"id": owner.staff_id})

    assert second_step(visitor, ticket, owner.authenticator.code()).status_code == 422
    assert visitor.get("/admin/").status_code == 302


def test_a_ticket_lasts_five_minutes(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = owner.stranger()
    ticket = first_step(visitor, owner.email)
    monkeypatch.setattr(signing_in, "TICKET_LASTS_S", -1)

    assert "took too long" in second_step(visitor, ticket, owner.authenticator.code()).text


def test_a_factor_that_is_turned_on_meanwhile_is_asked_for(
    app: Flask, new_person: NewPerson, owner_engine: Engine
) -> None:
    email = new_person("Nurse")[1]
    with app.test_request_context(), db.engine.begin() as connection:
        row: Any = accounts.find(connection, email)
        connection.execute(
            text("INSERT INTO dashboard.second_factors VALUES (:id, 'x', now(), 0)"), {"id": row.account_id}
        )

        token = sessions.start(connection, row.account_id, row.password_hash, Caller(), with_code=False)

    assert token is None


@pytest.mark.parametrize("words", [[], ["--second-factor"]])
def test_the_command_line_lets_the_one_admin_in_who_lost_the_telephone(owner: Owner, words: list[str]) -> None:
    asked = ["accounts", "reset", "--email", owner.email, *words, "--password-stdin"]
    assert owner.app.test_cli_runner().invoke(args=asked, input="another long password\n").exit_code == 0

    answer = owner.stranger().sign_in(owner.email, "another long password")

    assert answer.status_code == (302 if words else 200)
    assert (("second factor off", "on the command line") in owner.told()) == bool(words)
