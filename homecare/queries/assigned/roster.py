"""One day of the roster: who works, what is booked, who is away.

Numbers follow `records/bookings`, as conflicts, lists and hours do. If a role may not read what a bar tells of a visit
or a shift (its times, its status, whose it is), those lists are empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from homecare import clock
from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.derived import once_per
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import shown_of
from homecare.clock import Beyond
from homecare.models import Absence, Assignment, Visit, VisitPlan
from homecare.queries.assigned.roster_people import Clauses, people
from homecare.queries.booked.booked_minutes import booked_minutes
from homecare.queries.booked.visit_plans import said_by, versioned
from homecare.queries.places import of_visit
from homecare.records import bookings
from homecare.records.row_select import RowSelect, build, relation_label
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

VISIT = ("patient_id", "staff_id", "scheduled_at", "check_in_time", "check_out_time", "status")
SHIFT = ("patient_id", "staff_id", "shift_start", "shift_end", "status")
OUTSIDE = "Outside"


@dataclass(frozen=True)
class Asked:
    """Which day, and what of it. `own`: the acting person's rows alone. Clauses narrow staff rows and visits."""

    day: date
    own: bool = False
    staff: Clauses = ()
    visits: Clauses = ()
    # A name of a sub-city, OUTSIDE, or empty for every place.
    place: str = ""
    # Also what of the day before goes on over midnight.
    before: bool = False


@dataclass(frozen=True)
class Day:
    """Rows as the page and its JSON have them. `counts` are of the day's visits that are shown. `before` are visits of
    the day before that somebody is busy with on this one: they stand on their own day, their minutes count on both.
    """

    day: date
    as_of: datetime
    staff: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    absences: list[dict[str, Any]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        names = ("unassigned", "late", "missed", "stuck")
        return {name: sum(visit[name] for visit in self.visits) for name in names}


def iso(moment: Any) -> str | None:
    """ISO 8601 in UTC. None where there is none, or none that a calendar has."""
    return None if moment is None or isinstance(moment, Beyond) else f"{moment.isoformat(timespec='seconds')}Z"


def day_of(session: Session, by: Acting, asked: Asked) -> Day:
    """Five statements: visits, shifts, booked minutes, staff, absences."""
    start, end = bookings.day_bounds(asked.day)
    first = start - bookings.LONGEST_VISIT if asked.before else start
    of_day = (Visit.scheduled_at >= first, Visit.scheduled_at < end, bookings.status_word() != "cancelled")
    both = visits(session, by, *of_day, *asked.visits, *_own(by, asked, Visit.staff_id), at=asked.place, since=start)
    found, before = ([one for one in both if (one["planned"] >= iso(start)) is on_day] for on_day in (True, False))
    beside = shifts(session, by, on_days(start, end), *_own(by, asked, Assignment.staff_id))
    present = {row["staff_id"] for row in (*found, *beside)} - {None}
    return Day(
        asked.day,
        clock.now_utc(),
        people(session, by, booked(session, by, asked, start, end), present, asked.staff, own=asked.own),
        found,
        beside,
        absences(session, by, asked, start, end),
        before,
    )


def _sees(by: Acting, table: str, columns: Iterable[str]) -> Seen | None:
    """The table for this person, if every one of the columns may be read."""
    return Seen.of(by, shown_table(table)) if by.reads(table, *columns) else None


def _own(by: Acting, asked: Asked, column: Any) -> Clauses:
    return (column == by.person.staff_id,) if asked.own else ()


def may_read_visits(by: Acting) -> bool:
    return _sees(by, "visit_services", VISIT) is not None


def visits(
    session: Session, by: Acting, *clauses: ColumnElement[bool], at: str = "", since: datetime | None = None
) -> list[dict[str, Any]]:
    """The visits that meet the clauses, by time; with `at` those whose patient lives there. Of those planned before
    `since` only what keeps somebody busy from then on. One statement."""
    seen = _sees(by, "visit_services", VISIT)
    if seen is None:
        return []
    tells_place = precision.of_records(by) is not precision.Precision.NONE
    key = ("roster", seen.access.role.name, seen.table, tells_place)
    selected, statement, end = once_per(by.policy, key, lambda: _of_visits(seen, tells_place))
    if since is not None:
        goes_on = and_(Visit.staff_id.is_not(None), bookings.occupying(), end > since)
        # What was checked out before is left aside before its plan and its carer are looked up.
        open_then = or_(Visit.scheduled_at >= since, Visit.check_out_time.is_(None), Visit.check_out_time > since)
        statement = statement.where(open_then, or_(Visit.scheduled_at >= since, goes_on))
    if at:
        statement = statement.where(of_visit(OUTSIDE) == at if tells_place else false())
    statement = statement.where(*clauses)
    return [_visit(row, selected, tells_place) for row in session.execute(statement)]


def _of_visits(seen: Seen, tells_place: bool) -> tuple[RowSelect, Select[Any], ColumnElement[datetime]]:
    """Every visit with what its bar tells, by time, and its end. Building it takes longer than running it for a day."""
    selected = build(seen, VISIT, sort="scheduled_at")
    statement, now = selected.statement, bindparam("now", callable_=clock.now_utc, type_=DateTime)
    if tells_place:
        statement = statement.add_columns(of_visit(OUTSIDE).label("place"))
        shown = (*selected.shown, *shown_of("patients", [precision.COLUMN], key="patient_id"))
        statement = statement.execution_options(shown=shown)
    statement, minutes = bookings.with_minutes(statement)
    plan = aliased(VisitPlan)
    words: dict[str, Any] = {
        "start": bookings.busy_start(), "end": bookings.busy_end(Visit, minutes), "minutes": minutes,
        "purpose": func.coalesce(plan.purpose, ""), "plan_minutes": plan.minutes, "pair_id": plan.pair_id,
        "series": plan.series_id.is_not(None), "said": said_by(plan),
        "unassigned": bookings.unassigned(), "late": bookings.late(now), "missed": bookings.missed(now),
        "stuck": bookings.stuck(now, Visit, minutes), "waiting": bookings.waiting(),
        "cover": bookings.needs_cover(Visit, minutes),
    }  # fmt: skip
    statement = statement.add_columns(*(word.label(name) for name, word in words.items()))
    statement = statement.outerjoin(plan, plan.visit_id == Visit.id)
    return selected, statement.order_by(Visit.scheduled_at, Visit.id), words["end"]


def _visit(row: Row[Any], selected: RowSelect, tells_place: bool) -> dict[str, Any]:
    flags = ("late", "missed", "stuck", "unassigned", "waiting", "cover", "series")
    return {
        "id": row._id,
        "patient": patient_name(row, selected),
        "start": iso(row.start),
        "end": iso(row.end),
        "status": row.status or "Pending",
        "place": row.place if tells_place else "",
        **{name: getattr(row, name) for name in ("patient_id", "staff_id", "minutes", "purpose", "plan_minutes")},
        **{name: bool(getattr(row, name)) for name in flags},
        "pair": row.pair_id,
        "planned": iso(row.scheduled_at),
        "version": versioned(row._version, row.said),
    }


def patient_name(row: Row[Any], selected: RowSelect) -> str:
    """The name alone where the role reads it, its code where it reads no more, else #12."""
    for part in selected.parts.get("patient_id", ()):
        if part.field.name == "full_name" and (name := getattr(row, part.attribute)):
            return str(name)
    return relation_label(row, selected, "patient_id") or ""


def shifts(session: Session, by: Acting, *clauses: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The shifts that meet the clauses, without cancelled ones. One statement."""
    seen = _sees(by, "caregiver_assignments", SHIFT)
    if seen is None:
        return []
    selected = build(seen, SHIFT)
    statement = selected.statement.where(bookings.status_word(Assignment) != "cancelled", *clauses)
    return [
        {
            "id": row._id,
            "patient_id": row.patient_id,
            "staff_id": row.staff_id,
            "start": iso(row.shift_start),
            "end": iso(row.shift_end),
            "status": row.status or "Assigned",
            "patient": patient_name(row, selected),
            "version": row._version,
        }
        for row in session.execute(statement.order_by(Assignment.id))
    ]


def on_days(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Shifts that touch [start, end). One with an open end goes on, one without any time stands on no day."""
    first, last = Assignment.shift_start, Assignment.shift_end
    return and_(
        or_(first < end, and_(first.is_(None), last.is_not(None))),
        or_(last > start, and_(last.is_(None), first.is_not(None))),
    )


def absences(session: Session, by: Acting, asked: Asked, start: datetime, end: datetime) -> list[dict[str, Any]]:
    own = asked.own or "staff" in by.scoped_tables()
    found = select(Absence).where(Absence.starts_at < end, Absence.ends_at > start)
    found = found.where(Absence.staff_id == by.person.staff_id) if own else found
    return [
        {"id": one.id, "staff_id": one.staff_id, "from": iso(one.starts_at), "to": iso(one.ends_at), "kind": one.kind}
        for one in session.scalars(found.order_by(Absence.id))
    ]


def booked(session: Session, by: Acting, asked: Asked, start: datetime, end: datetime) -> dict[int, int]:
    """Booked minutes by staff id: all of them, whatever conditions narrow. One statement."""
    found = booked_minutes(start, end)
    if asked.own or {"visit_services", "caregiver_assignments"} & by.scoped_tables():
        found = found.having(found.selected_columns.staff_id == by.person.staff_id)
    return {row.staff_id: row.minutes for row in session.execute(found, execution_options=UNSCOPED)}
