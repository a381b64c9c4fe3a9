"""Copies what stands on a day or in a week to another: drafted, and made in one change set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions.assigning.booking import Booked, NewShift, create_visits
from homecare.actions.assigning.held import SHIFTS, VISITS, lock_people
from homecare.actions.assigning.planning.drafts import Draft, EveryAnswer, Wanted, agreed, drafted, near
from homecare.actions.assigning.planning.series import NOTHING, new_visit
from homecare.actions.assigning.rights import need, need_planning
from homecare.actions.assigning.shift_booking import create_shifts
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Visit
from homecare.queries.booked import planned_visits
from homecare.queries.booked.listed import PURPOSE, offered
from homecare.records import bookings

DAY, WEEK = SPANS = ("day", "week")
MOST = 500
VISIT_SET = ("patient_id", "staff_id", "scheduled_at")
SHIFT_SET = ("patient_id", "staff_id", "shift_start", "shift_end", "status")


@dataclass(frozen=True)
class Copying:
    """The `span` (its week from Monday on) of the day `source` to that of `target`; of one person, None: of all."""

    source: date
    target: date
    span: str = DAY
    staff_id: int | None = None
    shifts: bool = False

    @property
    def by_days(self) -> int:
        if self.span == DAY:
            return (self.target - self.source).days
        return (_monday(self.target) - _monday(self.source)).days


def draft_copy(session: Session, by: Acting, copying: Copying, blocked: str) -> Draft:
    """Shifts first, then visits, with the same people and times. What was cancelled or missed is not copied, and a
    purpose that is no longer offered is left empty. Raises RuleError and NotAllowedError.
    """
    need(by, VISITS, Action.CREATE, VISIT_SET)
    if copying.shifts:
        need(by, SHIFTS, Action.CREATE, SHIFT_SET)
    need_planning(by)
    if not copying.by_days:
        raise RuleError("target", f"This is the same {copying.span}. Choose another {copying.span} to copy to.")
    near(source=copying.source, target=copying.target)
    wanted = _wanted(session, copying)
    if not wanted:
        raise RuleError("source", f"Nothing stands there to be copied. Choose another {copying.span} or person.")
    if len(wanted) > MOST:
        raise RuleError("source", f"More than {MOST} stand there. Copy a day or one person at a time.")
    return drafted(session, by, wanted, blocked)


@retried
def create_copy(
    *, session: Session, by: Acting, copying: Copying, blocked: str, seen: str, answered: str, label: str
) -> Booked:
    """Makes what the draft of the key `seen` shows; the ids are of the visits. Raises NotSeenError, ConflictsError,
    RuleError, NotAllowedError."""
    with transaction(session, by=by, model=Visit, doing=Doing("copy", label, VISITS)) as change_set:
        near(source=copying.source, target=copying.target)
        lock_people(session, [one.staff_id for one in _wanted(session, copying)])
        draft = draft_copy(session, by, copying, blocked)
        agreed(draft, seen, answered)
        if not draft.made:
            raise RuleError("", NOTHING)
        shifts = [
            NewShift(one.patient_id, one.staff_id or 0, one.start, one.end) for one in draft.made if one.end is not None
        ]
        visits = [new_visit(one) for one in draft.made if not one.is_shift]
        if shifts:
            create_shifts(session=session, by=by, shifts=shifts, answered=EveryAnswer(), label=label)
        ids = []
        if visits:
            ids = create_visits(session=session, by=by, visits=visits, answered=EveryAnswer(), label=label).ids
    return Booked(str(change_set), ids)


def _wanted(session: Session, copying: Copying) -> list[Wanted]:
    """At most one more than MOST of each. Three statements."""
    bounds = bookings.day_bounds if copying.span == DAY else bookings.week_bounds
    start, end = bounds(copying.source)
    further, who = timedelta(days=copying.by_days), copying.staff_id
    shifts = planned_visits.shifts_between(session, start, end, who, MOST + 1) if copying.shifts else []
    visits = planned_visits.visits_between(session, start, end, who, MOST + 1)
    known, tied = offered(session, PURPOSE), planned_visits.pairs(visits)
    return [
        *(
            Wanted(one.patient_id, one.staff_id, one.start + further, end=one.end + further)
            for one in shifts
            if one.end is not None
        ),
        *(
            Wanted(
                one.patient_id,
                one.staff_id,
                one.start + further,
                one.minutes,
                purpose=one.purpose if one.purpose in known else "",
                # Not the pair that is copied: its visits are other ones.
                pair=-(one.pair_id or 0) if one.row_id in tied else None,
            )
            for one in visits
        ),
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
