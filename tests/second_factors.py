"""A person's authenticator app, and setting it up through the front door."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine, text

KEY = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')
RECOVERY = re.compile(r"<li><code>([a-z0-9-]{14})</code></li>")
TICKET = re.compile(r'name="ticket"[^>]*?value="([^"]+)"')


@dataclass
class App:
    seed: str
    recovery: list[str]

    def code(self, steps: int = 0) -> str:
        """That of now, or of so many steps of half a minute later."""
        return pyotp.TOTP(self.seed).at(int(time.time()) + 30 * steps)

    @property
    def wrong(self) -> str:
        """Six digits that are none of the codes around now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(f"{number:06d}" for number in range(20) if f"{number:06d}" not in near)


def sent(visitor: Visitor, url: str, **values: str) -> Any:
    return visitor.post(url, data={"csrf_token": visitor.get("/session").json["csrf_token"], **values})


def set_up(visitor: Visitor) -> App:
    sent(visitor, "/account/second-factor/begin")
    key = KEY.search(visitor.get("/account/").text)
    assert key
    app = App(key[1].replace(" ", ""), [])
    answer = sent(visitor, "/account/second-factor/confirm", code=app.code())
    assert answer.status_code == 200
    app.recovery = RECOVERY.findall(answer.text)
    return app


def forget_codes(engine: Engine) -> None:
    """As if half a minute and more had gone by since anybody's last code."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.second_factors SET last_step = 0"))


def first_step(visitor: Visitor, email: str, password: str = PASSWORD) -> str:
    """The ticket that a right password earns."""
    found = TICKET.search(visitor.sign_in(email, password).text)
    assert found
    return found[1]


def second_step(visitor: Visitor, ticket: str, code: str) -> Any:
    return sent(visitor, "/login/code", ticket=ticket, code=code)


class Owner:
    """A nurse with a second factor: the app in her hand, and browsers that do not know her."""

    def __init__(self, app: Flask, engine: Engine, email: str, staff_id: int) -> None:
        self.app, self.engine, self.email, self.staff_id = app, engine, email, staff_id
        self.visitor = self.stranger()
        assert self.visitor.sign_in(email, PASSWORD).status_code == 302
        self.authenticator: App = set_up(self.visitor)
        forget_codes(engine)

    def stranger(self) -> Visitor:
        visitor = self.app.test_client()
        assert isinstance(visitor, Visitor)
        return visitor

    @property
    def account_id(self) -> int:
        with self.engine.connect() as connection:
            found = connection.execute(
                text("SELECT id FROM dashboard.accounts WHERE staff_id = :id"), {"id": self.staff_id}
            )
            return int(found.scalar_one())

    def told(self) -> list[tuple[str, str]]:
        with self.engine.connect() as connection:
            found = connection.execute(
                text("SELECT kind, reason FROM dashboard.sign_in_events WHERE staff_id = :id ORDER BY id"),
                {"id": self.staff_id},
            )
            return [(row.kind, row.reason) for row in found]


@pytest.fixture
def owner(app: Flask, owner_engine: Engine, new_person: Callable[..., tuple[int, str]]) -> Iterator[Owner]:
    staff_id, email = new_person("Nurse")
    yield Owner(app, owner_engine, email, staff_id)
    # An address has a hundred guesses, over all tests.
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sign_in_failures"))
