"""Up to when kept facts are right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.models import DIRTY_PLACES, FactState

QUEUES: dict[str, Table] = {"places": DIRTY_PLACES}


def as_of(session: Session, name: str) -> datetime | None:
    """None if all that was committed is in the facts; else everything before that moment (UTC) is, or nothing if it is
    clock.EARLIEST. One statement of two look-ups.
    """
    waits = select(QUEUES[name].c.key).limit(1).exists()
    right_at = select(FactState.right_at).where(FactState.name == name).scalar_subquery()
    row = session.execute(select(func.coalesce(right_at, clock.EARLIEST).label("at"), waits.label("waits"))).one()
    return row.at if row.waits or row.at == clock.EARLIEST else None
