"""The visits of a day by who makes them, in the order they are planned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.access.shown import shown_of
from homecare.models import Patient, Visit
from homecare.queries.assigned import roster
from homecare.records import bookings
from homecare.records.on_map.shapes import Degrees
from homecare.records.on_map.within import has_degrees
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table


@dataclass(frozen=True)
class Stop:
    """A visit as the roster has it (`queries/assigned/roster.py`), with its place among the person's visits from 1 on;
    `at` is None where there is no place, or none that the reader may know.
    """

    number: int
    at: Degrees | None
    visit: dict[str, Any]


@dataclass(frozen=True)
class Route:
    """`staff_id` is None for the visits of nobody."""

    staff_id: int | None
    name: str
    stops: tuple[Stop, ...]


def of_day(session: Session, by: Acting, day: date) -> list[Route]:
    """By name, nobody's visits first; without cancelled ones. Three statements. Empty for who may not read visits, or
    whose map has no single places.
    """
    if precision.of_map(by) not in (Precision.EXACT, Precision.OWN):
        return []
    own = (Visit.staff_id == by.person.staff_id,) if precision.of_map(by) is Precision.OWN else ()
    visits = roster.visits(session, by, bookings.on_day(day), bookings.status_word() != "cancelled", *own)
    places = _places(session, by, {visit["patient_id"] for visit in visits})
    by_staff: dict[int | None, list[dict[str, Any]]] = {}
    for visit in visits:
        by_staff.setdefault(visit["staff_id"], []).append(visit)
    names = _names(session, by, [staff_id for staff_id in by_staff if staff_id is not None])
    routes = [
        Route(staff_id, names.get(staff_id, f"#{staff_id}") if staff_id else "", _stops(of, places))
        for staff_id, of in by_staff.items()
    ]
    return sorted(routes, key=lambda route: (route.staff_id is not None, route.name))


def _stops(visits: list[dict[str, Any]], places: dict[int, Degrees]) -> tuple[Stop, ...]:
    return tuple(Stop(number, places.get(visit["patient_id"]), visit) for number, visit in enumerate(visits, start=1))


def _names(session: Session, by: Acting, staff_ids: list[int]) -> dict[int, str]:
    if not staff_ids or not by.may("staff"):
        return {}
    return names_of(session, Seen.of(by, shown_table("staff")), staff_ids)


def _places(session: Session, by: Acting, patient_ids: Collection[int]) -> dict[int, Degrees]:
    if not patient_ids:
        return {}
    shape = func.geometry(Patient.geolocation)
    asked = select(Patient.id, func.ST_Y(shape).label("latitude"), func.ST_X(shape).label("longitude"))
    told = {"shown": shown_of("patients", [precision.COLUMN], key="id")}
    asked = asked.where(Patient.id.in_(patient_ids), has_degrees(), *precision.on_map(by, Patient.id))
    rows = session.execute(asked, execution_options=told)
    return {row.id: Degrees(row.latitude, row.longitude) for row in rows}
