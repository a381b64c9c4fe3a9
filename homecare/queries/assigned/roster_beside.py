"""What stands beside a day of the roster: free time, visits of no day, IT's words, and the figures of a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Interval, SmallInteger, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import ListedWord, Staff, Visit, WorkingDay
from homecare.queries.assigned import roster
from homecare.queries.assigned.roster import Asked
from homecare.records import bookings

DAYS = 7


@dataclass(frozen=True)
class Cell:
    """One person on one day of a week: booked minutes, visits, and how many of those are late, missed or stuck."""

    day: date
    minutes: int = 0
    visits: int = 0
    alarming: int = 0
    away: bool = False

    @property
    def hours(self) -> str:
        return hours(self.minutes)


@dataclass(frozen=True)
class Line:
    """A person's week. `minutes` is its sum."""

    staff: dict[str, Any]
    cells: list[Cell]

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def hours(self) -> str:
        return hours(self.minutes)


def hours(minutes: int) -> str:
    """In quarters: 6.25 for 375 minutes."""
    return f"{round(minutes / 15) / 4:.2f}".rstrip("0").rstrip(".")


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


def elsewhere(session: Session, day: date) -> dict[str, int]:
    """Visits that no day's counts have: waiting without a time, and stuck since before this day. One statement."""
    start, _ = bookings.day_bounds(day)
    timeless = select(func.count()).select_from(Visit).where(Visit.scheduled_at.is_(None), bookings.waiting())
    older = select(func.count()).select_from(Visit).where(Visit.scheduled_at < start, bookings.stuck())
    row = session.execute(select(timeless.scalar_subquery().label("timeless"), older.scalar_subquery().label("older")))
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


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(session: Session, by: Acting, asked: Asked) -> list[Line]:
    """Who works in the week of the day, with figures of each day. Eleven statements: seven for booked minutes."""
    days = [monday_of(asked.day) + timedelta(days=number) for number in range(DAYS)]
    booked = [roster.booked(session, by, asked, *bookings.day_bounds(day)) for day in days]
    visits = _visits(session, by, asked, days)
    start, end = bookings.week_bounds(asked.day)
    away = _away(roster.absences(session, by, asked, start, end), days)
    present = {staff_id for of_day in booked for staff_id in of_day} | {staff_id for staff_id, _ in visits}
    return [
        Line(person, [_cell(person["id"], day, of_day, visits, away) for day, of_day in zip(days, booked, strict=True)])
        for person in roster.people(session, by, asked, {}, present)
    ]


def _cell(
    staff_id: int, day: date, booked: dict[int, int], visits: dict[tuple[int, date], Any], away: set[tuple[int, date]]
) -> Cell:
    row = visits.get((staff_id, day))
    number, alarming = (row.visits, row.alarming) if row else (0, 0)
    return Cell(day, booked.get(staff_id, 0), number, alarming, (staff_id, day) in away)


def _visits(session: Session, by: Acting, asked: Asked, days: Sequence[date]) -> dict[tuple[int, date], Any]:
    if not roster.may_read_visits(by):
        return {}
    start, end = bookings.week_bounds(days[0])
    local = cast(Visit.scheduled_at + cast(literal("3 hours"), Interval), Date)
    alarming = bookings.late() | bookings.missed() | bookings.stuck()
    found: Any = (
        select(
            Visit.staff_id, local.label("day"), func.count().label("visits"),
            func.count().filter(alarming).label("alarming"),
        )
        .where(Visit.scheduled_at >= start, Visit.scheduled_at < end, bookings.status_word() != "cancelled")
        .where(Visit.staff_id.is_not(None), *asked.visits)
        .group_by(Visit.staff_id, local)
    )  # fmt: skip
    if asked.own:
        found = found.where(Visit.staff_id == by.person.staff_id)
    return {(row.staff_id, row.day): row for row in session.execute(found)}


def _away(absences: Sequence[dict[str, Any]], days: Sequence[date]) -> set[tuple[int, date]]:
    bounds = {day: tuple(map(roster.iso, bookings.day_bounds(day))) for day in days}
    return {
        (one["staff_id"], day)
        for one in absences
        for day, (start, end) in bounds.items()
        if (one["from"] or "") < (end or "") and (one["to"] or "") > (start or "")
    }
