"""At most ten guesses per e-mail in any fifteen minutes, counted in the database over all workers and restarts."""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, insert, select, text

from homecare.access.policy import folded
from homecare.db import db
from homecare.models import SignInFailure

MOST_FAILURES = 10
WINDOW = timedelta(minutes=15)

_NOW = func.timezone("utc", func.now())


class TooManyFailuresError(Exception):
    """No guess is taken for this e-mail now; `retry_after_s` seconds later one is."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


def reserve(email: str) -> int:
    """Counts this guess as failed before it is looked at, so that guesses sent all at once cannot pass together.

    Returns what `forgive` takes back when the guess was right. A refused guess is not counted: nobody can keep the
    owner out for longer than the window by going on. Raises TooManyFailuresError.
    """
    email_hash = _hash(email)
    with db.engine.begin() as connection:
        # One guess per e-mail at a time, until this transaction ends.
        lock = int.from_bytes(email_hash[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        newest = (
            select(SignInFailure.failed_at, _NOW.label("now"))
            .where(SignInFailure.email_hash == email_hash, SignInFailure.failed_at > _NOW - WINDOW)
            .order_by(SignInFailure.failed_at.desc())
            .limit(MOST_FAILURES)
        )
        failures = connection.execute(newest).all()
        if len(failures) == MOST_FAILURES:
            raise TooManyFailuresError(_seconds_left(failures[-1].failed_at, failures[-1].now))
        added = insert(SignInFailure).values(email_hash=email_hash).returning(SignInFailure.id)
        return connection.execute(added).scalar_one()


def forgive(failure_id: int) -> None:
    """The guess was right. Earlier ones stay counted, or an owner signing in would hand out ten more."""
    with db.engine.begin() as connection:
        connection.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def _seconds_left(failed_at: datetime, now: datetime) -> int:
    return max(1, math.ceil((failed_at + WINDOW - now).total_seconds()))


def _hash(email: str) -> bytes:
    """The same for every way of writing the address; without the key nobody can tell which address it is."""
    key = str(current_app.secret_key).encode()
    return hmac.digest(key, b"sign-in:" + folded(email).encode("utf-8", "surrogatepass"), hashlib.sha256)
