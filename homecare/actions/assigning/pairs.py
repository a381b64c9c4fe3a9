"""Two carers of one visit: a row for each, tied by the pair of their plans, moved and cancelled together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from homecare.access.policy import folded
from homecare.access.shown import NOT_SHOWN
from homecare.models import Visit, VisitPlan
from homecare.records.bookings import WAITING

SHARED = ("scheduled_at", "minutes", "purpose", "status", "ending_reason")


@dataclass(frozen=True)
class NewVisit:
    """Those with `pair` of one patient and time are one visit of two carers; one alone gets its second, unassigned."""

    patient_id: int
    staff_id: int | None
    scheduled_at: datetime
    minutes: int | None = None
    purpose: str = ""
    pair: bool = False


@dataclass(frozen=True)
class Partner:
    """The other visit of a pair at its version, what it takes over, and where that differs from what it has. `of` is
    the visit that is changed.
    """

    version: str
    values: dict[str, Any]
    of: int
    differs: frozenset[str]


def partners(session: Session, values: Mapping[int, Mapping[str, Any]]) -> dict[int, Partner]:
    """By id, of visits that are not changed themselves; `values` are those of the visits that are. One statement."""
    mine, theirs = VisitPlan.__table__.alias(), VisitPlan.__table__.alias()
    asked = (
        select(Visit.id, literal_column("visit_services.xmin::text").label("version"), mine.c.visit_id.label("of"))
        .add_columns(Visit.status, Visit.check_in_time, Visit.scheduled_at)
        .join(theirs, theirs.c.visit_id == Visit.id)
        .join(mine, mine.c.pair_id == theirs.c.pair_id)
        .where(mine.c.visit_id.in_([*values]), theirs.c.visit_id.not_in([*values]))
        .order_by(Visit.id)
    )
    found = {}
    for row in session.execute(asked, execution_options=NOT_SHOWN).all():
        if shared := _shared(values[row.of], row.status, row.check_in_time):
            held = {"scheduled_at": row.scheduled_at, "status": row.status}
            differs = frozenset(name for name in held if name in shared and shared[name] != held[name])
            found[row.id] = Partner(row.version, shared, row.of, differs)
    return found


def _shared(values: Mapping[str, Any], status: str | None, check_in_time: datetime | None) -> dict[str, Any]:
    """What the other visit takes over. Each carer checks in and out alone: of the statuses only Cancelled is shared."""
    shared = {name: value for name, value in values.items() if name in SHARED}
    waits = (folded(status) or WAITING[0]) in WAITING and check_in_time is None
    was_cancelled = folded(status) == "cancelled"
    if "status" in shared:
        if folded(shared["status"]) != "cancelled" and not was_cancelled:
            shared = {name: value for name, value in shared.items() if name not in ("status", "ending_reason")}
        return shared if waits or was_cancelled else {}
    return shared if waits else {}


def numbered(visits: Sequence[NewVisit]) -> list[tuple[NewVisit, int]]:
    """Each new visit with the number of its pair, 0 for none; after them the second one of whoever came alone."""
    numbers: dict[tuple[int, datetime], int] = {}
    for one in visits:
        if one.pair:
            numbers.setdefault((one.patient_id, one.scheduled_at), len(numbers) + 1)
    made = [(one, numbers[one.patient_id, one.scheduled_at] if one.pair else 0) for one in visits]
    held = [number for _, number in made]
    return made + [(replace(one, staff_id=None), number) for one, number in made if number and held.count(number) == 1]
