"""How much the bell has to tell: read with the session's row, so that no page asks for it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from homecare.models import Notification, Staff

# The bell counts no further.
MOST = 100


def unread() -> ColumnElement[int]:
    """How many notifications the person has not read: of an index alone, and of at most MOST entries."""
    mine = select(Notification.id).where(Notification.staff_id == Staff.id, Notification.read_at.is_(None))
    counted = mine.correlate(Staff).limit(MOST).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()
