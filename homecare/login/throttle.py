"""At most ten guesses per e-mail in fifteen minutes, counted in the database across all workers and restarts.
A browser that signed in with the e-mail before has ten guesses of its own, so nobody can lock an owner out. All other
browsers share ten for the e-mail, and one address has a hundred guesses over all e-mails.
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
# A whole office can share one address.
MOST_OF_AN_ADDRESS = 100
WINDOW = timedelta(minutes=15)

_NOW = func.timezone("utc", func.now())


class TooManyFailuresError(Exception):
    """No guess is accepted for `retry_after_s` seconds. With `by_address`, for any e-mail from this address."""

    def __init__(self, retry_after_s: int, *, by_address: bool = False) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s
        self.by_address = by_address


def reserve(email: str, *, browser: bytes | None = None, address: str | None = None) -> int:
    """Counts this guess as failed before it is checked, so that guesses sent all at once cannot all pass.
    Returns the id that `forgive` takes if the guess was right. A refused guess is not counted, so nobody can lock the
    owner out for longer than the window. Raises TooManyFailuresError.
    """
    email_hash = browser or digest(email)
    address_hash = keyed("address", network(address)) if browser is None else None
    with db.engine.begin() as connection:
        # One guess per e-mail and per address at a time, until this transaction ends. Sorted to avoid deadlocks.
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
    """The guess was right or was not checked. Earlier ones still count: an owner's sign-in must not allow ten more."""
    connection.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def digest(email: str) -> bytes:
    """The same digest for every spelling of the address. Without the key nobody can tell which address it is."""
    return keyed("sign-in", folded(email))


def _wait_s(connection: Connection, column: InstrumentedAttribute[Any], value: bytes | None, most: int) -> int:
    """0 if fewer than `most` failed guesses within the window have this value."""
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
