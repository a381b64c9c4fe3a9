"""What a person does with their own notifications."""

from __future__ import annotations

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions.transaction import retried, transaction
from homecare.models import Notification

_NOW = func.timezone("utc", func.now())


@retried
def mark_read(*, session: Session, by: Acting, notice_id: int | None = None, newest: int | None = None) -> None:
    """One of the person's own, or all of theirs up to `newest`: what came later was not on the page."""
    which = Notification.id == notice_id if notice_id is not None else Notification.id <= newest
    mine = (Notification.staff_id == by.person.staff_id, Notification.read_at.is_(None))
    with transaction(session, by=by):
        session.execute(update(Notification).where(*mine, which).values(read_at=_NOW), execution_options=UNSCOPED_WRITE)
