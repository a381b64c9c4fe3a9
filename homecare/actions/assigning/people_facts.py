"""What planning knows of people: a staff member's working days, contract and gender, and a patient's wishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning.rights import need_planning
from homecare.actions.rows import RowGoneError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Patient, PatientWish, Staff, WorkingDay, WorkingTerms
from homecare.queries.booked.facts_of_people import said_wishes, said_working, wishes, working

GENDERS = ("", "woman", "man")
MINUTES_OF_A_WEEK = 7 * 24 * 60
MOST_WISHES = 50
MEANWHILE = "Somebody else changed this meanwhile, so nothing was saved."
Hours = tuple[time, time]


@retried
def set_working(
    *,
    session: Session,
    by: Acting,
    staff_id: int,
    days: Mapping[int, Hours],
    contracted_minutes: int | None,
    gender: str,
    seen: str | None = None,
) -> str:
    """`days` are all of the week's, by weekday 1 to 7; none: the person works any day. Returns the change set. `seen`
    is `said_working` of what the form was filled from; None does not ask whether that still stands.

    Raises NotAllowedError, RowGoneError, RuleError at "day-1" to "day-7", "contracted" or "gender".
    """
    need_planning(by)
    for weekday, (starts, ends) in days.items():
        if weekday not in range(1, 8) or ends <= starts:
            raise RuleError(f"day-{weekday}", "The working day ends before it begins. Correct one of the times.")
    if contracted_minutes is not None and not 0 <= contracted_minutes <= MINUTES_OF_A_WEEK:
        raise RuleError("contracted", "A week has 0 to 168 hours.")
    if gender not in GENDERS:
        raise RuleError("gender", "Choose woman, man or leave it open.")
    with transaction(session, by=by, doing=Doing("save", "Working days", "working_days")) as change_set:
        _need(session, Staff, staff_id)
        now = said_working(*working(session, staff_id))
        if seen not in (None, now):
            raise RuleError("", f"{MEANWHILE} It is now: {now}. Save again to replace that by what stands here.")
        _store_days(session, staff_id, days)
        terms = session.scalar(
            select(WorkingTerms).where(WorkingTerms.staff_id == staff_id), execution_options=UNSCOPED
        )
        terms = terms or WorkingTerms(staff_id=staff_id)
        terms.contracted_minutes, terms.gender = contracted_minutes, gender
        session.add(terms)
        session.flush()
    return str(change_set)


@retried
def set_wishes(
    *,
    session: Session,
    by: Acting,
    patient_id: int,
    gender: str,
    unwanted: Collection[int],
    rather: Collection[int],
    seen: str | None = None,
) -> str:
    """All wishes of the patient: whom they do not want, whom rather, and a woman or a man. Returns the change set.
    `seen` is `said_wishes` of what the form was filled from; None does not ask whether that still stands.

    Raises NotAllowedError, RowGoneError, RuleError at "gender", "not" or "rather".
    """
    need_planning(by)
    if gender not in GENDERS:
        raise RuleError("gender", "Choose woman, man or leave it open.")
    if both := {*unwanted} & {*rather}:
        raise RuleError("rather", f"Nobody is wanted and not wanted at once: #{min(both)}. Choose one.")
    if len({*unwanted, *rather}) > MOST_WISHES:
        raise RuleError("not", f"A patient names at most {MOST_WISHES} people.")
    wanted: dict[int | None, str] = {**dict.fromkeys(unwanted, "not"), **dict.fromkeys(rather, "rather")}
    if gender:
        wanted[None] = gender
    with transaction(session, by=by, doing=Doing("save", "Wishes", "patient_wishes")) as change_set:
        _need(session, Patient, patient_id)
        if seen not in (None, said_wishes(wishes(session, patient_id))):
            raise RuleError("", f"{MEANWHILE} Whom they named stands below too. Look at it, then save again.")
        for staff_id in {*unwanted, *rather}:
            if session.scalar(select(Staff.id).where(Staff.id == staff_id)) is None:
                raise RuleError("not" if staff_id in unwanted else "rather", f"There is no staff member #{staff_id}.")
        _store_wishes(session, patient_id, wanted)
        session.flush()
    return str(change_set)


def _store_days(session: Session, staff_id: int, days: Mapping[int, Hours]) -> None:
    asked = select(WorkingDay).where(WorkingDay.staff_id == staff_id).with_for_update()
    stored = {day.weekday: day for day in session.scalars(asked, execution_options=UNSCOPED)}
    for weekday in stored.keys() - days.keys():
        session.delete(stored[weekday])
    for weekday, (starts, ends) in days.items():
        day = stored.get(weekday) or WorkingDay(staff_id=staff_id, weekday=weekday)
        day.starts, day.ends = starts, ends
        session.add(day)


def _store_wishes(session: Session, patient_id: int, wanted: Mapping[int | None, str]) -> None:
    asked = select(PatientWish).where(PatientWish.patient_id == patient_id).with_for_update()
    stored = {wish.staff_id: wish for wish in session.scalars(asked, execution_options=UNSCOPED)}
    for key in stored.keys() - wanted.keys():
        session.delete(stored[key])
    for key, kind in wanted.items():
        wish = stored.get(key) or PatientWish(patient_id=patient_id, staff_id=key)
        wish.kind = kind
        session.add(wish)


def _need(session: Session, model: Any, row_id: int) -> None:
    """Locks the person, so that two who save at once wait for each other. Raises RowGoneError."""
    if session.scalar(select(model.id).where(model.id == row_id).with_for_update()) is None:
        raise RowGoneError
