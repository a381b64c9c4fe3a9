"""Moves or cancels the visits of a series, all or from one on: those that wait; started and ended ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions.assigning import plans
from homecare.actions.assigning.booking import Booked, VisitChange, change_visits
from homecare.actions.assigning.held import VISITS, lock_people
from homecare.actions.assigning.planning.drafts import Draft, EveryAnswer, Line, Wanted, agreed, drafted
from homecare.actions.assigning.rights import need, need_planning
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Visit
from homecare.queries.booked import planned_visits
from homecare.queries.booked.listed import ENDING, offered
from homecare.queries.booked.planned_visits import Planned

SET = ("staff_id", "scheduled_at")
MOST_DAYS = 6
NO_SERIES = "This visit is not one of a series, or none of its visits has a time."
NONE_WAITS = "None of these visits waits any more, so there is nothing to change."


@dataclass(frozen=True)
class Reach:
    """The visits of the series of `visit_id`: all (`whole`), or that one and those after it."""

    visit_id: int
    whole: bool = False


@dataclass(frozen=True)
class Move:
    """What changes; None stays. `days` is the shift of the day, `at` a time of Addis, `carer` (a person or None,): of
    two carers the one in whose place the person of the reached visit is, the first or the second.
    """

    days: int = 0
    at: time | None = None
    carer: tuple[int | None] | None = None
    minutes: int | None = None


def reached(session: Session, by: Acting, reach: Reach) -> tuple[list[Planned], list[Planned]]:
    """The visits that wait, and those that stay because they were started or ended. Raises RuleError,
    NotAllowedError. Two statements."""
    need(by, VISITS, Action.EDIT, SET)
    need_planning(by)
    series_id = planned_visits.series_of(session, reach.visit_id)
    if series_id is None:
        raise RuleError("", NO_SERIES)
    found = planned_visits.in_series(session, series_id)
    if not found:
        raise RuleError("", NO_SERIES)
    first = next((one.start for one in found if one.row_id == reach.visit_id), None)
    if first is None and not reach.whole:
        raise RuleError("", "This visit has no time, so none comes after it.")
    later = [one for one in found if reach.whole or (first is not None and one.start >= first)]
    # Both of two carers, though one of the visits was moved alone.
    tied = {one.pair_id for one in later} - {None}
    meant = [one for one in found if one in later or one.pair_id in tied]
    return [one for one in meant if one.waits], [one for one in meant if not one.waits]


def draft_move(session: Session, by: Acting, reach: Reach, move: Move, blocked: str) -> Draft:
    """Those that change, as they would be; one that is left out stays as it is. Raises RuleError, NotAllowedError."""
    if not -MOST_DAYS <= move.days <= MOST_DAYS:
        raise RuleError("days", f"The day moves by at most {MOST_DAYS} days, before or after.")
    plans.checked_minutes(move.minutes)
    waiting, staying = reached(session, by, reach)
    if not waiting:
        raise RuleError("", NONE_WAITS)
    is_second = next((_is_second(one) for one in [*waiting, *staying] if one.row_id == reach.visit_id), False)
    wanted = [after for one in waiting if (after := _moved(one, move, is_second)) != _kept(one)]
    if not wanted:
        raise RuleError("", "The visits are so already. Change the time, the day, the person or the minutes.")
    return drafted(session, by, wanted, blocked)


@retried
def move_series(
    *, session: Session, by: Acting, reach: Reach, move: Move, blocked: str, seen: str, answered: str, label: str
) -> Booked:
    """Moves what the draft of the key `seen` shows. Raises NotSeenError, ConflictsError, RowsChangedError, RuleError,
    NotAllowedError."""
    with transaction(session, by=by, model=Visit, doing=Doing("series", label, VISITS)) as change_set:
        waiting, _ = reached(session, by, reach)
        lock_people(session, [*(one.staff_id for one in waiting), *(move.carer or ())])
        draft = draft_move(session, by, reach, move, blocked)
        agreed(draft, seen, answered)
        if not draft.made:
            raise RuleError("", "Every one of them is blocked, so none was moved. Choose another person or time.")
        before = {one.row_id: one for one in waiting}
        changes = [
            VisitChange(one.row_id or 0, one.version, _changed(before[one.row_id or 0], one)) for one in draft.made
        ]
        done = change_visits(session=session, by=by, changes=changes, answered=EveryAnswer(), label=label)
    return Booked(str(change_set), done.ids)


def draft_cancel(session: Session, by: Acting, reach: Reach, reason: str) -> Draft:
    """The visits that would be cancelled. Raises RuleError, NotAllowedError."""
    need(by, VISITS, Action.EDIT, ("status",))
    waiting, _ = reached(session, by, reach)
    if not waiting:
        raise RuleError("", NONE_WAITS)
    if reason not in offered(session, ENDING):
        raise RuleError("reason", "Choose why they are cancelled.")
    return Draft([Line(one, one) for one in map(_kept, waiting)])


@retried
def cancel_series(*, session: Session, by: Acting, reach: Reach, reason: str, seen: str, label: str) -> Booked:
    """Cancels what the draft of the key `seen` shows. Raises as `move_series`."""
    with transaction(session, by=by, model=Visit, doing=Doing("series", label, VISITS)) as change_set:
        draft = draft_cancel(session, by, reach, reason)
        agreed(draft, seen, "")
        values = {"status": "Cancelled", "ending_reason": reason}
        changes = [VisitChange(one.row_id or 0, one.version, values) for one in draft.made]
        done = change_visits(session=session, by=by, changes=changes, answered=EveryAnswer(), label=label)
    return Booked(str(change_set), done.ids)


def _kept(one: Planned) -> Wanted:
    return Wanted(
        one.patient_id,
        one.staff_id,
        one.start,
        one.minutes,
        purpose=one.purpose,
        pair=one.pair_id,
        row_id=one.row_id,
        version=one.version,
        was=one.start,
    )


def _is_second(one: Planned) -> bool:
    """A pair has the number of its first visit."""
    return one.pair_id not in (None, one.row_id)


def _changed(before: Planned, after: Wanted) -> dict[str, Any]:
    """The columns that change alone: what a visit keeps is not given to that of its other carer."""
    was = {"staff_id": before.staff_id, "scheduled_at": before.start, "minutes": before.minutes}
    now = {"staff_id": after.staff_id, "scheduled_at": after.start, "minutes": after.minutes}
    return {name: value for name, value in now.items() if value != was[name]}


def _moved(one: Planned, move: Move, is_second: bool) -> Wanted:
    after = _kept(one)
    stays = move.carer is None or (one.pair_id is not None and _is_second(one) != is_second)
    return replace(
        after,
        staff_id=after.staff_id if stays or move.carer is None else move.carer[0],
        start=_start(one.start, move),
        minutes=after.minutes if move.minutes is None else move.minutes,
    )


def _start(start: datetime, move: Move) -> datetime:
    local = clock.to_addis(start)
    day = local.date() + timedelta(days=move.days)
    return clock.to_utc(datetime.combine(day, local.time() if move.at is None else move.at))


def said_of(staying: Sequence[Planned]) -> str:
    """ "2 visits stay as they are: they were started, or have ended." """
    number = len(staying)
    if not number:
        return ""
    return (
        "1 visit stays as it is: it was started, or has ended."
        if number == 1
        else f"{number} visits stay as they are: they were started, or have ended."
    )
