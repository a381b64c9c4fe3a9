"""Holds a visit or a shift against all other bookings, wherever it gets a person, a time or a live status.

Who books somebody takes a lock of that person first and keeps it until the commit: of two at once the second sees what
the first wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning import calls
from homecare.actions.assigning.pairs import partners
from homecare.actions.assigning.plans import note_endings
from homecare.actions.questions import Question, key_of
from homecare.actions.rules import RuleError
from homecare.db import Base
from homecare.models import Assignment, Visit, VisitPlan
from homecare.queries.conflicts import Booking, Conflict, conflicts
from homecare.records.bookings import IDLE, LIVE

VISITS, SHIFTS = Visit.__tablename__, Assignment.__tablename__
DECIDING = {
    VISITS: ("staff_id", "patient_id", "scheduled_at"),
    SHIFTS: ("staff_id", "patient_id", "shift_start", "shift_end"),
}
TIME = {VISITS: "scheduled_at", SHIFTS: "shift_start"}
ALONE = "Two carers go to this visit, and the other one's visit stays as it is. On the roster both change together."
# Sorted inside, so that two who book the same people take their locks in the same order.
_LOCK = text(
    "SELECT pg_advisory_xact_lock(7220003, id) FROM (SELECT unnest(:ids) AS id ORDER BY 1) AS people"
).bindparams(bindparam("ids", type_=ARRAY(INTEGER)))


@dataclass(frozen=True)
class Moved:
    """A visit or shift `before` (None: it is new) and `after`, by column; `minutes` and `pair` of a visit's plan."""

    resource: str
    row_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    minutes: int | None = None
    pair: int | None = None
    replanned: bool = False

    @property
    def changed(self) -> set[str]:
        before = self.before
        return {*self.after} if before is None else {name for name in before if before[name] != self.after[name]}

    @property
    def is_due(self) -> bool:
        """Whether it books somebody otherwise than before."""
        if not _books(self.resource, self.after):
            return False
        is_new = self.before is None or not _books(self.resource, self.before)
        return is_new or self.replanned or bool(self.changed & {*DECIDING[self.resource]})

    @property
    def booking(self) -> Booking:
        row = self.after
        if self.resource == SHIFTS:
            start, end = _moment(row["shift_start"]), _moment(row["shift_end"])
            return Booking("shift", self.row_id, row["patient_id"], row["staff_id"], start if end else None, end=end)
        return Booking(
            "visit",
            self.row_id,
            row["patient_id"],
            row["staff_id"],
            _moment(row["check_in_time"]) or _moment(row["scheduled_at"]),
            self.minutes,
            _moment(row["check_out_time"]),
            self.pair,
            done=folded(row["status"]) == "completed",
        )


@dataclass
class Held:
    """By row id: what refuses a row, and what has to be asked of it."""

    refused: dict[int, RuleError] = field(default_factory=dict)
    asked: dict[int, list[Question]] = field(default_factory=dict)


def _books(resource: str, row: Mapping[str, Any]) -> bool:
    word = folded(row["status"])
    return word not in IDLE if resource == VISITS else (word or LIVE[0]) in LIVE


def _moment(value: Any) -> datetime | None:
    """None for one outside Python's calendar too: nobody is booked then."""
    return value if isinstance(value, datetime) else None


def lock_people(session: Session, staff_ids: Collection[int | None]) -> None:
    """Until the transaction ends nobody else books these people. One statement."""
    ids = sorted({staff_id for staff_id in staff_ids if staff_id is not None})
    if ids:
        session.execute(_LOCK, {"ids": ids}, execution_options=UNSCOPED)


def lock_booked(
    session: Session, model: type[Base], row_ids: Collection[int], values: Iterable[Mapping[str, Any]]
) -> None:
    """Locks whom these rows book and will book, before the rows are locked or written: of two that write a shift of one
    hour first, each would wait for the other's. `values` may have those of a visit's plan. Two statements; none where
    they book nobody otherwise.
    """
    deciding = {*DECIDING.get(model.__tablename__, ()), "status", "minutes", "purpose"}
    given = [one for one in values if deciding & {*one}]
    if model.__tablename__ not in DECIDING or not given:
        return
    rows: Any = model
    booked = select(rows.staff_id).where(rows.id.in_(row_ids))
    staff = session.scalars(booked, execution_options=UNSCOPED) if row_ids else ()
    lock_people(session, [*staff, *(one.get("staff_id") for one in given)])


def conflicts_of(session: Session, by: Acting, moved: Sequence[Moved]) -> list[tuple[Moved, Conflict]]:
    """What speaks against those that book somebody otherwise than before, held against each other too."""
    due = [one for one in moved if one.is_due]
    if not due:
        return []
    lock_people(session, [one.after["staff_id"] for one in due])
    return [(due[found.booking], found) for found in conflicts(session, by, [one.booking for one in due])]


def of_row(
    session: Session, by: Acting, row: Base, before: Mapping[str, Any] | None, answered: Collection[str]
) -> list[Question]:
    """The row was written: `before` has its changed columns, or is None for a new one. Returns what is asked,
    and writes why a visit ended where `answered` says it. Raises RuleError at the field that books somebody who cannot
    be booked.
    """
    if row.__tablename__ not in DECIDING:
        return []
    found = _held(session, by, _moved(session, [(row, before)]), answered)
    for reason in found.refused.values():
        raise reason
    return [question for asked in found.asked.values() for question in asked]


def of_rows(
    session: Session,
    by: Acting,
    rows: Mapping[int, Any],
    befores: Mapping[int, Mapping[str, Any]],
    answered: Collection[str] | None,
) -> Held:
    """The same of rows of one table that were written together. If they were given their own earlier values back
    (`answered` is None), only another booking of that time stands against them, nobody has to be called, and the
    reason why a visit ended comes and goes with its own row.
    """
    written = [(rows[row_id], before) for row_id, before in befores.items() if before]
    if not written or written[0][0].__tablename__ not in DECIDING:
        return Held()
    return _held(session, by, _moved(session, written), answered)


def _moved(session: Session, written: Sequence[tuple[Any, Mapping[str, Any] | None]]) -> list[Moved]:
    visits = [row.id for row, before in written if row.__tablename__ == VISITS and before is not None]
    planned = plans(session, visits) if visits else {}
    found = []
    for row, before in written:
        after = values_of(row)
        plan = planned.get(row.id) if row.__tablename__ == VISITS else None
        was = None if before is None else {**after, **before}
        minutes, pair = (plan.minutes, plan.pair_id) if plan else (None, None)
        found.append(Moved(row.__tablename__, row.id, was, after, minutes, pair))
    return found


def values_of(row: Any) -> dict[str, Any]:
    """The row as it is now, by column."""
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def plans(session: Session, visit_ids: Collection[int]) -> dict[int, VisitPlan]:
    """By visit, locked. One statement."""
    asked = select(VisitPlan).where(VisitPlan.visit_id.in_(visit_ids)).order_by(VisitPlan.id).with_for_update()
    found = session.scalars(asked, execution_options=UNSCOPED | {"populate_existing": True})
    return {plan.visit_id: plan for plan in found}


def _held(session: Session, by: Acting, moved: Sequence[Moved], answered: Collection[str] | None) -> Held:
    held, blocks, takes_back = Held(), dict[int, list[tuple[str, str]]](), answered is None
    for one, found in conflicts_of(session, by, moved):
        row_id, where = one.row_id or 0, _field(one, found)
        if takes_back and found.check != "overlap":
            continue
        if found.level == "block":
            blocks.setdefault(row_id, []).append((where, found.sentence))
        elif not takes_back:
            key = key_of([one.resource, found.sentence, *(str(one.after[name]) for name in DECIDING[one.resource])])
            held.asked.setdefault(row_id, []).append(Question(where, found.sentence, key))
    for row_id, question in () if takes_back else _alone(session, moved):
        held.asked.setdefault(row_id, []).append(question)
    for row_id, reasons in blocks.items():
        held.refused[row_id] = RuleError(reasons[0][0], " ".join(sentence for _, sentence in reasons))
    if answered is not None and not held.refused:
        visits = [(one.row_id or 0, one.before, one.after) for one in moved if one.resource == VISITS]
        for row_id, question in note_endings(session, by, visits, answered).items():
            held.asked.setdefault(row_id, []).append(question)
        calls.note(session, visits)
    return held


def _alone(session: Session, moved: Sequence[Moved]) -> Iterator[tuple[int, Question]]:
    """Asks of each visit that is moved, cancelled or planned again without that of its other carer. One statement."""
    tied = {one.row_id: one for one in moved if one.resource == VISITS and one.pair is not None and one.row_id}
    values = {row_id: {name: one.after[name] for name in one.changed} for row_id, one in tied.items()}
    for other in partners(session, values).values() if values else ():
        for name in sorted(other.differs):
            after = tied[other.of].after
            yield other.of, Question(name, ALONE, key_of([VISITS, ALONE, str(other.of), str(after[name])]))


def _field(one: Moved, found: Conflict) -> str:
    """The field that a person changes to be rid of the conflict, of those that were changed."""
    time = TIME[one.resource]
    order = (time, "staff_id") if found.check == "patient_twice" else ("staff_id", time, "shift_end", "patient_id")
    return next((name for name in order if name in one.changed), "status")
