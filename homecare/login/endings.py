"""How sessions end: by sign-out, from elsewhere, or because their time is up. Every end is recorded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, literal, select, update
from sqlalchemy.orm import Session

from homecare.login.events import EventKind, described, note_those
from homecare.login.role_limits import idle_limit
from homecare.login.sessions import LONGEST, hashed
from homecare.models import Account, GlassOpening, SignedIn, Staff

_NOW = func.timezone("utc", func.now())
# Why an opening for a reason ended before its time.
SESSION_OVER = "session over"


def end(connection: Connection, token: str, *, kind: EventKind, reason: str, address: str | None) -> None:
    """Does nothing if the session is already over."""
    _end(connection, SignedIn.token_hash == hashed(token), described(kind, literal(reason), _NOW, address))


def end_all(connection: Connection, account_id: int, reason: str, *, but: str = "") -> None:
    """Signs the account out everywhere, `but` the session of that token, in the caller's transaction."""
    which = (SignedIn.account_id == account_id) & (SignedIn.token_hash != hashed(but))
    _end(connection, which, described(EventKind.ENDED, literal(reason), _NOW, None))


def end_one(connection: Connection, account_id: int, session_id: int, reason: str) -> bool:
    """Whether the account had that session."""
    which = (SignedIn.account_id == account_id) & (SignedIn.id == session_id)
    return _end(connection, which, described(EventKind.ENDED, literal(reason), _NOW, None)) > 0


def sweep(session: Session) -> None:
    """Deletes expired sessions in the caller's transaction. Each is recorded with the time it ended."""
    over = (
        select(SignedIn.token_hash)
        .join(Account, SignedIn.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(_ended_at(SignedIn) <= _NOW)
        # Sessions in use at this moment are not waited for.
        .with_for_update(of=SignedIn, skip_locked=True)
    )
    _end(session, SignedIn.token_hash.in_(over.scalar_subquery()))


def _end(connection: Connection | Session, which: ColumnElement[bool], event: tuple[Any, ...] = ()) -> int:
    """Ends and records sessions, and what was opened in them for a reason, in one statement. Returns how many.
    Without `event` these are sessions whose time is up.
    """
    columns = (SignedIn.token_hash, SignedIn.account_id, SignedIn.created_at, SignedIn.last_used_at)
    gone = delete(SignedIn).where(which).returning(*columns).cte("gone")
    shut = (
        update(GlassOpening)
        .where(GlassOpening.session_hash == gone.c.token_hash, GlassOpening.ended_at.is_(None))
        .where(GlassOpening.until > _NOW)
        .values(ended_at=_NOW, ended_how=SESSION_OVER)
    )
    why = case((gone.c.created_at + LONGEST <= _NOW, "half a day"), else_="idle")
    found = (
        select(*(event or described(EventKind.ENDED, why, _ended_at(gone.c), None)))
        .select_from(gone)
        .join(Account, gone.c.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
    )
    return note_those(connection, found.add_cte(shut.cte("shut")))


def _ended_at(session: Any) -> ColumnElement[Any]:
    """When a session expires. The session must be joined with its account and staff row."""
    return func.least(session.last_used_at + idle_limit(), session.created_at + LONGEST)
