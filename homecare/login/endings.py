"""How sessions end: signed out, ended from elsewhere, or their time was up; each end is written down as it happens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select
from sqlalchemy.orm import Session

from homecare.login.events import EventKind, described, note_those
from homecare.login.sessions import LONGEST, hashed, idle_limit
from homecare.models import Account, SignedIn, Staff

_NOW = func.timezone("utc", func.now())


def end(connection: Connection, token: str, *, kind: EventKind, reason: str, address: str | None) -> None:
    """What is over already ends no second time."""
    _end(connection, SignedIn.token_hash == hashed(token), described(kind, literal(reason), _NOW, address))


def end_all(connection: Connection, account_id: int, reason: str) -> None:
    """Signs the account out everywhere, in the caller's transaction."""
    _end(connection, SignedIn.account_id == account_id, described(EventKind.ENDED, literal(reason), _NOW, None))


def sweep(session: Session) -> None:
    """Takes out the sessions that are over, in the caller's transaction; that each ended is written down with when."""
    over = (
        select(SignedIn.token_hash)
        .join(Account, SignedIn.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(_ended_at(SignedIn) <= _NOW)
        # One that is just being used is not waited for.
        .with_for_update(of=SignedIn, skip_locked=True)
    )
    _end(session, SignedIn.token_hash.in_(over.scalar_subquery()))


def _end(connection: Connection | Session, which: ColumnElement[bool], event: tuple[Any, ...] = ()) -> None:
    """Ends sessions and writes that down, in one statement; without `event` those whose time was up."""
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
    """When the time of a session is up, joined with its account and staff row."""
    return func.least(session.last_used_at + idle_limit(), session.created_at + LONGEST)
