"""Finds the sub-city of Addis Ababa for a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from homecare.models import Patient, SubCity, Visit

OUTSIDE = "Outside Addis Ababa"


@dataclass(frozen=True)
class Centre:
    """A sub-city's centre in degrees."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Place:
    """A point in degrees, its sub-city (None: outside), the nearest centre and its distance."""

    latitude: float
    longitude: float
    sub_city: str | None
    nearest: str
    nearest_km: float
    centres: tuple[Centre, ...]

    @property
    def words(self) -> str:
        return self.sub_city or OUTSIDE

    @property
    def sentence(self) -> str:
        """In Kirkos, 0.6 km from its centre."""
        if self.sub_city == self.nearest:
            return f"In {self.sub_city}, {self.nearest_km:.1f} km from its centre"
        return f"{self.words}, {self.nearest_km:.1f} km from the centre of {self.nearest}"


def find_place(session: Session, text: str) -> Place | None:
    """`text` is "lat,lon" as rows are read. None if it is not a point. One statement that returns eleven rows."""
    try:
        latitude, longitude = (float(degrees) for degrees in text.split(","))
    except ValueError:
        return None
    if not math.isfinite(latitude + longitude):
        return None
    point = func.geography(func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326))
    inside = select(func.dashboard.sub_city(point)).scalar_subquery()
    centre = func.geometry(SubCity.centre)
    rows = session.execute(
        select(
            SubCity.name,
            func.ST_Y(centre).label("latitude"),
            func.ST_X(centre).label("longitude"),
            func.ST_Distance(SubCity.centre, point).label("metres"),
            (SubCity.id == inside).label("is_inside"),
        ).order_by(SubCity.name)
    ).all()
    if not rows:
        return None
    nearest = min(rows, key=lambda row: row.metres)
    return Place(
        latitude=latitude,
        longitude=longitude,
        sub_city=next((row.name for row in rows if row.is_inside), None),
        nearest=nearest.name,
        nearest_km=nearest.metres / 1000,
        centres=tuple(Centre(row.name, row.latitude, row.longitude) for row in rows),
    )


def of_visit(outside: str) -> ColumnElement[str]:
    """The sub-city of a visit's patient, `outside` where it is in none, or an empty text without a place."""
    patient = aliased(Patient)
    of_patient = select(patient.geolocation).where(patient.id == Visit.patient_id).correlate(Visit).scalar_subquery()
    inside = select(SubCity.name).where(SubCity.id == func.dashboard.sub_city(of_patient)).correlate(Visit)
    return case((of_patient.is_(None), ""), else_=func.coalesce(inside.scalar_subquery(), outside))


def to_centre(city: Any, place: Any) -> FromClause:
    """`metres` from a sub-city's centre to a place, to be joined beside both, so that it is worked out once a row."""
    return func.ST_Distance(city.centre, place).table_valued("metres").render_derived().lateral()


def is_inside(city: Any, place: Any, metres: ColumnElement[float]) -> ColumnElement[bool]:
    """Whether `dashboard.sub_city` would name this sub-city for a place so far from its centre. For thousands of places
    that takes a tenth of asking it, because the first nearer centre settles it.
    """
    other = aliased(SubCity)
    nearer = exists().where(
        other.id != city.id,
        func.ST_DWithin(other.centre, place, func.least(metres, other.reach_m)),
        ~and_(other.id > city.id, func.ST_Distance(other.centre, place) == metres),
    )
    return and_(metres <= city.reach_m, ~nearer)
