"""Visits of one patient on some weekdays until a day: drafted, and made in one change set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.policy import Action
from homecare.actions.assigning import plans
from homecare.actions.assigning.booking import Booked, NewVisit, create_visits
from homecare.actions.assigning.held import VISITS, lock_people
from homecare.actions.assigning.planning.drafts import Draft, EveryAnswer, Wanted, agreed, drafted, near
from homecare.actions.assigning.rights import need, need_planning
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Visit, VisitPlan, VisitSeries

MOST = 200
SET = ("patient_id", "staff_id", "scheduled_at")
NOTHING = "Nothing would be left to do: everything is blocked. Choose another person or time."


@dataclass(frozen=True)
class Series:
    """On each of `weekdays` (1 Monday to 7) `at` that time of Addis, from `first_day` to `last_day`, both included.
    With `pair` two carers go each time, the other one being `second_id` (None: nobody yet).
    """

    patient_id: int
    staff_id: int | None
    weekdays: frozenset[int]
    at: time
    first_day: date
    last_day: date
    minutes: int | None = None
    purpose: str = ""
    pair: bool = False
    second_id: int | None = None

    @property
    def carers(self) -> tuple[int | None, ...]:
        return (self.staff_id, self.second_id) if self.pair else (self.staff_id,)


def visits_of(series: Series) -> list[Wanted]:
    """In the order of the days, those of two carers side by side. Raises RuleError at what makes none, or more than
    MOST.
    """
    if not series.weekdays or not series.weekdays <= {*range(1, 8)}:
        raise RuleError("weekdays", "Choose one weekday or several.")
    if series.last_day < series.first_day:
        raise RuleError("last_day", "The last day is before the first.")
    if series.pair and series.second_id is not None and series.second_id == series.staff_id:
        raise RuleError("second_id", "This is the first carer. Choose another person, or nobody yet.")
    near(first_day=series.first_day, last_day=series.last_day)
    wanted: list[Wanted] = []
    last = series.first_day
    for number in range(series.first_day.toordinal(), series.last_day.toordinal() + 1):
        day = date.fromordinal(number)
        if day.isoweekday() not in series.weekdays:
            continue
        if len(wanted) + len(series.carers) > MOST:
            raise RuleError(
                "last_day", f"This would be more than {MOST} visits. The last of {MOST} is on {_said(last)}."
            )
        last = day
        start = clock.to_utc(datetime.combine(day, series.at))
        one = Wanted(series.patient_id, None, start, series.minutes, purpose=series.purpose)
        # No pair that is there: those have numbers above zero.
        pair = -1 - len(wanted) if series.pair else None
        wanted += [replace(one, staff_id=staff_id, pair=pair) for staff_id in series.carers]
    if not wanted:
        raise RuleError("last_day", "None of the weekdays is between the first and the last day.")
    return wanted


def draft_series(session: Session, by: Acting, series: Series, blocked: str) -> Draft:
    """The visits with everything that speaks against them. Raises RuleError and NotAllowedError."""
    need(by, VISITS, Action.CREATE, SET)
    need_planning(by)
    wanted = visits_of(series)
    plan = VisitPlan(purpose="", ending_reason="", call_reason="")
    plans.fill(session, plan, {"purpose": series.purpose, "minutes": series.minutes}, None, None)
    return drafted(session, by, [replace(one, minutes=plan.minutes) for one in wanted], blocked)


@retried
def create_series(
    *, session: Session, by: Acting, series: Series, blocked: str, seen: str, answered: str, label: str
) -> Booked:
    """Makes what the draft of the key `seen` shows. Raises NotSeenError, ConflictsError, RuleError, NotAllowedError."""
    with transaction(session, by=by, model=Visit, doing=Doing("series", label, VISITS)) as change_set:
        lock_people(session, series.carers)
        draft = draft_series(session, by, series, blocked)
        agreed(draft, seen, answered)
        if not draft.made:
            raise RuleError("", NOTHING)
        stored = VisitSeries(
            patient_id=series.patient_id,
            weekdays=sorted(series.weekdays),
            at=series.at,
            first_day=series.first_day,
            last_day=series.last_day,
        )
        session.add(stored)
        session.flush()
        made = create_visits(
            session=session,
            by=by,
            visits=[new_visit(one) for one in draft.made],
            answered=EveryAnswer(),
            label=label,
            series_id=stored.id,
        )
    return Booked(str(change_set), made.ids)


def new_visit(one: Wanted) -> NewVisit:
    return NewVisit(one.patient_id, one.staff_id, one.start, one.minutes, one.purpose, pair=one.pair is not None)


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
