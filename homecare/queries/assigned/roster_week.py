"""A week of the roster: each person's booked hours and visits by the day, and the visits that nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, false, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access import precision
from homecare.access.acting import Acting
from homecare.models import Assignment, Visit
from homecare.queries.assigned import roster
from homecare.queries.assigned.roster import Asked
from homecare.queries.assigned.roster_people import people
from homecare.queries.places import of_visit
from homecare.records import bookings

DAYS = 7
WHOLE_DAY, FULL_DAY = 24 * 60, 8 * 60
# What asks for somebody, the most urgent first.
ALARMS = ("missed", "late", "stuck")
TONES = {"completed": "done", "in progress": "running", "missed": "missed"}


@dataclass(frozen=True)
class Bar:
    """A visit or a shift: its minutes since 00:00 of the day, cut at the day, and the tone of its status."""

    start: int
    end: int
    tone: str


@dataclass(frozen=True)
class Cell:
    """One day of a row. `alarms` are how many of its visits are missed, late or stuck, without noughts."""

    day: date
    minutes: int
    bars: Sequence[Bar]
    alarms: Mapping[str, int]
    away: bool = False
    shifts: Sequence[Bar] = ()

    @property
    def visits(self) -> int:
        return len(self.bars)

    @property
    def hours(self) -> str:
        return hours(self.minutes)

    @property
    def is_over(self) -> bool:
        return self.minutes > FULL_DAY


@dataclass(frozen=True)
class Line:
    """A person's week."""

    staff: dict[str, Any]
    cells: list[Cell]

    @property
    def hours(self) -> str:
        return hours(sum(cell.minutes for cell in self.cells))


@dataclass(frozen=True)
class Week:
    """`nobody` are the unassigned visits of each day; their `minutes` are nobody's, so 0."""

    days: list[date]
    lines: list[Line]
    nobody: list[Cell]

    @property
    def unassigned(self) -> int:
        return sum(cell.visits for cell in self.nobody)


def hours(minutes: int) -> str:
    """In quarters: 6.25 for 375 minutes."""
    return f"{round(minutes / 15) / 4:.2f}".rstrip("0").rstrip(".")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(session: Session, by: Acting, asked: Asked) -> Week:
    """Who works in the week of the day. Eleven statements: seven for booked minutes."""
    days = [monday_of(asked.day) + timedelta(days=number) for number in range(DAYS)]
    booked = [roster.booked(session, by, asked, *bookings.day_bounds(day)) for day in days]
    visits, shifts = _visits(session, by, asked), _shifts(session, by, asked, days)
    start, end = bookings.week_bounds(asked.day)
    away = _away(roster.absences(session, by, asked, start, end), days)
    _go_on(visits, shifts)
    present = {key for of_day in booked for key in of_day}
    present |= {key for key, day in visits if key is not None and day in days}
    lines = []
    for person in people(session, by, {}, present, asked.staff, own=asked.own):
        key = person["id"]
        cells = [
            _cell(day, of_day.get(key, 0), visits[key, day], (key, day) in away, shifts[key, day])
            for day, of_day in zip(days, booked, strict=True)
        ]
        lines.append(Line(person, cells))
    nobody = [_cell(day, 0, [row for row in visits[None, day] if row.unassigned]) for day in days]
    return Week(days, lines, nobody)


def _go_on(
    visits: Mapping[tuple[int | None, date], list[Row[Any]]], drawn: defaultdict[tuple[int, date], list[Bar]]
) -> None:
    """Draws what goes on over midnight on the next day too, where its minutes count: behind that day's own visits."""
    for (key, day), rows in visits.items():
        after = day + timedelta(days=1)
        for row in rows:
            end = clock.known(row.end)
            if key is not None and row.status not in bookings.IDLE and end and end > clock.day_start(after):
                drawn[key, after].append(_cut(clock.day_start(after), end, after, "planned"))


def _cell(day: date, minutes: int, rows: Iterable[Row[Any]], away: bool = False, shifts: Sequence[Bar] = ()) -> Cell:
    rows = [*rows]
    counts = {name: sum(getattr(row, name) for row in rows) for name in ALARMS}
    alarms = {name: number for name, number in counts.items() if number}
    return Cell(day, minutes, [_bar(row, day) for row in rows], alarms, away, shifts)


def _bar(row: Row[Any], day: date) -> Bar:
    start = clock.known(row.start) or row.scheduled_at
    tone = "missed" if row.missed else "late" if row.late or row.stuck else TONES.get(row.status, "planned")
    return _cut(start, clock.known(row.end) or start, day, tone)


def _cut(start: datetime, end: datetime, day: date, tone: str) -> Bar:
    begins = clock.day_start(day)
    first, last = ((moment - begins) // timedelta(minutes=1) for moment in (start, end))
    return Bar(min(max(0, first), WHOLE_DAY), min(max(0, first, last), WHOLE_DAY), tone)


def _visits(session: Session, by: Acting, asked: Asked) -> defaultdict[tuple[int | None, date], list[Row[Any]]]:
    """By carer (None: nobody) and day, in the order of time. Whose visits they are is not asked for."""
    found: defaultdict[tuple[int | None, date], list[Row[Any]]] = defaultdict(list)
    if not roster.may_read_visits(by):
        return found
    (start, end), now = bookings.week_bounds(asked.day), clock.now_utc()
    joined, minutes = bookings.with_minutes(select(Visit.staff_id, Visit.scheduled_at))
    words: dict[str, ColumnElement[Any]] = {
        "start": bookings.busy_start(), "end": bookings.busy_end(Visit, minutes), "status": bookings.status_word(),
        "late": bookings.late(now), "missed": bookings.missed(now), "stuck": bookings.stuck(now, Visit, minutes),
        "unassigned": bookings.unassigned(),
    }  # fmt: skip
    statement = (
        joined.add_columns(*(word.label(name) for name, word in words.items()))
        # What began before Monday may go on into it.
        .where(Visit.scheduled_at >= start - bookings.LONGEST_VISIT, Visit.scheduled_at < end)
        .where(bookings.status_word() != "cancelled", *asked.visits)
        .order_by(Visit.scheduled_at, Visit.id)
    )
    if asked.own:
        statement = statement.where(Visit.staff_id == by.person.staff_id)
    if asked.place:
        tells_place = precision.of_records(by) is not precision.Precision.NONE
        statement = statement.where(of_visit(roster.OUTSIDE) == asked.place if tells_place else false())
    for row in session.execute(statement):
        found[row.staff_id, clock.to_addis(row.scheduled_at).date()].append(row)
    return found


def _shifts(
    session: Session, by: Acting, asked: Asked, days: Sequence[date]
) -> defaultdict[tuple[int, date], list[Bar]]:
    """By carer and day, on every day that they touch: those that book somebody."""
    found: defaultdict[tuple[int, date], list[Bar]] = defaultdict(list)
    if not by.reads("caregiver_assignments", *roster.SHIFT):
        return found
    start, end = bookings.week_bounds(asked.day)
    statement = select(Assignment.staff_id, Assignment.shift_start, Assignment.shift_end).where(
        bookings.closed_shift(), Assignment.shift_start < end, Assignment.shift_end > start
    )
    if asked.own:
        statement = statement.where(Assignment.staff_id == by.person.staff_id)
    for row in session.execute(statement.order_by(Assignment.id)):
        for day in days:
            begins, ends = bookings.day_bounds(day)
            first, last = clock.known(row.shift_start) or begins, clock.known(row.shift_end) or ends
            if first < ends and last > begins:
                found[row.staff_id, day].append(_cut(first, last, day, "shift"))
    return found


def _away(absences: Sequence[dict[str, Any]], days: Sequence[date]) -> set[tuple[int, date]]:
    bounds = {day: tuple(map(roster.iso, bookings.day_bounds(day))) for day in days}
    return {
        (one["staff_id"], day)
        for one in absences
        for day, (start, end) in bounds.items()
        if (one["from"] or "") < (end or "") and (one["to"] or "") > (start or "")
    }
