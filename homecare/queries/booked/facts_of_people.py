"""What planning knows of one person, for the pages where it is edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.models import PatientWish, WorkingDay, WorkingTerms

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def working(session: Session, staff_id: int) -> tuple[dict[int, tuple[time, time]], int | None, str]:
    """The hours by weekday 1 to 7, the contracted minutes of a week, and "woman", "man" or "". Two statements."""
    days = session.scalars(select(WorkingDay).where(WorkingDay.staff_id == staff_id))
    hours = {day.weekday: (day.starts, day.ends) for day in days}
    terms = session.scalar(select(WorkingTerms).where(WorkingTerms.staff_id == staff_id))
    return hours, terms.contracted_minutes if terms else None, terms.gender if terms else ""


def wishes(session: Session, patient_id: int) -> dict[int | None, str]:
    """By staff id "not" or "rather", and by None "woman" or "man". One statement."""
    asked = select(PatientWish.staff_id, PatientWish.kind).where(PatientWish.patient_id == patient_id)
    return {row.staff_id: row.kind for row in session.execute(asked.order_by(PatientWish.id))}


def said_wishes(known: Mapping[int | None, str]) -> str:
    """The same wishes always alike, so that a form can say which it was filled from."""
    return ", ".join(sorted(f"{staff_id or ''}:{kind}" for staff_id, kind in known.items()))


def said_working(hours: Mapping[int, tuple[time, time]], minutes: int | None, gender: str) -> str:
    """ "Mon 08:00 to 17:00, 40 h a week, woman"; likewise."""
    days = [f"{WEEKDAYS[day - 1]} {starts:%H:%M} to {ends:%H:%M}" for day, (starts, ends) in sorted(hours.items())]
    contracted = [] if minutes is None else [f"{minutes / 60:g} h a week"]
    return ", ".join([*days, *contracted, *([gender] if gender else [])]) or "nothing"
