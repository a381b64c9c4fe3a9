"""Whom to call: patients whose visit was moved, was cancelled or lost its carer, and whom nobody told yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal_column, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.shown import NOT_SHOWN
from homecare.models import Patient, Visit, VisitPlan
from homecare.queries.assigned.known_visits import known_visits
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.table import coded_tables

MOST = 200


@dataclass(frozen=True)
class Call:
    """`reason` is a word of `assigning/calls.py`; `phone` is as the person may read it, `dial` only if they may."""

    plan_id: int
    version: str
    visit_id: int
    patient_id: int
    patient: str
    phone: str
    dial: str
    reason: str
    at: datetime | None
    # When the patient believes that it is, where that is another time and known.
    known_at: datetime | None = None


def calls(session: Session, by: Acting) -> list[Call]:
    """By the time of the visit, at most MOST; none for who may not see visits or patients. Three statements."""
    if not (by.may("visit_services") and by.may("patients")):
        return []
    version: Any = literal_column("visit_plans.xmin::text").label("version")
    asked = (
        select(VisitPlan.id, version, Visit.id.label("visit_id"), Visit.patient_id)
        .add_columns(VisitPlan.call_reason, Visit.scheduled_at)
        .join(Visit, Visit.id == VisitPlan.visit_id)
        .where(VisitPlan.call_reason != "", VisitPlan.told_at.is_(None))
        .order_by(Visit.scheduled_at, Visit.id)
        .limit(MOST)
    )
    found = session.execute(asked, execution_options=NOT_SHOWN).all()
    who = _patients(session, by, {row.patient_id for row in found})
    known = known_visits(session, [row.visit_id for row in found])
    return [_call(row, who[row.patient_id], known.get(row.visit_id, {})) for row in found if row.patient_id in who]


def _call(row: Row[Any], who: tuple[str, str, str], known: Mapping[str, Any]) -> Call:
    at = known.get("scheduled_at")
    known_at = at if at != row.scheduled_at else None
    return Call(row.id, row.version, row.visit_id, row.patient_id, *who, row.call_reason, row.scheduled_at, known_at)


def _patients(session: Session, by: Acting, ids: set[int]) -> dict[int, tuple[str, str, str]]:
    """Name, phone and what is dialled, of those in scope."""
    seen = Seen.of(by, coded_tables()["patients"])
    selected = build(seen, [*seen.table.naming, "phone_number"])
    dials = seen.access.sees("phone_number")
    found = {}
    for row in session.execute(selected.statement.where(Patient.id.in_(ids))):
        stored = Stored(row, selected, {})
        phone = next((stored.text(each) for each in selected.fields if each.name == "phone_number"), "")
        dial = "".join(c for c in row.phone_number or "" if c.isdigit() or c == "+") if dials else ""
        found[row._id] = (row_name(seen.table, stored), phone, dial)
    return found
