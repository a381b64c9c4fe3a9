"""Conditions that read where a patient lives. To use one, a role must see the place itself: all patients', or those of
own patients among own patients. Areas, and who is near, are looked for among the kept places, which follow the
patients' rows within seconds; the others look at the patient's row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, select
from sqlalchemy.orm import Session, aliased

from homecare.access.precision import COLUMN
from homecare.access.shown import NOT_SHOWN
from homecare.kinds.read import parse_id
from homecare.models import Area, Patient, Place, Visit
from homecare.models.ours.sub_cities import CENTRES
from homecare.records.on_map.drawn import Saved, around, in_ranges, ranges
from homecare.records.on_map.patient_facts import OUTSIDE, who
from homecare.records.on_map.shapes import (
    Circle,
    Degrees,
    Ring,
    point,
    read_degrees,
    read_km,
    read_shape,
)
from homecare.records.registered import ANY, Asked, Parameter, Reads, named

SUB_CITIES = (*CENTRES, OUTSIDE)
Near = tuple[Degrees | int, float]
InArea = str | Saved | Ring | Circle


def read_area(text: str) -> InArea:
    """A saved area's number, a sub-city's name, or a drawing. Raises ValueError with a sentence."""
    if "~" in text:
        return read_shape(text)
    if text[:1].isdigit():
        return Saved(parse_id(text))
    found = next((name for name in SUB_CITIES if name.casefold() == text.strip().casefold()), None)
    if found is None:
        raise ValueError(f"There is no sub-city {text[:40]!r}. Choose one of: {', '.join(SUB_CITIES)}.")
    return found


def _say_area(area: InArea) -> str:
    if isinstance(area, Saved):
        return f"#{area.id}"
    if isinstance(area, Circle):
        return f"{area.km:g} km around {area.centre}"
    return area if isinstance(area, str) else "a drawn area"


def read_near(text: str) -> Near:
    """`9.01,38.76,3`: a point and km around it; `12,3`: a patient and km around them. Raises ValueError."""
    parts = text.split(",")
    if len(parts) == 3:
        return read_degrees(parts[0], parts[1]), read_km(parts[2])
    if len(parts) == 2:
        return parse_id(parts[0]), read_km(parts[1])
    raise ValueError("Write near as lat,lon,km or as a patient's number and km, such as 9.01,38.76,3 or 12,3.")


def _say_near(near: Near) -> str:
    at, km = near
    return f"{km:g} km of {at if isinstance(at, Degrees) else f'#{at}'}"


def has_degrees() -> ColumnElement[bool]:
    """Whether the map shows the patient: not where the place is empty, beyond latitude 85, or no number."""
    shape = func.geometry(Patient.geolocation)
    shown = and_(func.ST_Y(shape).between(-85, 85), func.ST_X(shape).between(-180, 180))
    return func.coalesce(shown, false())


def _about_area(area: InArea) -> tuple[str, int] | None:
    return ("areas", area.id) if isinstance(area, Saved) else None


def _known_area(session: Session, area: InArea) -> InArea:
    """With the drawing of a saved one, as long as it is there. One statement."""
    if not isinstance(area, Saved):
        return area
    shape = session.scalar(select(Area.shape).where(Area.id == area.id))
    return area if shape is None else Saved(area.id, read_shape(shape))


@named(
    "patients", ANY, "In {area}", (COLUMN,), key="area",
    parameters=(Parameter("area", "In", read_area, say=_say_area, asked=Asked("choice", "Sub-city", SUB_CITIES),
                          about=_about_area, known=_known_area),),
)  # fmt: skip
def area(area: InArea) -> ColumnElement[bool]:
    return who("sub_city" if isinstance(area, str) else "drawn", area)


@named(
    "visit_services", ANY, "Patients in {patient_area}", ("patient_id",), key="patient_area",
    parameters=(Parameter("patient_area", "Patients in", read_area, say=_say_area, about=_about_area,
                          known=_known_area),),
    reads=(Reads("patients", (COLUMN,)),),
)  # fmt: skip
def patient_area(patient_area: InArea) -> ColumnElement[bool]:
    """Visits of the area's patients; of those in the row scope alone."""
    return Visit.patient_id.in_(select(Patient.id).where(area(patient_area)))


def _known_near(session: Session, near: Near) -> Near:
    """With the place of a patient, if this person may see them and they have one. One statement."""
    at, km = near
    if isinstance(at, Degrees):
        return near
    shape = func.geometry(Patient.geolocation)
    asked = select(func.ST_Y(shape), func.ST_X(shape)).where(Patient.id == at, has_degrees())
    row = session.execute(asked, execution_options=NOT_SHOWN).first()
    return near if row is None else (Degrees(*row), km)


@named(
    "patients", ANY, "Within {near}", (COLUMN,), key="near",
    parameters=(Parameter("near", "Within", read_near, say=_say_near,
                          about=lambda near: ("patients", near[0]) if isinstance(near[0], int) else None,
                          known=_known_near),),
)  # fmt: skip
def near(near: Near) -> ColumnElement[bool]:
    """Of a point among the kept places around it. There `coalesce` keeps the index of the map apart, which would be
    taken for a full city as for an empty one (`drawn.py`)."""
    at, km = near
    distant: ColumnElement[bool] = func.ST_DWithin(Patient.geolocation, place_of(at), km * 1000)
    if not isinstance(at, Degrees):
        return distant
    beside = select(Place.patient_id).where(in_ranges(Place, ranges(around(at, km))))
    return and_(Patient.id.in_(beside), func.coalesce(distant, false()))


def place_of(at: Degrees | int) -> ColumnElement[Any]:
    """The point, or where the patient lives; for a patient out of the row scope nowhere."""
    if isinstance(at, Degrees):
        return point(at)
    patient = aliased(Patient)
    return select(patient.geolocation).where(patient.id == at).scalar_subquery()


@named("patients", "1", "On the map", (COLUMN,), key="has_place")
def has_place() -> ColumnElement[bool]:
    return has_degrees()


@named("patients", "0", "Without a place", (COLUMN,), key="has_place")
def without_place() -> ColumnElement[bool]:
    return not_(has_degrees())


@named("patients", "outside_ethiopia", "Outside Ethiopia", (COLUMN,))
def outside_ethiopia() -> ColumnElement[bool]:
    """A place beyond latitude 3 to 15 and longitude 33 to 48 is probably wrong or swapped."""
    shape = func.geometry(Patient.geolocation)
    inside = and_(func.ST_Y(shape).between(3, 15), func.ST_X(shape).between(33, 48))
    return and_(has_degrees(), not_(inside))
