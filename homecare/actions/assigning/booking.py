"""Assigns, moves, ends and makes visits, held against all other bookings; each call is one change set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions import rows
from homecare.actions.assigning import calls, plans
from homecare.actions.assigning.held import VISITS, Moved, conflicts_of, lock_booked, values_of
from homecare.actions.assigning.held import plans as stored_plans
from homecare.actions.assigning.pairs import NewVisit, numbered, partners
from homecare.actions.assigning.reach import need_parents, within_rights
from homecare.actions.assigning.refusing import Booked, ConflictsError, asked_of, refuse
from homecare.actions.assigning.rights import need_planning
from homecare.actions.assigning.shift_booking import NewShift, ShiftChange, change_shifts, create_shift
from homecare.actions.transaction import retried, transaction
from homecare.models import Visit, VisitPlan
from homecare.queries.booked.visit_plans import said_of

__all__ = [
    "Booked",
    "ConflictsError",
    "NewShift",
    "NewVisit",
    "ShiftChange",
    "VisitChange",
    "change_shifts",
    "change_visits",
    "create_shift",
    "create_visits",
]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class VisitChange:
    """`values` has some of staff_id, scheduled_at, minutes, purpose, status, ending_reason. `version` is the row's,
    or the row's and the plan's (`versioned`)."""

    visit_id: int
    version: str
    values: Row


@retried
def change_visits(
    *,
    session: Session,
    by: Acting,
    changes: Sequence[VisitChange],
    answered: Collection[str],
    label: str,
    together: bool = True,
) -> Booked:
    """All or none. The visit of the other carer is moved and cancelled along, unless `together` is False.

    Raises ConflictsError, rows.RowsChangedError, RuleError, NotAllowedError.
    """
    with (
        transaction(session, by=by, model=Visit, doing=Doing("assign", label, VISITS)) as change_set,
        _within_rights(session, by, Action.EDIT, [change.values for change in changes]),
    ):
        values = {one.visit_id: dict(one.values) for one in changes}
        versions = {one.visit_id: one.version.partition(".")[0] for one in changes}
        for row_id, other in partners(session, values).items() if together else ():
            values[row_id], versions[row_id] = other.values, other.version
        lock_booked(session, Visit, values, values.values())
        locked = rows.lock_all(session, Visit, versions)
        before = {row_id: values_of(row) for row_id, row in locked.items()}
        need_parents(session, by, VISITS, [dict(values[row_id].items() - before[row_id].items()) for row_id in locked])
        moved = _planned(session, values, before, {one.visit_id: one.version for one in changes})
        refuse([conflict for _, conflict in conflicts_of(session, by, moved)], answered)
        written = [(key, rows.change(session, Visit, locked[key], _of_row(values[key]), by)) for key in values]
        refuse(asked_of([(key, done.questions) for key, done in written], VISITS), answered)
        calls.note(session, [(key, before[key], values_of(locked[key])) for key in values])
    return Booked(str(change_set), [*values])


@retried
def create_visits(
    *,
    session: Session,
    by: Acting,
    visits: Sequence[NewVisit],
    answered: Collection[str],
    label: str,
    series_id: int | None = None,
) -> Booked:
    """All or none, in the order given; after them the second visits of pairs. Raises as `change_visits`."""
    made = numbered(visits)
    with (
        transaction(session, by=by, model=Visit, doing=Doing("assign", label, VISITS)) as change_set,
        _within_rights(session, by, Action.CREATE, [_new_row(one) | {"purpose": one.purpose} for one, _ in made]),
    ):
        need_parents(session, by, VISITS, [_new_row(one) for one, _ in made])
        planned = [_new_plan(session, one, series_id) for one, _ in made]
        columns = [column.name for column in Visit.__table__.columns]
        moved = [
            Moved(VISITS, None, None, dict.fromkeys(columns) | _new_row(one), plan.minutes, -pair or None)
            for (one, pair), plan in zip(made, planned, strict=True)
        ]
        refuse([conflict for _, conflict in conflicts_of(session, by, moved)], answered)
        ids, asked = [], []
        first_of: dict[int, int] = {}
        for (one, pair), plan in zip(made, planned, strict=True):
            row, questions = rows.add(session, Visit, _new_row(one), by)
            ids.append(row.id)
            asked.append((None, questions))
            plan.visit_id, plan.pair_id = row.id, first_of.setdefault(pair, row.id) if pair else None
        refuse(asked_of(asked, VISITS), answered)
        session.add_all(plan for plan in planned if _says(plan))
        session.flush()
    return Booked(str(change_set), ids)


@contextmanager
def _within_rights(session: Session, by: Acting, action: Action, values: Sequence[Row]) -> Iterator[None]:
    named = {name for each in values for name in each}
    with within_rights(session, by, VISITS, action, named - {*plans.COLUMNS}):
        if named & {*plans.COLUMNS}:
            need_planning(by)
        yield


def _planned(
    session: Session, values: Mapping[int, Row], before: Mapping[int, Row], versions: Mapping[int, str]
) -> list[Moved]:
    """The visits as they would be, with their plans filled; a plan is made where there is something to say. Raises
    rows.RowsChangedError where one says something else than at its version."""
    stored = stored_plans(session, [*values])
    found = []
    for row_id, given in values.items():
        plan = stored.get(row_id) or _blank()
        if versions.get(row_id, "").partition(".")[2] not in ("", said_of(plan)):
            raise rows.RowsChangedError([row_id])
        minutes, was = plan.minutes, before[row_id]["status"]
        plans.fill(session, plan, given, given.get("status", was), was)
        if row_id not in stored and _says(plan):
            plan.visit_id = row_id
            session.add(plan)
        after = {**before[row_id], **_of_row(given)}
        replanned = plan.minutes != minutes
        found.append(Moved(VISITS, row_id, before[row_id], after, plan.minutes, plan.pair_id, replanned))
    session.flush()
    return found


def _new_plan(session: Session, one: NewVisit, series_id: int | None) -> VisitPlan:
    plan = _blank(series_id)
    plans.fill(session, plan, {"purpose": one.purpose, "minutes": one.minutes}, None, None)
    return plan


def _blank(series_id: int | None = None) -> VisitPlan:
    return VisitPlan(purpose="", ending_reason="", call_reason="", series_id=series_id)


def _says(plan: VisitPlan) -> bool:
    return any((plan.purpose, plan.minutes, plan.ending_reason, plan.pair_id, plan.series_id))


def _of_row(values: Row) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in plans.COLUMNS}


def _new_row(one: NewVisit) -> dict[str, Any]:
    return {"patient_id": one.patient_id, "staff_id": one.staff_id, "scheduled_at": one.scheduled_at}
