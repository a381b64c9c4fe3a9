"""Checking in and out of one's own visit, also at a moment that the phone kept while it had no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.actions.assigning import held, plans
from homecare.actions.rows import change
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.kinds.say import when
from homecare.models import CheckMoment, Patient, Visit
from homecare.queries.workdays.own_day import KINDS
from homecare.queries.workdays.own_visit import EARLY, said_early

# What the moment of a kind is called; KINDS has the visit's column.
CALLED = {"in": "Check-in", "out": "Check-out"}
# How far the clocks of a phone and of the server may differ, and how long a moment may wait on a phone. Assumed.
CLOCKS_DIFFER = timedelta(minutes=1)
WAITED_LONGEST = timedelta(days=7)
# A check-in further from the planned time is of another visit, or a record made up afterwards. Assumed.
APART_MOST = timedelta(days=1)


class NotOwnVisitError(Exception):
    """There is no such visit, or it is not the person's own."""


class EarlyError(Exception):
    """A check-in long before the visit, which nobody confirmed; its text is the sentence."""


@dataclass(frozen=True)
class Checked:
    """`at` is the visit's moment now, in UTC. `again`: it stood there before, and nothing was written."""

    visit_id: int
    kind: str
    at: datetime
    again: bool


@retried
def check(
    *,
    session: Session,
    visit_id: int,
    kind: str,
    by: Acting,
    told_at: datetime | None = None,
    place: tuple[float, float] | None = None,
    notes: str | None = None,
    early: bool = False,
) -> Checked:
    """Writes the moment ("in" or "out") once, however often it is sent. Without `told_at` (UTC) it is now.

    `place` is latitude and longitude of the phone: only the metres from there to the patient are kept. `notes` replace
    those of the visit; `early` confirms a check-in long before it. Raises NotOwnVisitError, EarlyError, and RuleError.
    """
    now = clock.now_utc()
    moment = _acceptable(told_at, now)
    with transaction(session, by=by, model=Visit, doing=Doing("save", CALLED[kind], Visit.__tablename__)):
        visit = _own(session, visit_id, by)
        known = session.scalars(
            select(CheckMoment).where(CheckMoment.visit_id == visit_id, CheckMoment.kind == kind)
        ).one_or_none()
        stands = getattr(visit, KINDS[kind])
        was_told = known is not None and told_at is not None and known.told_at == told_at
        values: dict[str, Any] = {} if stands is not None or was_told else {KINDS[kind]: moment}
        if values:
            _fits(visit, kind, moment, early)
        if known is None or values:
            told = {"told_at": moment, "received_at": now, "metres": _metres(session, visit.patient_id, place)}
            known = known or CheckMoment(visit_id=visit_id, kind=kind)
            for name, value in (told | by.person.by_whom).items():
                setattr(known, name, value)
            session.add(known)
        _write(session, visit, values | _noted(visit, kind, notes, bool(values)), by)
        session.flush()
    at = stands if isinstance(stands, datetime) else known.told_at if was_told else moment
    return Checked(visit_id, kind, at, again=not values)


def _write(session: Session, visit: Visit, values: dict[str, Any], by: Acting) -> None:
    """Raises RuleError for what would have to be asked. Who comes after all leaves no reason of a missed visit."""
    written = change(session, Visit, visit, values, by)
    for question in written.questions:
        raise RuleError(question.field, f"{question.sentence} Write when it was in the visit's form.")
    if "status" in written.before and (plan := held.plans(session, [visit.id]).get(visit.id)) is not None:
        plans.goes_on(plan, visit.status)


def _acceptable(told_at: datetime | None, now: datetime) -> datetime:
    """The moment to write. Raises RuleError for one in the future, and for one that waited too long."""
    if told_at is None:
        return now
    if told_at > now + CLOCKS_DIFFER:
        said = f"{when(told_at)}, which is" if told_at < clock.LATEST - APART_MOST else "a day"
        raise RuleError("told_at", f"Your phone says {said} in the future. Set its clock, then send it again.")
    if told_at < now - WAITED_LONGEST:
        raise RuleError(
            "told_at", f"{when(told_at)} is more than {WAITED_LONGEST.days} days ago. Write it in the visit's form."
        )
    return min(told_at, now)


def _own(session: Session, visit_id: int, by: Acting) -> Visit:
    """The visit, held until the transaction ends, so that of two that are sent at once the second finds the first."""
    found = (
        select(Visit)
        .where(Visit.id == visit_id, Visit.staff_id == by.person.staff_id)
        .with_for_update(of=Visit)
        .execution_options(populate_existing=True, **NOT_SHOWN)
    )
    visit = session.scalars(found).one_or_none()
    if visit is None:
        raise NotOwnVisitError
    return visit


def _noted(visit: Visit, kind: str, notes: str | None, is_new: bool) -> dict[str, Any]:
    """Notes go with the check-out that ends the visit: a second one does not write over what stands there by now."""
    if notes is None or notes == (visit.visit_notes or ""):
        return {}
    if kind != "out" or not is_new:
        raise RuleError("visit_notes", "You checked out before. Write the notes in the visit's form.")
    return {"visit_notes": notes}


def _fits(visit: Visit, kind: str, moment: datetime, early: bool) -> None:
    if folded(visit.status) == "cancelled":
        raise RuleError("status", "This visit was cancelled. Call the office before you go on.")
    if folded(visit.status) == "completed":
        raise RuleError("status", "This visit is completed. Write its times in the visit's form.")
    planned = visit.scheduled_at
    if kind == "in" and isinstance(planned, datetime) and abs(planned - moment) > APART_MOST:
        raise RuleError("scheduled_at", f"This visit is planned for {when(planned)}, not for today. Look for today's.")
    # Another application may have written a moment outside Python's calendar: nothing is before or after that.
    if kind == "in":
        if isinstance(visit.check_out_time, datetime) and visit.check_out_time < moment:
            raise RuleError("check_in_time", f"You checked out at {when(visit.check_out_time)}, before this check-in.")
        if isinstance(visit.scheduled_at, datetime) and moment < visit.scheduled_at - EARLY and not early:
            raise EarlyError(said_early(visit.scheduled_at))
        return
    if visit.check_in_time is None:
        raise RuleError("check_out_time", "You have not checked in. Check in first.")
    if isinstance(visit.check_in_time, datetime) and moment < visit.check_in_time:
        raise RuleError(
            "check_out_time", f"You checked in at {when(visit.check_in_time)}, after this check-out of {when(moment)}."
        )


def _metres(session: Session, patient_id: int, place: tuple[float, float] | None) -> int | None:
    """From the place to the patient, whoever may see where that is: None where either is unknown."""
    if place is None:
        return None
    latitude, longitude = place
    patient = Patient.__table__
    here = func.geography(func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326))
    asked = select(func.ST_Distance(patient.c.geolocation, here)).where(patient.c.id == patient_id)
    metres = session.scalar(asked, execution_options=UNSCOPED | NOT_SHOWN)
    return None if metres is None else round(metres)
