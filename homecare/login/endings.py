"""How sessions end: by sign-out, from elsewhere, or because their time is up. Every end is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select

from homecare.db import db
from homecare.login.events import EventKind, described, note_those
from homecare.login.sessions import LONGEST, hashed, idle_limit
from homecare.models import Account, FormToken, SignedIn, SignInFailure, Staff

# Nothing needs older rows: those guesses no longer count, and those forms were sent long ago.
COUNTED_FOR = timedelta(days=1)

_NOW = func.timezone("utc", func.now())


def end(connection: Connection, token: str, *, kind: EventKind, reason: str, address: str | None) -> None:
    """Does nothing if the session is already over."""
    _end(connection, SignedIn.token_hash == hashed(token), described(kind, literal(reason), _NOW, address))


def end_all(connection: Connection, account_id: int, reason: str) -> None:
    """Signs the account out everywhere, in the caller's transaction."""
    _end(connection, SignedIn.account_id == account_id, described(EventKind.ENDED, literal(reason), _NOW, None))


def sweep() -> None:
    """Deletes everybody's expired sessions, guesses and form tokens. Each expired session is recorded with its end."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for column in (SignInFailure.failed_at, FormToken.used_at):
            connection.execute(delete(column.class_).where(column < _NOW - COUNTED_FOR))
        over = (
            select(SignedIn.token_hash)
            .join(Account, SignedIn.account_id == Account.id)
            .join(Staff, Account.staff_id == Staff.id)
            .where(_ended_at(SignedIn) <= _NOW)
            # Two sweeps at the same time do not wait for each other.
            .with_for_update(of=SignedIn, skip_locked=True)
        )
        _end(connection, SignedIn.token_hash.in_(over.scalar_subquery()))


def _end(connection: Connection, which: ColumnElement[bool], event: tuple[Any, ...] = ()) -> None:
    """Ends and records sessions in one statement. Without `event` these are sessions whose time is up."""
    columns = (SignedIn.account_id, SignedIn.created_at, SignedIn.last_used_at)
    gone = delete(SignedIn).where(which).returning(*columns).cte("gone")
    why = case((gone.c.created_at + LONGEST <= _NOW, "half a day"), else_="idle")
    found = (
        select(*(event or described(EventKind.ENDED, why, _ended_at(gone.c), None)))
        .select_from(gone)
        .join(Account, gone.c.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
    )
    note_those(connection, found)


def _ended_at(session: Any) -> ColumnElement[Any]:
    """When a session expires. The session must be joined with its account and staff row."""
    return func.least(session.last_used_at + idle_limit(), session.created_at + LONGEST)
