"""What stands beside a day of the roster: free time, visits of no day, and IT's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import SmallInteger, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import Assignment, ListedWord, Staff, Visit, WorkingDay
from homecare.queries import figures
from homecare.queries.assigned.roster import Asked
from homecare.queries.booked.known_times import SHIFTS
from homecare.records import bookings


def working_hours(session: Session, by: Acting, asked: Asked) -> dict[int, list[int] | None]:
    """By staff id the minutes of the day between which somebody works, None on a day off. Who has no working days at
    all works any day and is left out; of who asks for their own day, theirs alone. One statement."""
    today = WorkingDay.weekday == asked.day.isoweekday()
    found = select(
        WorkingDay.staff_id, func.min(WorkingDay.starts).filter(today), func.min(WorkingDay.ends).filter(today)
    ).group_by(WorkingDay.staff_id)
    if asked.own:
        found = found.where(WorkingDay.staff_id == by.person.staff_id)
    return {
        staff_id: None if starts is None else [starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute]
        for staff_id, starts, ends in session.execute(found)
    }


def elsewhere(session: Session, by: Acting, day: date) -> dict[str, int]:
    """What no day's counts have: visits waiting without a time, "timeless", and stuck since before this day, "older";
    and shifts of this day cancelled for want of somebody, "uncovered", of who may list them. One statement."""
    start, _ = bookings.day_bounds(day)
    timeless = select(func.count()).select_from(Visit).where(Visit.scheduled_at.is_(None), bookings.waiting())
    older, minutes = bookings.with_minutes(select(func.count()).select_from(Visit))
    older = older.where(Visit.scheduled_at < start, bookings.stuck(minutes=minutes))
    counts = {"timeless": timeless, "older": older}
    # The conditions of the list that the roster opens.
    listed = (("is", "needs_cover"), ("shift_start__gte", day.isoformat()), ("shift_start__lte", day.isoformat()))
    if figures.may_count(by, SHIFTS, listed):
        clauses = [condition.clause for condition in figures.conditions(by, SHIFTS, listed)]
        counts["uncovered"] = select(func.count()).select_from(Assignment).where(*clauses)
    row = session.execute(select(*(count.scalar_subquery().label(name) for name, count in counts.items())))
    return dict(row.mappings().one())


def words(session: Session, by: Acting) -> dict[str, list[dict[str, Any]]]:
    """What can be chosen: "purpose" and "ending" as IT offers them, and the "department" of anybody. One statement."""
    listed = (
        select(ListedWord.list, ListedWord.word, ListedWord.minutes, ListedWord.position)
        .where(ListedWord.offered, ListedWord.list.in_(("purpose", "ending")))
    )  # fmt: skip
    parts: list[Any] = [listed]
    if by.reads("staff", "department"):
        department = select(
            literal("department"), Staff.department, cast(null(), SmallInteger), cast(literal(0), SmallInteger)
        ).where(func.coalesce(Staff.department, "") != "")
        parts.append(department.distinct())
    found: dict[str, list[dict[str, Any]]] = {"purpose": [], "ending": [], "department": []}
    for name, word, minutes, _ in session.execute(union_all(*parts).order_by("position", "word")):
        found[name].append({"word": word, "minutes": minutes})
    return found
