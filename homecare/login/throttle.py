"""At most ten guesses per e-mail in any fifteen minutes, counted in the database over all workers and restarts.

A browser that signed in with the e-mail before has ten of its own, so that nobody can keep an owner out. All the others
share ten for the e-mail, and whoever comes from one address has a hundred over all e-mails.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.orm import InstrumentedAttribute

from homecare.access.policy import folded
from homecare.db import db
from homecare.login.addresses import network
from homecare.login.browsers import keyed
from homecare.models import SignInFailure

MOST_FAILURES = 10
# A whole office can be behind one address.
MOST_OF_AN_ADDRESS = 100
WINDOW = timedelta(minutes=15)

_NOW = func.timezone("utc", func.now())


class TooManyFailuresError(Exception):
    """No guess is taken now; `retry_after_s` seconds later one is. `by_address`: for no e-mail from this address."""

    def __init__(self, retry_after_s: int, *, by_address: bool = False) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s
        self.by_address = by_address


def reserve(email: str, *, browser: bytes | None = None, address: str | None = None) -> int:
    """Counts this guess as failed before it is looked at, so that guesses sent all at once cannot pass together.

    Returns what `forgive` takes back when the guess was right. A refused guess is not counted: nobody can keep the
    owner out for longer than the window by going on. Raises TooManyFailuresError.
    """
    email_hash = browser or digest(email)
    address_hash = keyed("address", network(address)) if browser is None else None
    with db.engine.begin() as connection:
        # One guess per e-mail and per address at a time, until this transaction ends; always in the same order.
        hashes = [found for found in (email_hash, address_hash) if found]
        for lock in sorted(int.from_bytes(found[:8], "big", signed=True) for found in hashes):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        if wait_s := _wait_s(connection, SignInFailure.email_hash, email_hash, MOST_FAILURES):
            raise TooManyFailuresError(wait_s)
        if wait_s := _wait_s(connection, SignInFailure.address_hash, address_hash, MOST_OF_AN_ADDRESS):
            raise TooManyFailuresError(wait_s, by_address=True)
        added = insert(SignInFailure).values(email_hash=email_hash, address_hash=address_hash)
        return connection.execute(added.returning(SignInFailure.id)).scalar_one()


def forgive(connection: Connection, failure_id: int) -> None:
    """The guess was right, or not looked at. Earlier ones stay counted: an owner signing in hands out no ten more."""
    connection.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def digest(email: str) -> bytes:
    """The same for every way of writing the address; without the key nobody can tell which address it is."""
    return keyed("sign-in", folded(email))


def _wait_s(connection: Connection, column: InstrumentedAttribute[Any], value: bytes | None, most: int) -> int:
    """0 where fewer than `most` failed guesses of the window have this value."""
    if value is None:
        return 0
    newest = (
        select(SignInFailure.failed_at, _NOW.label("now"))
        .where(column == value, SignInFailure.failed_at > _NOW - WINDOW)
        .order_by(SignInFailure.failed_at.desc())
        .limit(most)
    )
    failures = connection.execute(newest).all()
    return _seconds_left(failures[-1].failed_at, failures[-1].now) if len(failures) == most else 0


def _seconds_left(failed_at: datetime, now: datetime) -> int:
    return max(1, math.ceil((failed_at + WINDOW - now).total_seconds()))
