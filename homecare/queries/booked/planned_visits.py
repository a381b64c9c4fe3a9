"""Visits that were planned together, and what stands on some days: what is moved, cancelled or copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from homecare.access.policy import folded
from homecare.access.shown import NOT_SHOWN
from homecare.models import Assignment, Visit, VisitPlan
from homecare.records import bookings

_OPTIONS: dict[str, Any] = {"execution_options": NOT_SHOWN}


@dataclass(frozen=True)
class Planned:
    """A visit with its plan, or a shift with its `end`. Moments are in UTC."""

    row_id: int
    version: str
    patient_id: int
    staff_id: int | None
    start: datetime
    status: str
    started: bool = False
    end: datetime | None = None
    minutes: int | None = None
    purpose: str = ""
    pair_id: int | None = None

    @property
    def waits(self) -> bool:
        return (folded(self.status) or bookings.WAITING[0]) in bookings.WAITING and not self.started


def series_of(session: Session, visit_id: int) -> int | None:
    """The series that the visit was planned in. One statement."""
    return session.scalar(select(VisitPlan.series_id).where(VisitPlan.visit_id == visit_id))


def in_series(session: Session, series_id: int) -> list[Planned]:
    """All its visits that have a time, by time. One statement."""
    asked = _visits().where(VisitPlan.series_id == series_id)
    return _read(session, asked)


def visits_between(session: Session, start: datetime, end: datetime, staff_id: int | None, most: int) -> list[Planned]:
    """Those that take somebody's time, by time; of one person, or of all and of nobody. One statement."""
    asked = _visits().where(Visit.scheduled_at >= start, Visit.scheduled_at < end, bookings.occupying())
    return _read(session, (asked if staff_id is None else asked.where(Visit.staff_id == staff_id)).limit(most))


def shifts_between(session: Session, start: datetime, end: datetime, staff_id: int | None, most: int) -> list[Planned]:
    """Shifts that begin then and are not cancelled, by time. One statement."""
    shift = Assignment
    asked = (
        select(shift.id, literal_column("caregiver_assignments.xmin::text").label("version"), shift.patient_id)
        .add_columns(shift.staff_id, shift.shift_start, shift.shift_end, shift.status)
        .where(shift.shift_start >= start, shift.shift_start < end, bookings.status_word(shift) != "cancelled")
        .where(shift.shift_end > shift.shift_start)
        .order_by(shift.shift_start, shift.id)
        .limit(most)
    )
    found = session.execute(asked if staff_id is None else asked.where(shift.staff_id == staff_id), **_OPTIONS)
    return [
        Planned(row.id, row.version, row.patient_id, row.staff_id, row.shift_start, row.status or "", end=row.shift_end)
        for row in found
    ]


def _visits() -> Select[Any]:
    return (
        select(Visit.id, literal_column("visit_services.xmin::text").label("version"), Visit.patient_id, Visit.staff_id)
        .add_columns(Visit.scheduled_at, Visit.status, Visit.check_in_time)
        .add_columns(VisitPlan.minutes, VisitPlan.purpose, VisitPlan.pair_id)
        .outerjoin(VisitPlan, VisitPlan.visit_id == Visit.id)
        .where(Visit.scheduled_at.is_not(None), Visit.patient_id.is_not(None))
        .order_by(Visit.scheduled_at, Visit.id)
    )


def _read(session: Session, asked: Select[Any]) -> list[Planned]:
    return [
        Planned(
            row.id,
            row.version,
            row.patient_id,
            row.staff_id,
            row.scheduled_at,
            row.status or "",
            started=row.check_in_time is not None,
            minutes=row.minutes,
            purpose=row.purpose or "",
            pair_id=row.pair_id,
        )
        for row in session.execute(asked, **_OPTIONS)
        if isinstance(row.scheduled_at, datetime)
    ]


def pairs(found: Sequence[Planned]) -> set[int]:
    """The visits of which another of the same patient, time and pair is among them."""
    held: dict[tuple[int, int, datetime], list[int]] = {}
    for one in found:
        if one.pair_id is not None:
            held.setdefault((one.pair_id, one.patient_id, one.start), []).append(one.row_id)
    return {row_id for ids in held.values() if len(ids) > 1 for row_id in ids}
