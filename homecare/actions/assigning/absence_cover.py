"""Records an absence and gives what was planned for then to others, all in one change set that is checked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions import rows
from homecare.actions.assigning.absences import record_absence
from homecare.actions.assigning.booking import VisitChange, change_visits
from homecare.actions.assigning.held import SHIFTS, VISITS, lock_people
from homecare.actions.assigning.reach import within_rights
from homecare.actions.assigning.rights import need_planning
from homecare.actions.assigning.shift_booking import ShiftChange, change_shifts
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import AdminTask, MarketingTask, Staff, Visit
from homecare.queries.assigned.affected import MARKETING, TASKS, affected
from homecare.records import bookings


@dataclass(frozen=True)
class Cover:
    """Who gets a row at its version; None: nobody."""

    resource: str
    row_id: int
    version: str
    staff_id: int | None

    @property
    def key(self) -> str:
        return f"{self.resource}-{self.row_id}"


@dataclass(frozen=True)
class Away:
    """Somebody's absence in [starts_at, ends_at), naive UTC; `kind` is of IT's list."""

    staff_id: int
    starts_at: datetime
    ends_at: datetime
    kind: str
    note: str = ""


@retried
def cover_absence(
    *, session: Session, by: Acting, away: Away, covers: Sequence[Cover], answered: Collection[str], label: str
) -> str:
    """A visit without anybody loses its carer, a shift becomes Cancelled, a marketing task is nobody's and an office
    task stays. Returns the change set, whose table is that of the visits.

    Raises rows.RowsChangedError if something else is affected by now, RuleError at a cover's `key` if it goes to the
    absent person or to somebody who is not Active, and as `change_visits` and `record_absence`.
    """
    need_planning(by)
    with transaction(session, by=by, model=Visit, doing=Doing("absence", label, VISITS)) as change_set:
        # All at once and in order, so that two absences do not wait for each other.
        lock_people(session, [away.staff_id, *(one.staff_id for one in covers)])
        now = affected(session, by, away.staff_id, away.starts_at, away.ends_at)
        if {(one.resource, one.row_id) for one in now} != {(one.resource, one.row_id) for one in covers}:
            raise rows.RowsChangedError([one.row_id for one in now])
        _need_active(session, away, covers)
        record_absence(
            session=session,
            by=by,
            staff_id=away.staff_id,
            starts_at=away.starts_at,
            ends_at=away.ends_at,
            kind=away.kind,
            note=away.note,
        )
        _book(session, by, covers, answered, label)
        _hand_on(session, by, covers)
    return str(change_set)


def _need_active(session: Session, away: Away, covers: Sequence[Cover]) -> None:
    """Raises RuleError. A visit that stays with its carer is no change, so nothing else would hold it against them."""
    asked = select(Staff.id).where(bookings.active(), Staff.id.in_({one.staff_id for one in covers if one.staff_id}))
    active = {*session.scalars(asked)}
    for one in covers:
        if one.staff_id == away.staff_id:
            raise RuleError(one.key, "This person is absent then. Choose somebody else, or nobody.")
        if one.staff_id and one.staff_id not in active:
            raise RuleError(one.key, "This person is not Active staff. Choose somebody else, or nobody.")


def _book(session: Session, by: Acting, covers: Sequence[Cover], answered: Collection[str], label: str) -> None:
    visits = [
        VisitChange(one.row_id, one.version, {"staff_id": one.staff_id}) for one in covers if one.resource == VISITS
    ]
    if visits:
        change_visits(session=session, by=by, changes=visits, answered=answered, label=label)
    taken = [
        ShiftChange(one.row_id, one.version, {"staff_id": one.staff_id} if one.staff_id else {"status": "Cancelled"})
        for one in covers
        if one.resource == SHIFTS
    ]
    if taken:
        change_shifts(session=session, by=by, changes=taken, answered=answered, label=label)


def _hand_on(session: Session, by: Acting, covers: Sequence[Cover]) -> None:
    """Gives the tasks away; an office task must name a person, so one for nobody stays."""
    for name, model, column in ((TASKS, AdminTask, "staff_id"), (MARKETING, MarketingTask, "assigned_to_staff_id")):
        given = {one.row_id: one for one in covers if one.resource == name and (one.staff_id or name == MARKETING)}
        if not given:
            continue
        with within_rights(session, by, name, Action.EDIT, [column]):
            locked = rows.lock_all(session, model, {row_id: one.version for row_id, one in given.items()})
            for row_id, one in given.items():
                rows.change(session, model, locked[row_id], {column: one.staff_id}, by)
