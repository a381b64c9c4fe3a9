"""What was planned for one visit, for its own page, and the series that still go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.shown import NOT_SHOWN
from homecare.models import Visit, VisitPlan
from homecare.records import bookings

MOST_SERIES = 100
# What of a plan people change; a visit without a plan has empty ones.
SAID = ("purpose", "minutes", "ending_reason")
LETTERS = 8


@dataclass(frozen=True)
class Plan:
    """`minutes` as planned, None: those of the carer's role. `ending_reason`: why it was cancelled or missed. `other`
    is the visit of the second carer, None where there is none or it may not be seen.
    """

    purpose: str
    minutes: int | None
    ending_reason: str
    is_of_series: bool
    other: int | None


@dataclass(frozen=True)
class Running:
    """A series by its next visit; `waiting` visits are to come, the last of them at `last`. Moments are UTC."""

    visit_id: int
    patient_id: int
    start: datetime
    last: datetime
    waiting: int


def versioned(version: str, said: str) -> str:
    """The version of a visit with what its plan says, which changes without the visit's row: who changes either sends
    it back, and is told of what others made of it meanwhile."""
    return f"{version}.{said}"


def said_by(plan: Any) -> ColumnElement[str]:
    """What these columns of plans say, as a few letters that differ when it does."""
    words = [func.coalesce(cast(getattr(plan, name), Text), "") for name in SAID]
    found: ColumnElement[str] = func.left(func.md5(func.concat_ws("\n", *words)), LETTERS)
    return found


def said_of(plan: VisitPlan | Plan | None) -> str:
    """The same of one that was read, None where nothing was planned."""
    words = [getattr(plan, name, None) for name in SAID]
    text = "\n".join("" if word is None else str(word) for word in words)
    return md5(text.encode(), usedforsecurity=False).hexdigest()[:LETTERS]


def plan_of(session: Session, visit_id: int) -> Plan | None:
    """None where nothing was planned. Two statements."""
    plan = session.scalar(select(VisitPlan).where(VisitPlan.visit_id == visit_id))
    if plan is None:
        return None
    other = None
    if plan.pair_id is not None:
        asked = (
            select(Visit.id)
            .join(VisitPlan, VisitPlan.visit_id == Visit.id)
            .where(VisitPlan.pair_id == plan.pair_id, Visit.id != visit_id)
            .limit(1)
        )
        other = session.scalar(asked, execution_options=NOT_SHOWN)
    return Plan(plan.purpose, plan.minutes, plan.ending_reason, plan.series_id is not None, other)


def running(session: Session) -> list[Running]:
    """Those of which visits wait from now on, by the next of them; at most MOST_SERIES. One statement."""
    of_series: dict[str, Any] = {"partition_by": VisitPlan.series_id}
    each = (
        select(Visit.id, Visit.patient_id, Visit.scheduled_at)
        .add_columns(func.count().over(**of_series).label("waiting"))
        .add_columns(func.max(Visit.scheduled_at).over(**of_series).label("last"))
        .join(VisitPlan, VisitPlan.visit_id == Visit.id)
        .where(VisitPlan.series_id.is_not(None), bookings.waiting())
        .where(Visit.scheduled_at >= clock.now_utc(), Visit.scheduled_at < clock.LATEST, Visit.patient_id.is_not(None))
        .ext(distinct_on(VisitPlan.series_id))
        .order_by(VisitPlan.series_id, Visit.scheduled_at, Visit.id)
        .subquery()
    )
    asked = select(each).order_by(each.c.scheduled_at, each.c.id).limit(MOST_SERIES)
    return [
        Running(row.id, row.patient_id, row.scheduled_at, row.last, row.waiting)
        for row in session.execute(asked, execution_options=NOT_SHOWN)
    ]
