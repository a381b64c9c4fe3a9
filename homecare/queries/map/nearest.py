"""Who is near: patients near a point or a patient, and caregivers whose visit of a day is nearest.

Travel is estimated as everywhere (`queries/booked/travel.py`). Who may not read where patients live may ask neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, Row, Select, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.access.shown import NOT_SHOWN, shown_of
from homecare.kinds.read import parse_id
from homecare.models import Patient, Place, Visit
from homecare.queries.booked.travel import Point, great_circle_km, travel_minutes
from homecare.records import bookings
from homecare.records.on_map.grid import degrees, units
from homecare.records.on_map.shapes import Degrees, point, read_degrees
from homecare.records.on_map.within import has_degrees
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table

PATIENTS, STAFF, VISITS = "patients", "staff", "visit_services"


class PlaceHiddenError(Exception):
    """Answered 403: the role may not read where patients live, or whose visits are whose."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"{table}.{column}")
        self.table, self.column = table, column


class NoPlaceError(LookupError):
    """Answered 404: the patient asked about is gone, out of scope or without a place."""


@dataclass(frozen=True)
class Near:
    """A point, or the patient with this id."""

    at: Degrees | int

    @classmethod
    def of_text(cls, text: str) -> Near:
        """`9.01,38.76` or `12`. Raises ValueError with a sentence."""
        parts = text.split(",")
        if len(parts) == 2:
            return cls(read_degrees(*parts))
        if len(parts) == 1:
            return cls(parse_id(text))
        raise ValueError("Write a point as lat,lon, such as 9.01,38.76, or a patient's number.")


@dataclass(frozen=True)
class NearPatient:
    """`minutes` of travel are estimated."""

    patient_id: int
    name: str
    metres: int
    minutes: int
    latitude: float
    longitude: float


@dataclass(frozen=True)
class NearCaregiver:
    """The visit of theirs that is nearest that day, and how far it is; `minutes` of travel are estimated."""

    staff_id: int
    name: str
    metres: int
    minutes: int
    visit_id: int
    patient_id: int
    start: datetime | None


def patients(session: Session, by: Acting, near: Near, most: int = 20) -> list[NearPatient]:
    """Nearest first, without the patient who is asked about. Three statements: the places by their index, the names.
    Raises PlaceHiddenError and NoPlaceError.
    """
    at = _place(session, by, near)
    chosen = _nearest(by, near, at, most).subquery("near")
    shape = func.geometry(Patient.geolocation)
    found = (
        select(
            Patient.id,
            func.ST_Distance(Patient.geolocation, point(at)).label("metres"),
            func.ST_Y(shape).label("latitude"),
            func.ST_X(shape).label("longitude"),
        )
        .join(chosen, chosen.c.id == Patient.id)
        .where(has_degrees())
        .order_by("metres", Patient.id)
    )
    told = {"shown": shown_of(PATIENTS, [precision.COLUMN], key="id")}
    rows = session.execute(found, execution_options=told).all()
    names = names_of(session, Seen.of(by, shown_table(PATIENTS)), [row.id for row in rows])
    return [_near_patient(row, names, at) for row in rows]


def _near_patient(row: Row[Any], names: dict[int, str], at: Degrees) -> NearPatient:
    minutes = travel_minutes(Point(*at), Point(row.latitude, row.longitude))
    name = names.get(row.id, f"#{row.id}")
    return NearPatient(row.id, name, round(row.metres), minutes, row.latitude, row.longitude)


def _nearest(by: Acting, near: Near, at: Degrees, most: int) -> Select[Any]:
    """By distance alone: with the id beside it the index is of no use."""
    found = select(Patient.id).where(Patient.geolocation.is_not(None), *precision.on_map(by, Patient.id))
    if isinstance(near.at, int):
        found = found.where(Patient.id != near.at)
    return found.order_by(Patient.geolocation.op("<->")(point(at))).limit(most)


def caregivers(session: Session, by: Acting, near: Near, day: date, most: int = 10) -> list[NearCaregiver]:
    """Nearest first. Three statements over the visits of that day in Addis, without cancelled and missed ones.
    Raises PlaceHiddenError and NoPlaceError.
    """
    at = _place(session, by, near)
    for column in ("staff_id", "patient_id", "scheduled_at", "status"):
        if not by.reads(VISITS, column):
            raise PlaceHiddenError(VISITS, column)
    x, y = units(at.latitude, at.longitude)
    # The square is true to angles, so that around a point nearer is nearer on the ground too.
    far = func.power(cast(Place.x, Float) - x, 2) + func.power(cast(Place.y, Float) - y, 2)
    stops = (
        select(Visit.id, Visit.staff_id, Visit.patient_id, Visit.scheduled_at, Place.x, Place.y, far.label("far"))
        .join(Place, Place.patient_id == Visit.patient_id)
        .where(bookings.on_day(day), bookings.occupying(), Visit.staff_id.is_not(None), Place.m.is_not(None))
        .where(*precision.on_map(by, Visit.patient_id))
        .ext(distinct_on(Visit.staff_id))
        .order_by(Visit.staff_id, far, Visit.id)
        .subquery()
    )
    rows = session.execute(
        select(stops).order_by(stops.c.far, stops.c.staff_id).limit(most), execution_options=NOT_SHOWN
    )
    found = rows.all()
    known = names_of(session, Seen.of(by, shown_table(STAFF)), [row.staff_id for row in found]) if by.may(STAFF) else {}
    return [_near_caregiver(row, known, at) for row in found]


def _near_caregiver(row: Row[Any], names: dict[int, str], at: Degrees) -> NearCaregiver:
    one, other = Point(*at), Point(*degrees(row.x + 0.5, row.y + 0.5))
    metres, minutes = round(great_circle_km(one, other) * 1000), travel_minutes(one, other)
    name = names.get(row.staff_id, f"#{row.staff_id}")
    return NearCaregiver(row.staff_id, name, metres, minutes, row.id, row.patient_id, row.scheduled_at)


def _place(session: Session, by: Acting, near: Near) -> Degrees:
    if precision.of_map(by) not in (Precision.EXACT, Precision.OWN):
        raise PlaceHiddenError(PATIENTS, precision.COLUMN)
    if isinstance(near.at, Degrees):
        return near.at
    shape = func.geometry(Patient.geolocation)
    asked = select(Patient.id, func.ST_Y(shape).label("latitude"), func.ST_X(shape).label("longitude"))
    told = {"shown": shown_of(PATIENTS, [precision.COLUMN], key="id")}
    asked = asked.where(Patient.id == near.at, has_degrees(), *precision.on_map(by, Patient.id))
    row = session.execute(asked, execution_options=told).first()
    if row is None:
        raise NoPlaceError("There is no such patient with a place.")
    return Degrees(row.latitude, row.longitude)
