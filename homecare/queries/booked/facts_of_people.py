"""What planning knows of one person, for the pages where it is edited."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.models import PatientWish, WorkingDay, WorkingTerms


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
