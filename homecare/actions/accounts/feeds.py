"""Addresses of one's own calendar: made and revoked by their owner, revoked by who holds everything."""

from __future__ import annotations

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.actions.accounts.others import may_change
from homecare.actions.transaction import retried, transaction
from homecare.login import accounts, calendar_feeds, events
from homecare.login.accounts import AccountError
from homecare.login.events import EventKind

MADE, REVOKED = Doing(label="Calendar address made"), Doing(label="Calendar address revoked")


@retried
def make_feed(*, session: Session, by: Acting, address: str | None) -> str:
    """The secret of a new address of one's own, which nobody can read again. Raises AccountError."""
    staff_id = by.person.staff_id
    with transaction(session, by=by, doing=MADE):
        connection = session.connection()
        secret = calendar_feeds.make(connection, staff_id)
        if secret is None:
            raise AccountError(f"You have {calendar_feeds.MOST_OF_ONE} addresses. Revoke one you do not use first.")
        row = accounts.find_of_staff(connection, staff_id)
        events.note(connection, EventKind.CALENDAR, who=row, reason="made by its owner", address=address)
        return secret


@retried
def revoke_feed(*, session: Session, staff_id: int, feed_id: int, by: Acting, address: str | None) -> None:
    """Raises AccountError."""
    is_own = staff_id == by.person.staff_id
    if not is_own and not may_change(by):
        raise AccountError("Only who holds everything may revoke another's address. Ask an Admin.")
    with transaction(session, by=by, doing=REVOKED):
        connection = session.connection()
        if not calendar_feeds.revoke(connection, staff_id, feed_id):
            raise AccountError("This address is revoked already.")
        row = accounts.find_of_staff(connection, staff_id)
        whose = "by its owner" if is_own else f"by {by.accountable.full_name.strip()}"
        events.note(connection, EventKind.CALENDAR, who=row, reason=f"revoked {whose}", address=address)
