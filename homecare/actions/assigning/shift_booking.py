"""Gives shifts to people and moves them, held against all other bookings; each call is one change set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions import rows
from homecare.actions.assigning.held import SHIFTS, Moved, conflicts_of, lock_booked, values_of
from homecare.actions.assigning.reach import need_parents, within_rights
from homecare.actions.assigning.refusing import Booked, asked_of, refuse
from homecare.actions.transaction import retried, transaction
from homecare.models import Assignment


@dataclass(frozen=True)
class ShiftChange:
    """`values` has some of staff_id, shift_start, shift_end, status."""

    shift_id: int
    version: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class NewShift:
    patient_id: int
    staff_id: int
    shift_start: datetime
    shift_end: datetime
    status: str = "Assigned"


@retried
def change_shifts(
    *, session: Session, by: Acting, changes: Sequence[ShiftChange], answered: Collection[str], label: str
) -> Booked:
    """All or none. Raises ConflictsError, rows.RowsChangedError, RuleError, NotAllowedError."""
    named = {name for change in changes for name in change.values}
    with (
        transaction(session, by=by, model=Assignment, doing=Doing("assign", label, SHIFTS)) as change_set,
        within_rights(session, by, SHIFTS, Action.EDIT, named),
    ):
        values = {one.shift_id: dict(one.values) for one in changes}
        lock_booked(session, Assignment, values, values.values())
        locked = rows.lock_all(session, Assignment, {one.shift_id: one.version for one in changes})
        moved = []
        for row_id, row in locked.items():
            before = values_of(row)
            need_parents(session, by, SHIFTS, [dict(values[row_id].items() - before.items())])
            moved.append(Moved(SHIFTS, row_id, before, before | values[row_id]))
        refuse([conflict for _, conflict in conflicts_of(session, by, moved)], answered)
        written = [(key, rows.change(session, Assignment, locked[key], values[key], by).questions) for key in values]
        refuse(asked_of(written, SHIFTS), answered)
    return Booked(str(change_set), [*values])


def create_shift(*, session: Session, by: Acting, shift: NewShift, answered: Collection[str], label: str) -> Booked:
    """Raises as `change_shifts`."""
    return create_shifts(session=session, by=by, shifts=[shift], answered=answered, label=label)


@retried
def create_shifts(
    *, session: Session, by: Acting, shifts: Sequence[NewShift], answered: Collection[str], label: str
) -> Booked:
    """All or none, in the order given. Raises as `change_shifts`."""
    made = [vars(one) for one in shifts]
    named = {name for values in made for name in values}
    with (
        transaction(session, by=by, model=Assignment, doing=Doing("assign", label, SHIFTS)) as change_set,
        within_rights(session, by, SHIFTS, Action.CREATE, named),
    ):
        need_parents(session, by, SHIFTS, made)
        found = conflicts_of(session, by, [Moved(SHIFTS, None, None, values) for values in made])
        refuse([conflict for _, conflict in found], answered)
        added = [rows.add(session, Assignment, values, by) for values in made]
        refuse(asked_of([(None, asked) for _, asked in added], SHIFTS), answered)
    return Booked(str(change_set), [row.id for row, _ in added])
