"""What an absence touches: the shifts, visits and open tasks of that time. Four statements at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.shown import NOT_SHOWN
from homecare.models import AdminTask, Assignment, MarketingTask, Visit
from homecare.models.folding import plain_word
from homecare.queries.booked.known_times import SHIFTS, VISITS
from homecare.records import bookings
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.table import coded_tables

TASKS, MARKETING = AdminTask.__tablename__, MarketingTask.__tablename__
OVER = ("completed", "cancelled")
WHAT = {VISITS: "Visit", SHIFTS: "Shift", TASKS: "Office task", MARKETING: "Marketing task"}


@dataclass(frozen=True)
class Choice:
    """`name` is followed by the role, as far as that may be read. `brief` says in a few words, without anybody's name,
    what speaks against them, `against` in sentences."""

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
    # What a task is called, and the day in Addis by which it is to be done.
    name: str = ""
    due: date | None = None
    choices: list[Choice] = field(default_factory=list)
    chosen: int | None = None
    # A visit without minutes of its own takes as long as the role of whoever goes.
    by_role: bool = False

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
    asked = select(AdminTask.id, _version(AdminTask), due.label("due")).where(
        AdminTask.staff_id == staff_id, is_open, due >= start, due < end
    )
    found = session.execute(asked.order_by(AdminTask.id), execution_options=NOT_SHOWN)
    return [Affected(TASKS, row.id, row.version, None, None, due=clock.to_addis(row.due).date()) for row in found]


def _marketing(session: Session, staff_id: int, start: datetime, end: datetime) -> list[Affected]:
    first, last = clock.to_addis(start).date(), clock.to_addis(end).date()
    is_open = or_(MarketingTask.status.is_(None), plain_word(MarketingTask.status).not_in(OVER))
    due = and_(MarketingTask.due_date >= first, MarketingTask.due_date <= last)
    asked = select(MarketingTask.id, _version(MarketingTask), MarketingTask.due_date).where(
        MarketingTask.assigned_to_staff_id == staff_id, is_open, due
    )
    found = session.execute(asked.order_by(MarketingTask.due_date, MarketingTask.id), execution_options=NOT_SHOWN)
    return [Affected(MARKETING, row.id, row.version, None, None, due=row.due_date) for row in found]


def _version(model: Any) -> Any:
    return literal_column(f"{model.__tablename__}.xmin::text").label("version")


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
