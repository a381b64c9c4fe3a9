"""How long leads took to reach a stage, how their first losses went, and what the platforms count before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.models import CampaignMetric, LeadFact
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.reached import Span, reached
from homecare.records.funnel.stages import OUTCOMES, level

# By stage. Qualified has no moment, and the first contact one since the trail runs.
MINUTES = {
    2: LeadFact.minutes_contact,
    4: LeadFact.minutes_patient,
    5: LeadFact.minutes_visit,
    6: LeadFact.minutes_invoice,
    7: LeadFact.minutes_paid,
}
# Fewer say nothing about the slowest tenth.
FEWEST_FOR_P90 = 10
BEFORE_THE_FUNNEL = ("impressions", "clicks")
PLATFORM_SPEND = "spend"


@dataclass(frozen=True)
class Took:
    """In whole minutes. `negative` leads had reached the stage before they came, and are left out of the rest."""

    median: int | None
    p90: int | None
    negative: int


def times(session: Session, question: Question) -> dict[int, Took]:
    """By stage, of the leads that reached it within the window with a moment not before the lead. One statement over an
    index of the leads that became patients or were contacted."""
    columns: list[Any] = []
    for stage, minutes in MINUTES.items():
        is_reached = level(question.window) >= stage
        counts = and_(is_reached, minutes >= 0)
        columns += [
            func.percentile_disc(0.5).within_group(minutes).filter(counts),
            func.percentile_disc(0.9).within_group(minutes).filter(counts),
            func.count().filter(counts),
            func.count().filter(and_(is_reached, minutes < 0)),
        ]
    known = LeadFact.patient_id.is_not(None) | LeadFact.minutes_contact.is_not(None)
    asked = select(*columns).where(LeadFact.day.between(question.first, question.last), known)
    found = session.execute(asked, execution_options=UNSCOPED).one()
    told = {}
    for number, stage in enumerate(MINUTES):
        median, p90, size, negative = found[number * 4 : number * 4 + 4]
        told[stage] = Took(median, p90 if size >= FEWEST_FOR_P90 else None, negative)
    return told


def outcomes(session: Session, question: Question) -> dict[str, int]:
    """The leads that are Leads only: Lost, Unqualified, and '' for those not contacted yet. One statement."""
    span = Span(question.window, question.first, question.last)
    found = reached(session, "outcome", [span])[span]
    return {name: one.counts[0] - one.counts[1] if (one := found.get(name)) else 0 for name in (*OUTCOMES, "")}


def platform_metrics(session: Session, question: Question) -> dict[str, Decimal]:
    """What the platforms counted on the days: impressions, clicks, and their own word of what was spent."""
    first, after = clock.day_start(question.first), clock.day_start(question.last) + timedelta(days=1)
    name = func.lower(CampaignMetric.metric_name)
    asked = (
        select(name, func.sum(CampaignMetric.metric_value))
        .where(
            name.in_((*BEFORE_THE_FUNNEL, PLATFORM_SPEND)),
            CampaignMetric.recorded_at >= first,
            CampaignMetric.recorded_at < after,
            CampaignMetric.metric_value < Decimal("Infinity"),
        )
        .group_by(name)
    )
    return {row[0]: row[1] for row in session.execute(asked, execution_options=UNSCOPED)}
