"""Visits as their patients know them: how they were before the change that nobody told the patient of yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import Change, Visit, VisitPlan

SCHEDULED = "scheduled_at"


def known_visits(session: Session, visit_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """By visit its row before the call was opened, for those with an open call whose beginning the trail has.

    `scheduled_at` is a moment in UTC or None; the others are as the trail has them. One statement.
    """
    ids = [*visit_ids]
    opened, before = aliased(Change), aliased(Change)
    calls = (
        select(VisitPlan.visit_id, opened.transaction_id)
        .join(opened, and_(opened.resource == VisitPlan.__tablename__, opened.row_id == VisitPlan.id))
        .where(
            VisitPlan.visit_id.in_(ids),
            VisitPlan.call_reason != "",
            VisitPlan.told_at.is_(None),
            opened.new["call_reason"].astext != "",
            opened.new["told_at"].astext.is_(None),
            or_(
                opened.old.is_(None),
                opened.old["call_reason"].astext == "",
                opened.old["told_at"].astext.is_not(None),
            ),
        )
        .ext(distinct_on(VisitPlan.visit_id))
        .order_by(VisitPlan.visit_id, opened.id.desc())
        .subquery()
    )
    asked = (
        select(before.row_id, before.old)
        .join(calls, and_(before.row_id == calls.c.visit_id, before.transaction_id == calls.c.transaction_id))
        .where(before.resource == Visit.__tablename__, before.old.is_not(None))
        .ext(distinct_on(before.row_id))
        .order_by(before.row_id, before.id)
    )
    found = session.execute(asked, execution_options=UNSCOPED | NOT_SHOWN) if ids else ()
    return {row.row_id: row.old | {SCHEDULED: _moment(row.old.get(SCHEDULED))} for row in found}


def _moment(text: Any) -> datetime | None:
    """None also for a moment outside Python's calendar."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
