"""How sessions end: signed out, ended from elsewhere, or their time was up; each end is written down as it happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select

from homecare.db import db
from homecare.login.events import EventKind, described, note_those
from homecare.login.role_limits import idle_limit
from homecare.login.sessions import LONGEST, hashed
from homecare.models import Account, FormToken, OneTimeLink, SignedIn, SignInFailure, Staff

# Nothing asks for older ones any more: guesses no longer count, forms are long sent.
KEPT = timedelta(days=1)

_NOW = func.timezone("utc", func.now())


def end(connection: Connection, token: str, *, kind: EventKind, reason: str, address: str | None) -> None:
    """What is over already ends no second time."""
    _end(connection, SignedIn.token_hash == hashed(token), described(kind, literal(reason), _NOW, address))


def end_all(connection: Connection, account_id: int, reason: str, *, but: str = "") -> None:
    """Signs the account out everywhere, `but` the session of that token, in the caller's transaction."""
    which = (SignedIn.account_id == account_id) & (SignedIn.token_hash != hashed(but))
    _end(connection, which, described(EventKind.ENDED, literal(reason), _NOW, None))


def end_one(connection: Connection, account_id: int, session_id: int, reason: str) -> bool:
    """Whether the account had that session."""
    which = (SignedIn.account_id == account_id) & (SignedIn.id == session_id)
    return _end(connection, which, described(EventKind.ENDED, literal(reason), _NOW, None)) > 0


def sweep() -> None:
    """Takes out what is over of anybody's; that a session ended is written down with the time it did."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for column in (SignInFailure.failed_at, FormToken.used_at, OneTimeLink.expires_at):
            connection.execute(delete(column.class_).where(column < _NOW - KEPT))
        over = (
            select(SignedIn.token_hash)
            .join(Account, SignedIn.account_id == Account.id)
            .join(Staff, Account.staff_id == Staff.id)
            .where(_ended_at(SignedIn) <= _NOW)
            # Two that sweep at once do not wait for each other.
            .with_for_update(of=SignedIn, skip_locked=True)
        )
        _end(connection, SignedIn.token_hash.in_(over.scalar_subquery()))


def _end(connection: Connection, which: ColumnElement[bool], event: tuple[Any, ...] = ()) -> int:
    """Ends sessions and writes that down, in one statement; without `event` those whose time was up. How many."""
    columns = (SignedIn.account_id, SignedIn.created_at, SignedIn.last_used_at)
    gone = delete(SignedIn).where(which).returning(*columns).cte("gone")
    why = case((gone.c.created_at + LONGEST <= _NOW, "half a day"), else_="idle")
    found = (
        select(*(event or described(EventKind.ENDED, why, _ended_at(gone.c), None)))
        .select_from(gone)
        .join(Account, gone.c.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
    )
    return note_those(connection, found)


def _ended_at(session: Any) -> ColumnElement[Any]:
    """When the time of a session is up, joined with its account and staff row."""
    return func.least(session.last_used_at + idle_limit(), session.created_at + LONGEST)
