"""Everything that some bookings are checked against, read in nine statements however many bookings there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, union
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import (
    Absence,
    Assignment,
    Patient,
    PatientWish,
    Staff,
    Visit,
    VisitPlan,
    WorkingDay,
    WorkingTerms,
)
from homecare.queries.booked.travel import Point
from homecare.records import bookings

VISITS, SHIFTS = Visit.__tablename__, Assignment.__tablename__
_READ = UNSCOPED | NOT_SHOWN


@dataclass(frozen=True)
class Booking:
    """A visit or shift as it would be. `row_id` is the row that is changed, None for a new one; moments naive UTC.

    A visit has `minutes` (None: those of the carer's role), a shift its `end`; without a time only the person is
    checked. Visits of one `pair` are one visit of two carers. `done`: it was made already, and is only recorded.
    """

    kind: str
    row_id: int | None
    patient_id: int
    staff_id: int | None
    start: datetime | None
    minutes: int | None = None
    end: datetime | None = None
    pair: int | None = None
    done: bool = False

    @property
    def resource(self) -> str:
        return VISITS if self.kind == "visit" else SHIFTS


@dataclass(frozen=True)
class Busy:
    """Somebody's time with a patient. `row_id` is None and `index` says which, where it is a booking being checked."""

    resource: str
    row_id: int | None
    staff_id: int | None
    patient_id: int
    start: datetime
    end: datetime
    pair_id: int | None = None
    index: int = -1

    @property
    def is_shift(self) -> bool:
        return self.resource == SHIFTS

    def overlaps(self, other: Busy) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Carer:
    """`days` has (from, to) in Addis by weekday 1 to 7; who has none works any day."""

    role: str
    status: str
    gender: str = ""
    days: Mapping[int, tuple[time, time]] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """`absences` are by person (id, from, to), `wishes` and `points` by patient."""

    carers: Mapping[int, Carer]
    busy: Sequence[Busy]
    absences: Mapping[int, Sequence[tuple[int, datetime, datetime]]]
    wishes: Mapping[int, Sequence[Any]]
    points: Mapping[int, Point]


def read(
    session: Session,
    staff_ids: Collection[int],
    patient_ids: Collection[int],
    span: tuple[datetime, datetime] | None,
    without: Collection[tuple[str, int]] = (),
) -> Facts:
    """Of these people and patients in [start, end); without the rows that are being moved. Nine statements."""
    busy = [] if span is None else _visits(session, staff_ids, patient_ids, span) + _shifts(session, staff_ids, span)
    busy = [one for one in busy if (one.resource, one.row_id) not in without]
    places = {*patient_ids, *(one.patient_id for one in busy)}
    return Facts(
        carers=_carers(session, staff_ids),
        busy=busy,
        absences={} if span is None else _absences(session, staff_ids, span),
        wishes=_wishes(session, patient_ids),
        points=_points(session, places),
    )


def _carers(session: Session, staff_ids: Collection[int]) -> dict[int, Carer]:
    days: dict[int, dict[int, tuple[time, time]]] = {}
    for day in session.scalars(select(WorkingDay).where(WorkingDay.staff_id.in_(staff_ids)), execution_options=_READ):
        days.setdefault(day.staff_id, {})[day.weekday] = (day.starts, day.ends)
    asked = (
        select(Staff.id, Staff.role, Staff.status, WorkingTerms.gender)
        .outerjoin(WorkingTerms, WorkingTerms.staff_id == Staff.id)
        .where(Staff.id.in_(staff_ids))
    )
    found = session.execute(asked, execution_options=_READ)
    return {row.id: Carer(row.role, row.status, row.gender or "", days.get(row.id, {})) for row in found}


def _visits(
    session: Session, staff_ids: Collection[int], patient_ids: Collection[int], span: tuple[datetime, datetime]
) -> list[Busy]:
    pair = select(VisitPlan.pair_id).where(VisitPlan.visit_id == Visit.id).scalar_subquery().label("pair_id")
    joined, minutes = bookings.with_minutes(select(Visit.id, Visit.staff_id, Visit.patient_id, pair))
    start, end = (_bounded(moment) for moment in (bookings.busy_start(), bookings.busy_end(Visit, minutes)))
    asked = joined.add_columns(start.label("first"), end.label("last")).where(
        bookings.occupying(), bookings.overlapping(*span, minutes)
    )
    # Each half has an index of its own; of both at once the database would read all visits of that time.
    halves = (asked.where(Visit.staff_id.in_(staff_ids)), asked.where(Visit.patient_id.in_(patient_ids)))
    return [
        Busy(VISITS, row.id, row.staff_id, row.patient_id, row.first, row.last, row.pair_id)
        for row in session.execute(union(*halves).order_by("id"), execution_options=_READ)
    ]


def _bounded(moment: Any) -> Any:
    """Moments outside Python's calendar become its ends."""
    return func.least(func.greatest(moment, literal(clock.EARLIEST)), literal(clock.LATEST))


def _shifts(session: Session, staff_ids: Collection[int], span: tuple[datetime, datetime]) -> list[Busy]:
    asked: Select[Any] = select(
        Assignment.id,
        Assignment.staff_id,
        Assignment.patient_id,
        _bounded(Assignment.shift_start).label("first"),
        _bounded(Assignment.shift_end).label("last"),
    ).where(
        Assignment.staff_id.in_(staff_ids),
        bookings.closed_shift(),
        and_(Assignment.shift_start < span[1], Assignment.shift_end > span[0]),
    )
    return [
        Busy(SHIFTS, row.id, row.staff_id, row.patient_id, row.first, row.last)
        for row in session.execute(asked.order_by(Assignment.id), execution_options=_READ)
    ]


def _absences(
    session: Session, staff_ids: Collection[int], span: tuple[datetime, datetime]
) -> dict[int, list[tuple[int, datetime, datetime]]]:
    asked = select(
        Absence.id,
        Absence.staff_id,
        _bounded(Absence.starts_at).label("first"),
        _bounded(Absence.ends_at).label("last"),
    ).where(Absence.staff_id.in_(staff_ids), Absence.starts_at < span[1], Absence.ends_at > span[0])
    found: dict[int, list[tuple[int, datetime, datetime]]] = {}
    for row in session.execute(asked.order_by(Absence.starts_at), execution_options=_READ):
        found.setdefault(row.staff_id, []).append((row.id, row.first, row.last))
    return found


def _wishes(session: Session, patient_ids: Collection[int]) -> dict[int, list[Any]]:
    asked = select(PatientWish.id, PatientWish.patient_id, PatientWish.kind, PatientWish.staff_id)
    found: dict[int, list[Any]] = {}
    for row in session.execute(asked.where(PatientWish.patient_id.in_(patient_ids)), execution_options=_READ):
        found.setdefault(row.patient_id, []).append(row)
    return found


def _points(session: Session, patient_ids: Collection[int]) -> dict[int, Point]:
    place = func.geometry(Patient.geolocation)
    asked = select(Patient.id, func.ST_Y(place).label("lat"), func.ST_X(place).label("lon")).where(
        Patient.id.in_(patient_ids), Patient.geolocation.is_not(None), func.ST_IsEmpty(place).is_(False)
    )
    found = session.execute(asked, execution_options=_READ)
    return {row.id: Point(row.lat, row.lon) for row in found}


def around(moments: Collection[tuple[datetime, datetime]]) -> tuple[datetime, datetime] | None:
    """The whole weeks of Addis that the spans touch, and a day beside. None if there is no span."""
    if not moments:
        return None
    first, last = min(start for start, _ in moments), max(end for _, end in moments)
    if not (clock.is_bookable(first) and clock.is_bookable(last)):
        return first, last
    begin, _ = bookings.week_bounds(clock.to_addis(first).date())
    _, finish = bookings.week_bounds(clock.to_addis(last).date())
    return begin - bookings.ONE_DAY, finish + bookings.ONE_DAY
