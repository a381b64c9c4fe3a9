"""What a point of the map tells when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.models import Patient, Place
from homecare.queries.map.legend import sub_city_names
from homecare.records.on_map.map_request import colours_of
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, names_of, row_name
from homecare.tables.table import shown_table

TABLE = "patients"


@dataclass(frozen=True)
class Card:
    """What the reader may not know is empty or None. Moments are UTC."""

    patient_id: int
    name: str
    code: str
    sub_city: str
    latitude: float | None
    longitude: float | None
    last_status: str
    last_visit_at: datetime | None
    next_visit_at: datetime | None
    caregiver_id: int | None
    caregiver: str


def card(session: Session, by: Acting, patient_id: int) -> Card | None:
    """None if the patient is gone or out of scope, or the map has no single places for this person. Four statements;
    the first is read-logged.
    """
    if precision.of_map(by) not in (Precision.EXACT, Precision.OWN):
        return None
    seen = Seen.of(by, shown_table(TABLE))
    names = [name for name in (*seen.table.naming, "patient_code", precision.COLUMN) if seen.access.sees(name)]
    selected = build(seen, [*dict.fromkeys(names)])
    asked = selected.statement.where(Patient.id == patient_id, *precision.on_map(by, Patient.id))
    row = session.execute(asked).first()
    if row is None:
        return None
    kept = session.execute(select(Place).where(Place.patient_id == patient_id)).scalar_one_or_none()
    at = _degrees(getattr(row, precision.COLUMN, None))
    return Card(
        patient_id=patient_id,
        name=row_name(seen.table, Stored(row, selected, {})),
        code=getattr(row, "patient_code", "") or "",
        latitude=at[0],
        longitude=at[1],
        **_facts(session, by, kept),
    )


def _facts(session: Session, by: Acting, kept: Place | None) -> dict[str, Any]:
    """As far as the person could colour the map by them."""
    may = colours_of(by)
    facts = kept or Place()
    sees_visits, sees_carer = "last_status" in may, "caregiver" in may
    caregiver_id = facts.caregiver_id if sees_carer else None
    known: dict[int, str] = {}
    if caregiver_id is not None and by.may("staff"):
        known = names_of(session, Seen.of(by, shown_table("staff")), [caregiver_id])
    is_placed = "sub_city" in may and facts.m is not None
    return {
        "sub_city": sub_city_names(session)[facts.sub_city_id] if is_placed else "",
        "last_status": (facts.last_status or "") if sees_visits else "",
        "last_visit_at": facts.last_visit_at if sees_visits else None,
        "next_visit_at": facts.next_visit_at if sees_visits else None,
        "caregiver_id": caregiver_id,
        "caregiver": known.get(caregiver_id, f"#{caregiver_id}") if caregiver_id else "",
    }


def _degrees(text: str | None) -> tuple[float | None, float | None]:
    """A place as rows are read: "lat,lon", of an empty point a lone comma."""
    parts = (text or "").split(",")
    if len(parts) != 2 or not all(parts):
        return None, None
    return float(parts[0]), float(parts[1])
