"""What an absence touches: the shifts, visits and open tasks of that time, and who could have each instead.

Nine statements for what is affected, and those of `replacements` for each of the first MOST visits and shifts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import AdminTask, Assignment, MarketingTask, Staff, Visit
from homecare.models.folding import plain_word
from homecare.queries.assigned.suggestions import of_shift, of_visit, replacements
from homecare.queries.booked.checks import CHECKS
from homecare.queries.booked.known_times import SHIFTS, VISITS
from homecare.queries.conflicts import Booking, alternatives
from homecare.records import bookings
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, names_of, row_name
from homecare.tables.table import coded_tables

TASKS, MARKETING = AdminTask.__tablename__, MarketingTask.__tablename__
MOST = 40
OVER = ("completed", "cancelled")
WHAT = {VISITS: "Visit", SHIFTS: "Shift", TASKS: "Office task", MARKETING: "Marketing task"}


@dataclass(frozen=True)
class Choice:
    """`brief` says in a few words, without anybody's name, what speaks against them, `against` in sentences."""

    staff_id: int
    name: str
    score: int | None = None
    brief: Sequence[str] = ()
    against: Sequence[str] = ()


@dataclass
class Affected:
    """A row at its version; `start` and `end` of a visit or a shift, None outside Python's calendar. `choices` are
    best first, those whom nothing speaks against before the others, `chosen` the best that nothing else of this absence
    was given to at that time (None: nobody).
    """

    resource: str
    row_id: int
    version: str
    start: datetime | None
    end: datetime | None
    patient_id: int | None = None
    patient: str = ""
    choices: list[Choice] = field(default_factory=list)
    chosen: int | None = None

    @property
    def key(self) -> str:
        return f"{self.resource}-{self.row_id}"

    @property
    def what(self) -> str:
        return WHAT[self.resource]


def affected(session: Session, by: Acting, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    """By time, of the tables that the person may edit; tasks last. Their choices are not looked for."""
    made = (_visits, _shifts, _tasks, _marketing)
    return [
        one
        for name, find in zip((VISITS, SHIFTS, TASKS, MARKETING), made, strict=True)
        if by.may(name, Action.EDIT)
        for one in find(session, staff_id, start, end)
    ]


def with_choices(
    session: Session, by: Acting, rows: Sequence[Affected], staff_id: int, sent: Mapping[str, int | None] | None = None
) -> Sequence[Affected]:
    """The rows with who could have each instead, and the patients' names as the person may read them. Who was `sent`
    for a row's key is chosen. What speaks against the chosen alone is said in sentences, which name patients.
    """
    patients = {one.patient_id for one in rows if one.patient_id is not None}
    if patients and by.may("patients"):
        names = names_of(session, Seen.of(by, coded_tables()["patients"]), patients)
        for one in rows:
            one.patient = names.get(one.patient_id or 0, "")
    given: list[tuple[int, datetime, datetime]] = []
    of_tasks = _colleagues(session, by, staff_id) if any(one.start is None or one.end is None for one in rows) else []
    for number, one in enumerate(rows):
        if one.start is None or one.end is None:
            one.choices = of_tasks
            # Of work at a time that is not known nobody is proposed: it cannot be held against anything.
            one.chosen = of_tasks[0].staff_id if of_tasks and one.resource in (TASKS, MARKETING) else None
        elif number < MOST:
            one.choices = _suggested(session, by, one)
            one.chosen = next((each.staff_id for each in one.choices if not _taken(given, each.staff_id, one)), None)
            if one.chosen is not None:
                given.append((one.chosen, one.start, one.end))
    for one in rows:
        one.chosen = (sent or {}).get(one.key, one.chosen)
    _say_why(session, by, rows)
    return rows


def _say_why(session: Session, by: Acting, rows: Sequence[Affected]) -> None:
    """What speaks against the chosen, of the rows with a time. One statement for each, and twelve."""
    asked: list[tuple[Affected, Booking]] = []
    for one in rows:
        if one.start and one.end and one.chosen in {each.staff_id for each in one.choices}:
            about = _about(session, by, one)
            asked += [(one, replace(about, staff_id=one.chosen))] if about else []
    if not asked:
        return
    against = alternatives(session, by, [about for _, about in asked], len(asked))[1]
    for index, (one, _) in enumerate(asked):
        why = [conflict.sentence for conflict in against if conflict.booking == index]
        one.choices = [replace(each, against=why) if each.staff_id == one.chosen else each for each in one.choices]


def _about(session: Session, by: Acting, one: Affected) -> Booking | None:
    return (of_visit if one.resource == VISITS else of_shift)(session, by, one.row_id)


def _suggested(session: Session, by: Acting, one: Affected) -> list[Choice]:
    about = _about(session, by, one)
    found = replacements(session, by, about) if about else []
    return [
        Choice(each.staff_id, each.name, round(each.score), [CHECKS[name].brief for name in each.warned])
        for each in found
    ]


def _taken(given: Sequence[tuple[int, datetime, datetime]], staff_id: int, one: Affected) -> bool:
    return any(who == staff_id and one.start < last and first < one.end for who, first, last in given)  # type: ignore[operator]


def _visits(session: Session, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    columns = (Visit.id, _version(Visit), Visit.patient_id, Visit.scheduled_at, bookings.busy_end().label("last"))
    asked = select(*columns).where(Visit.staff_id == staff_id, bookings.waiting(), bookings.overlapping(start, end))
    found = session.execute(asked.order_by(Visit.scheduled_at, Visit.id), execution_options=NOT_SHOWN)
    return [
        Affected(VISITS, row.id, row.version, clock.known(row.scheduled_at), clock.known(row.last), row.patient_id)
        for row in found
    ]


def _shifts(session: Session, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    columns = (
        Assignment.id, _version(Assignment), Assignment.patient_id, Assignment.shift_start, Assignment.shift_end
    )  # fmt: skip
    asked = select(*columns).where(
        Assignment.staff_id == staff_id,
        bookings.closed_shift(),
        bookings.status_word(Assignment) != "in progress",
        Assignment.shift_start < end,
        Assignment.shift_end > start,
    )
    found = session.execute(asked.order_by(Assignment.shift_start, Assignment.id), execution_options=NOT_SHOWN)
    return [
        Affected(SHIFTS, row.id, row.version, clock.known(row.shift_start), clock.known(row.shift_end), row.patient_id)
        for row in found
    ]


def _tasks(session: Session, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    """Open ones that are due then: the time of their visit, else the day they were assigned for."""
    visit = Visit.__table__.alias()
    due = func.coalesce(
        select(visit.c.scheduled_at).where(visit.c.id == AdminTask.visit_service_id).scalar_subquery(),
        AdminTask.assigned_date,
    )
    is_open = or_(AdminTask.task_status.is_(None), plain_word(AdminTask.task_status).not_in(OVER))
    asked = select(AdminTask.id, _version(AdminTask)).where(
        AdminTask.staff_id == staff_id, is_open, due >= start, due < end
    )
    found = session.execute(asked.order_by(AdminTask.id), execution_options=NOT_SHOWN)
    return [Affected(TASKS, row.id, row.version, None, None) for row in found]


def _marketing(session: Session, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    first, last = clock.to_addis(start).date(), clock.to_addis(end).date()
    is_open = or_(MarketingTask.status.is_(None), plain_word(MarketingTask.status).not_in(OVER))
    due = and_(MarketingTask.due_date >= first, MarketingTask.due_date <= last)
    asked = select(MarketingTask.id, _version(MarketingTask)).where(
        MarketingTask.assigned_to_staff_id == staff_id, is_open, due
    )
    found = session.execute(asked.order_by(MarketingTask.due_date, MarketingTask.id), execution_options=NOT_SHOWN)
    return [Affected(MARKETING, row.id, row.version, None, None) for row in found]


def _version(model: Any) -> Any:
    return literal_column(f"{model.__tablename__}.xmin::text").label("version")


def _colleagues(session: Session, by: Acting, staff_id: int) -> list[Choice]:
    """Active people of the same role, those with the fewest open office tasks first."""
    if not by.may("staff"):
        return []
    me = Staff.__table__.alias()
    open_tasks = AdminTask.__table__.alias()
    many = select(func.count()).where(
        open_tasks.c.staff_id == Staff.id, func.coalesce(plain_word(open_tasks.c.task_status), "").not_in(OVER)
    )
    asked = select(Staff.id).where(
        bookings.active(),
        Staff.id != staff_id,
        plain_word(Staff.role) == select(plain_word(me.c.role)).where(me.c.id == staff_id).scalar_subquery(),
    )
    ordered = asked.order_by(many.scalar_subquery(), Staff.id).limit(8)
    ids = [*session.scalars(ordered, execution_options=UNSCOPED | NOT_SHOWN)]
    names = names_of(session, Seen.of(by, coded_tables()["staff"]), ids)
    return [Choice(one, names[one]) for one in ids if one in names]


def people(session: Session, by: Acting) -> list[tuple[int, str]]:
    """Active staff by name and role, as the person may read them. One statement."""
    if not by.may("staff"):
        return []
    seen = Seen.of(by, coded_tables()["staff"])
    shows_role = seen.access.sees("role")
    columns = [name for name in seen.table.naming if seen.access.sees(name)]
    selected = build(seen, [*columns, *(["role"] if shows_role else [])])
    found = session.execute(selected.statement.where(bookings.active())).all()
    named = []
    for row in found:
        name = row_name(seen.table, Stored(row, selected, {}))
        named.append((row._id, f"{name} · {row.role}" if shows_role else name))
    return sorted(named, key=lambda one: (one[1].casefold(), one[0]))
