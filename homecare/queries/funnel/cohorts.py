"""The leads of a month by the months they took to a stage, and the funnel month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.models import LeadFact
from homecare.queries.funnel import spending
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.reached import Reached, Span, reached
from homecare.queries.funnel.spending import Spent, months
from homecare.queries.funnel.times_taken import MINUTES
from homecare.records.funnel.stages import DAY_MINUTES

STEP_DAYS = 30
STEPS = 6
MOST_MONTHS = 120


@dataclass(frozen=True)
class Cohort:
    """`shares` are of the month's `leads`: who reached the stage within 30, 60 … days; None while those have not
    passed for all of them."""

    month: date
    leads: int
    shares: tuple[float | None, ...]


@dataclass(frozen=True)
class Month:
    first: date
    last: date
    reached: Reached
    spend: Decimal

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"


def by_month(session: Session, question: Question, spent: list[Spent]) -> list[Month]:
    """The months of the period, those without a lead too; of more than MOST_MONTHS those from the first to the last
    with a lead or spend. One statement."""
    span = Span(question.window, question.first, question.last)
    found, spend = reached(session, "all", [span])[span], spending.by_month(spent, question.first, question.last)
    shown = months(question.first, question.last)
    if len(shown) > MOST_MONTHS:
        keys = {*filter(None, found), *spend}
        begins, ends = min(keys, default=""), max(keys, default="")
        shown = [days for days in shown if begins <= f"{days[0]:%Y-%m}" <= ends] or shown[-1:]
    return [
        Month(first, last, found.get(f"{first:%Y-%m}", Reached()), spend.get(f"{first:%Y-%m}", Decimal(0)))
        for first, last in shown
    ]


def cohorts(session: Session, question: Question, stage: int, leads: list[Month]) -> list[Cohort]:
    """Of a stage from Patient on, oldest month first. One statement over the leads that became patients."""
    moments = [minutes for number, minutes in MINUTES.items() if number >= stage]
    # The stage is reached by its own moment or a later stage's; a moment before the lead is at once.
    step: Any = cast(func.floor(func.greatest(func.least(*moments), 0) / (STEP_DAYS * DAY_MINUTES)), Integer)
    month = func.to_char(LeadFact.day, "YYYY-MM")
    asked = (
        select(month, step, func.count())
        .where(LeadFact.day.between(question.first, question.last), func.least(*moments).is_not(None))
        .where(LeadFact.patient_id.is_not(None))
        .group_by(month, step)
    )
    found: dict[str, dict[int, int]] = {}
    for name, number, count in session.execute(asked, execution_options=UNSCOPED):
        found.setdefault(name, {})[number] = count
    return [_cohort(one, found.get(one.key, {})) for one in leads]


def _cohort(month: Month, by_step: dict[int, int]) -> Cohort:
    size, shares = month.reached.leads, []
    for steps in range(1, STEPS + 1):
        has_passed = month.last + timedelta(days=steps * STEP_DAYS) < clock.today()
        in_time = sum(count for step, count in by_step.items() if step < steps)
        shares.append(in_time / size if size and has_passed else None)
    return Cohort(month.first, size, tuple(shares))
