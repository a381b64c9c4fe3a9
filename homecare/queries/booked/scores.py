"""The parts of a suggestion's score for every Active person whose role gives care, in one statement.

`suggestions.py` defines the parts. The statement is sent UNSCOPED: it returns staff ids and numbers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from homecare import clock
from homecare.models import Patient, PatientWish, Staff, Visit, WorkingTerms
from homecare.models.folding import plain_word
from homecare.queries.booked.known_times import VISITS, Booking
from homecare.records import bookings

CONTINUITY, PROXIMITY, DAY, WEEK, SUB_CITY = 40, 25, 20, 10, 5
LAST_VISITS = 10
FAR_KM = 10
FULL_DAY, FULL_WEEK = 8 * 60, 48 * 60
# Where nothing is known of the way, half of the part is given.
UNKNOWN = 0.5


@dataclass(frozen=True)
class Subject:
    """Whom and when it is about: `start` is the booking's, `row_id` the visit that is left out, if it is one."""

    booking: Booking
    start: datetime

    @property
    def visit_id(self) -> int:
        return self.booking.row_id or 0 if self.booking.resource == VISITS else 0

    @property
    def shift_id(self) -> int:
        return 0 if self.booking.resource == VISITS else self.booking.row_id or 0


def scores(about: Subject, roles: list[str]) -> Any:
    """(staff_id, continuity, proximity, day, week, sub_city) of each person of these folded roles."""
    day = clock.to_addis(about.start).date()
    booked_day = _booked(about, *bookings.day_bounds(day))
    booked_week = _booked(about, *bookings.week_bounds(day))
    done, before, after = _done(about), _beside(about, before=True), _beside(about, before=False)
    contracted = func.coalesce(WorkingTerms.contracted_minutes, FULL_WEEK)
    near = or_(func.coalesce(before.c.same, False), func.coalesce(after.c.same, False))
    return (
        select(
            Staff.id.label("staff_id"),
            _part(CONTINUITY, case((_wished(about), 1.0), else_=func.coalesce(done.c.share, 0.0))).label("continuity"),
            _part(PROXIMITY, func.coalesce(_mean(before.c.nearness, after.c.nearness), UNKNOWN)).label("proximity"),
            _part(DAY, _left(booked_day.c.minutes, FULL_DAY)).label("day"),
            _part(WEEK, _left(booked_week.c.minutes, contracted)).label("week"),
            _part(SUB_CITY, case((near, 1.0), else_=0.0)).label("sub_city"),
        )
        .outerjoin(WorkingTerms, WorkingTerms.staff_id == Staff.id)
        .outerjoin(booked_day, booked_day.c.staff_id == Staff.id)
        .outerjoin(booked_week, booked_week.c.staff_id == Staff.id)
        .outerjoin(done, done.c.staff_id == Staff.id)
        .outerjoin(before, before.c.staff_id == Staff.id)
        .outerjoin(after, after.c.staff_id == Staff.id)
        .where(bookings.active(), plain_word(Staff.role).in_(roles))
    )


def _part(most: int, share: Any) -> ColumnElement[float]:
    return cast(most * share, Float)


def _left(minutes: Any, full: Any) -> ColumnElement[float]:
    """What is left of a full day or week, as a share; nobody has less than nothing left."""
    used = cast(func.coalesce(minutes, 0), Float) / func.nullif(full, 0)
    return func.greatest(0.0, 1.0 - func.coalesce(used, 1.0))


def _mean(one: Any, other: Any) -> Any:
    return (func.coalesce(one, other) + func.coalesce(other, one)) / 2.0


def _booked(about: Subject, start: datetime, end: datetime) -> Any:
    return bookings.booked_minutes(start, end, without=(about.visit_id, about.shift_id)).subquery()


def _done(about: Subject) -> Any:
    """The share of each person in the patient's last completed visits."""
    moment = func.coalesce(Visit.check_out_time, Visit.check_in_time, Visit.scheduled_at)
    last = (
        select(Visit.staff_id)
        .where(
            Visit.patient_id == about.booking.patient_id,
            Visit.id != about.visit_id,
            bookings.status_word() == "completed",
        )
        .order_by(moment.desc().nulls_last(), Visit.id.desc())
        .limit(LAST_VISITS)
        .subquery()
    )
    total = select(cast(func.count(), Float)).select_from(last).scalar_subquery()
    counted = select(last.c.staff_id, (func.count() / total).label("share"))
    return counted.where(last.c.staff_id.is_not(None)).group_by(last.c.staff_id).subquery()


def _wished(about: Subject) -> ColumnElement[bool]:
    wish = PatientWish.__table__.alias()
    wanted = select(wish.c.staff_id).where(wish.c.patient_id == about.booking.patient_id, wish.c.kind == "rather")
    return Staff.id.in_(wanted)


def _beside(about: Subject, *, before: bool) -> Any:
    """The visit of each person that begins last before the moment on that day, or first from it on: how near it is,
    1 at the same place to 0 from FAR_KM on, and whether it is in the same sub-city.
    """
    start, end = bookings.day_bounds(clock.to_addis(about.start).date())
    began = bookings.busy_start()
    planned = and_(Visit.check_in_time.is_(None), Visit.scheduled_at >= start, Visit.scheduled_at < end)
    on_day = or_(planned, and_(Visit.check_in_time >= start, Visit.check_in_time < end))
    when = began < about.start if before else began >= about.start
    order = (began.desc(), Visit.id.desc()) if before else (began, Visit.id)
    chosen = (
        select(Visit.staff_id, Visit.patient_id)
        .ext(distinct_on(Visit.staff_id))
        .where(Visit.staff_id.is_not(None), Visit.id != about.visit_id, bookings.occupying(), on_day, when)
        .order_by(Visit.staff_id, *order)
        .subquery()
    )
    here, there = aliased(Patient), aliased(Patient)
    place = select(here.geolocation).where(here.id == about.booking.patient_id).scalar_subquery()
    metres = func.ST_Distance(there.geolocation, place, False)
    inside = select(func.dashboard.sub_city(place)).scalar_subquery()
    return (
        select(
            chosen.c.staff_id,
            func.greatest(literal(0.0), 1.0 - metres / (FAR_KM * 1000)).label("nearness"),
            (func.dashboard.sub_city(there.geolocation) == inside).label("same"),
        )
        .join(there, there.id == chosen.c.patient_id)
        .subquery()
    )
