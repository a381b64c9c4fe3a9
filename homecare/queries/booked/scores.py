"""The parts of a suggestion's score for every Active person whose role gives care; the week's for some of them.

`suggestions.py` defines the parts. The statements are sent UNSCOPED: they return staff ids and numbers alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import Patient, PatientWish, Staff, SubCity, Visit, WorkingTerms
from homecare.models.folding import plain_word
from homecare.queries.booked.booked_minutes import booked_minutes
from homecare.queries.booked.known_times import VISITS, Booking
from homecare.queries.places import is_inside, to_centre
from homecare.records import bookings

CONTINUITY, PROXIMITY, DAY, WEEK, SUB_CITY = 40, 25, 20, 10, 5
LAST_VISITS = 10
FAR_KM = 10
FULL_DAY, FULL_WEEK = 8 * 60, 48 * 60
# Where nothing is known of the way, half of the part is given.
UNKNOWN = 0.5
_READ = UNSCOPED | NOT_SHOWN


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


@dataclass(frozen=True)
class Standing:
    """All parts of a person but the week's, and the minutes of a week that they are contracted for. `under_way`: they
    have another visit at that moment.
    """

    staff_id: int
    parts: dict[str, float]
    contracted: int
    under_way: bool


def standings(session: Session, about: Subject, roles: list[str]) -> list[Standing]:
    """Of each person of these folded roles. Five statements, put together here: joined in one the database takes ten
    times as long, because it expects one row of each.
    """
    people = session.execute(_people(about, roles), execution_options=_READ).all()
    of_day = _numbers(session, _booked(about, *bookings.day_bounds(_day(about))))
    done = _numbers(session, _done(about))
    before, after = (
        {row.staff_id: row for row in session.execute(_beside(about, before=first), execution_options=_READ)}
        for first in (True, False)
    )
    found = []
    for staff_id, contracted, wished in people:
        beside = [each[staff_id] for each in (before, after) if staff_id in each]
        known = [one.nearness for one in beside if one.nearness is not None]
        parts = {
            "continuity": CONTINUITY * (1.0 if wished else done.get(staff_id, 0.0)),
            "proximity": PROXIMITY * (sum(known) / len(known) if known else UNKNOWN),
            "day": DAY * _left(of_day.get(staff_id, 0), FULL_DAY),
            "sub_city": float(SUB_CITY if any(one.same for one in beside) else 0),
        }
        found.append(Standing(staff_id, parts, contracted, any(one.under_way for one in beside)))
    return found


def weeks(session: Session, about: Subject, people: Collection[Standing]) -> dict[int, float]:
    """The week's part by staff id. One statement; a week has too many visits to read it of everybody."""
    booked = _booked(about, *bookings.week_bounds(_day(about)), of=[one.staff_id for one in people])
    of_week = _numbers(session, booked)
    return {one.staff_id: WEEK * _left(of_week.get(one.staff_id, 0), one.contracted) for one in people}


def _day(about: Subject) -> date:
    return clock.to_addis(about.start).date()


def _numbers(session: Session, asked: Any) -> dict[int, float]:
    return {row[0]: float(row[1]) for row in session.execute(asked, execution_options=_READ)}


def _people(about: Subject, roles: list[str]) -> Any:
    contracted = func.coalesce(WorkingTerms.contracted_minutes, FULL_WEEK)
    return (
        select(Staff.id, contracted, _wished(about))
        .outerjoin(WorkingTerms, WorkingTerms.staff_id == Staff.id)
        .where(bookings.active(), plain_word(Staff.role).in_(roles))
    )


def _left(minutes: float, full: int) -> float:
    """What is left of a full day or week, as a share; nobody has less than nothing left."""
    return max(0.0, 1.0 - minutes / full) if full else 0.0


def _booked(about: Subject, start: datetime, end: datetime, of: Collection[int] | None = None) -> Any:
    return booked_minutes(start, end, without=(about.visit_id, about.shift_id), of=of)


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
    return counted.where(last.c.staff_id.is_not(None)).group_by(last.c.staff_id)


def _wished(about: Subject) -> ColumnElement[bool]:
    wish = PatientWish.__table__.alias()
    wanted = select(wish.c.staff_id).where(wish.c.patient_id == about.booking.patient_id, wish.c.kind == "rather")
    return Staff.id.in_(wanted)


def _beside(about: Subject, *, before: bool) -> Any:
    """The visit of each person that begins last before the moment on that day, or first from it on: how near it is,
    1 at the same place to 0 from FAR_KM on, whether it is in the same sub-city, and whether it is under way then.
    """
    start, end = bookings.day_bounds(_day(about))
    began = bookings.busy_start()
    on_day = bookings.beginning(start, about.start) if before else bookings.beginning(about.start, end)
    order = (began.desc(), Visit.id.desc()) if before else (began, Visit.id)
    chosen = (
        select(Visit.id, Visit.staff_id)
        .ext(distinct_on(Visit.staff_id))
        .where(Visit.staff_id.is_not(None), Visit.id != about.visit_id, bookings.occupying(), on_day)
        .order_by(Visit.staff_id, *order)
        .subquery()
    )
    here, there, visit = aliased(Patient), aliased(Patient), aliased(Visit)
    place = select(here.geolocation).where(here.id == about.booking.patient_id).scalar_subquery()
    metres = func.ST_Distance(there.geolocation, place, False)
    home = aliased(SubCity)
    way = to_centre(home, there.geolocation)
    asked, minutes = bookings.with_minutes(
        select(
            chosen.c.staff_id,
            func.greatest(literal(0.0), 1.0 - metres / (FAR_KM * 1000)).label("nearness"),
            is_inside(home, there.geolocation, way.c.metres).label("same"),
        )
        .join(visit, visit.id == chosen.c.id)
        .join(there, there.id == visit.patient_id),
        visit,
    )
    under_way = and_(bookings.busy_start(visit) <= about.start, bookings.busy_end(visit, minutes) > about.start)
    return (
        asked.add_columns(under_way.label("under_way"))
        .outerjoin(home, home.id == select(func.dashboard.sub_city(place)).scalar_subquery())
        .outerjoin(way, true())
    )
