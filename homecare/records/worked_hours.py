"""What a visit adds to its carer's hours, as SQL, and the named conditions that list the visits behind each figure.

Worked = check-in to check-out; longer than twice the planned minutes is over-long and counts at twice. Travel =
great-circle km x 1.4 / 18 km/h + 10 min, estimated. The figures are assumed (domain.md, "Assigning work").
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Interval, and_, case, cast, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from homecare import clock
from homecare.access.row_scope import me
from homecare.models import Patient, Visit
from homecare.records import bookings
from homecare.records.registered import Reads, named

DETOUR, KM_PER_HOUR, FIXED_MINUTES = 1.4, 18, 10
OVER_LONG = 2
_ADDIS = cast(literal(f"{int(clock.ADDIS_OFFSET.total_seconds())} seconds"), Interval)
_TIMES = ("status", "check_in_time", "check_out_time")


def live(visit: Any = Visit) -> ColumnElement[bool]:
    """Planned: every visit but the cancelled ones."""
    return bookings.status_word(visit) != "cancelled"


def worked_seconds(visit: Any = Visit) -> ColumnElement[int]:
    """From check-in to check-out, NULL where one is missing or nobody's time was taken."""
    is_finite = and_(func.isfinite(visit.check_in_time), func.isfinite(visit.check_out_time))
    took = func.extract("epoch", visit.check_out_time - visit.check_in_time)
    # In CASE, because the difference of infinite moments is an error.
    return cast(case((and_(bookings.occupying(visit), is_finite), took)), BigInteger)


def most_seconds(visit: Any = Visit) -> ColumnElement[int]:
    """Longer than this is over-long, and counts as this."""
    return bookings.planned_minutes(visit) * 60 * OVER_LONG


def not_checked_out(visit: Any = Visit) -> ColumnElement[bool]:
    return and_(bookings.occupying(visit), visit.check_in_time.is_not(None), visit.check_out_time.is_(None))


def addis_day(visit: Any = Visit) -> ColumnElement[Any]:
    """The midnight of Addis, as its clock shows it, that the visit's day begins with."""
    return func.date_trunc("day", visit.scheduled_at + _ADDIS)


def travel_minutes(here: Any, there: Any) -> ColumnElement[Any]:
    """Between two places, NULL where one of them is unknown."""
    km = func.ST_Distance(here, there, False) / 1000.0
    return km * DETOUR / KM_PER_HOUR * 60 + FIXED_MINUTES


def _place(patient_id: Any, visit: Any) -> ColumnElement[Any]:
    patient = aliased(Patient)
    return select(patient.geolocation).where(patient.id == patient_id).correlate(visit).scalar_subquery()


def reached_by_travel(visit: Any = Visit) -> ColumnElement[bool]:
    """The carer came from another patient on the same day, and both places are known."""
    before = aliased(Visit)
    start = addis_day(visit) - _ADDIS
    last = (
        select(before.patient_id)
        .where(
            before.staff_id == visit.staff_id,
            before.scheduled_at >= start,
            before.scheduled_at < start + cast(literal("1 day"), Interval),
            bookings.occupying(before),
            tuple_(bookings.busy_start(before), before.id) < tuple_(bookings.busy_start(visit), visit.id),
        )
        .order_by(bookings.busy_start(before).desc(), before.id.desc())
        .limit(1)
        .correlate(visit)
        .scalar_subquery()
    )
    minutes = travel_minutes(_place(visit.patient_id, visit), _place(last, visit))
    return and_(bookings.occupying(visit), last != visit.patient_id, minutes.is_not(None))


@named("visit_services", "planned", "Planned, not cancelled", ("status",))
def planned() -> ColumnElement[bool]:
    return live()


@named("visit_services", "worked", "Checked in and out", _TIMES)
def worked() -> ColumnElement[bool]:
    return worked_seconds().is_not(None)


@named("visit_services", "open_check_out", "Not checked out", _TIMES)
def open_check_out() -> ColumnElement[bool]:
    return not_checked_out()


@named("visit_services", "over_long", "Over-long", (*_TIMES, "staff_id"), reads=(Reads("staff", ("role",)),))
def over_long() -> ColumnElement[bool]:
    return worked_seconds() > most_seconds()


# Without `reads`: the minutes follow from one's own role, which everybody knows.
@named("visit_services", "my_over_long", "My over-long", (*_TIMES, "staff_id"))
def my_over_long() -> ColumnElement[bool]:
    return and_(Visit.staff_id == me(), worked_seconds() > most_seconds())


@named(
    "visit_services", "travelled", "Reached from another patient",
    ("status", "scheduled_at", "check_in_time", "staff_id", "patient_id"), reads=(Reads("patients", ("geolocation",)),),
)  # fmt: skip
def travelled() -> ColumnElement[bool]:
    return reached_by_travel()
