"""Who could have each row that an absence affects: the best replacement, others, and what speaks against them.

Six statements, those of `replacements` for each of the first MOST visits and shifts, and twelve for the conflicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import AdminTask, Staff
from homecare.models.folding import plain_word
from homecare.queries.assigned.affected import MARKETING, OVER, TASKS, Affected, Choice
from homecare.queries.assigned.suggestions import of_shift, of_visit, replacements
from homecare.queries.booked.checks import CHECKS
from homecare.queries.booked.known_times import VISITS
from homecare.queries.conflicts import Booking, alternatives
from homecare.records import bookings
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import coded_tables

MOST = 40
HOUR = 60


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
    is_asked = len(rows) > MOST or any(one.start is None or one.end is None for one in rows)
    of_tasks = _colleagues(session, by, staff_id) if is_asked else []
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
        else:
            one.choices = of_tasks
    _name_tasks(session, by, rows)
    _say_roles(session, by, rows)
    for one in rows:
        one.chosen = (sent or {}).get(one.key, one.chosen)
    _say_why(session, by, rows)
    return rows


def _name_tasks(session: Session, by: Acting, rows: Sequence[Affected]) -> None:
    """What the person may read of them. One statement for each table of tasks."""
    for table, due in ((TASKS, "assigned_date"), (MARKETING, "due_date")):
        tasks = {one.row_id: one for one in rows if one.resource == table}
        names = names_of(session, Seen.of(by, coded_tables()[table]), tasks) if tasks else {}
        for row_id, one in tasks.items():
            one.name = names.get(row_id, "")
            one.due = one.due if by.reads(table, due) else None


def _say_roles(session: Session, by: Acting, rows: Sequence[Affected]) -> None:
    """One statement, whoever is among the choices."""
    ids = {each.staff_id for one in rows for each in one.choices}
    if not ids or not by.reads("staff", "role"):
        return
    asked = select(Staff.id, Staff.role).where(Staff.id.in_(ids))
    roles = {row.id: row.role for row in session.execute(asked, execution_options=NOT_SHOWN)}
    for one in rows:
        one.choices = [
            replace(each, name=f"{each.name} · {role}{_other_length(by, one, role)}")
            for each in one.choices
            for role in (roles[each.staff_id],)
        ]


def _other_length(by: Acting, one: Affected, role: str) -> str:
    """ ", 45 min instead of 4 h" where the patient would have another length of visit."""
    known = by.policy.roles.get(folded(role))
    if not one.by_role or known is None or one.start is None or one.end is None:
        return ""
    now = round((one.end - one.start).total_seconds() / 60)
    return "" if known.visit_minutes == now else f", {_length(known.visit_minutes)} instead of {_length(now)}"


def _length(minutes: int) -> str:
    return f"{minutes} min" if minutes < HOUR else f"{minutes / HOUR:.4g} h"


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
    one.by_role = one.resource == VISITS and about is not None and about.minutes is None
    found = replacements(session, by, about) if about else []
    return [
        Choice(each.staff_id, each.name, round(each.score), [CHECKS[name].brief for name in each.warned])
        for each in found
    ]


def _taken(given: Sequence[tuple[int, datetime, datetime]], staff_id: int, one: Affected) -> bool:
    return any(who == staff_id and one.start < last and first < one.end for who, first, last in given)  # type: ignore[operator]


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
