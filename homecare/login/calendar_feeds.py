"""Private addresses of one's own visits for a calendar: kept as a hash alone, revocable, open without a session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from homecare.login.sessions import hashed, is_refused_demo_account
from homecare.models import Account, CalendarFeed, Staff

# A telephone, a computer and some to spare.
MOST_OF_ONE = 5
FETCH_NOTED_EVERY = timedelta(minutes=1)

_NOW = func.timezone("utc", func.now())


@dataclass(frozen=True)
class Feed:
    """One address that opens now. Moments are UTC."""

    id: int
    created_at: datetime
    fetched_at: datetime | None


def make(connection: Connection, staff_id: int) -> str | None:
    """The secret of a new address; nobody can read it again. None where the person has MOST_OF_ONE that are open.
    Of two that are asked for at once the second waits here until the first is counted."""
    connection.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True))
    if len(open_feeds(connection, staff_id)) >= MOST_OF_ONE:
        return None
    secret = secrets.token_urlsafe(32)
    connection.execute(insert(CalendarFeed).values(staff_id=staff_id, secret_hash=hashed(secret)))
    return secret


def revoke(connection: Connection, staff_id: int, feed_id: int) -> bool:
    """False where that person has no such address that is open."""
    mine = (CalendarFeed.id == feed_id, CalendarFeed.staff_id == staff_id, CalendarFeed.revoked_at.is_(None))
    return connection.execute(update(CalendarFeed).where(*mine).values(revoked_at=_NOW)).rowcount == 1


def open_feeds(connection: Connection, staff_id: int) -> list[Feed]:
    found = (
        select(CalendarFeed.id, CalendarFeed.created_at, CalendarFeed.fetched_at)
        .where(CalendarFeed.staff_id == staff_id, CalendarFeed.revoked_at.is_(None))
        .order_by(CalendarFeed.id)
    )
    return [Feed(**row) for row in connection.execute(found).mappings()]


def find(connection: Connection, secret: str) -> Row[*tuple[Any, ...]] | None:
    """Whose visits the address opens: `id` of the feed and `staff_id`. None where it is unknown or revoked, or its
    person's account is not open. Whether the person still has a role that may is for the caller to ask."""
    asked = (
        select(CalendarFeed.id, CalendarFeed.staff_id, Staff.email)
        .join(Staff, CalendarFeed.staff_id == Staff.id)
        .join(Account, Account.staff_id == Staff.id)
        .where(
            CalendarFeed.secret_hash == hashed(secret),
            CalendarFeed.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    )
    row = connection.execute(asked).one_or_none()
    return None if row is None or is_refused_demo_account(row.email) else row


def note_fetch(connection: Connection, feed_id: int) -> None:
    """At most once a minute."""
    due = or_(CalendarFeed.fetched_at.is_(None), CalendarFeed.fetched_at < _NOW - FETCH_NOTED_EVERY)
    connection.execute(update(CalendarFeed).where(CalendarFeed.id == feed_id, due).values(fetched_at=_NOW))
