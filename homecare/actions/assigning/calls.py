"""Whom to call: patients whose coming visit was moved, was cancelled or lost its carer, until somebody told them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.models import VisitPlan
from homecare.queries.assigned.known_visits import known_visits

MOVED, NO_CARER, CANCELLED = "moved", "no carer", "cancelled"
# Nobody is called about what is longer over.
OVER = timedelta(days=1)

Row = Mapping[str, Any]


def note(session: Session, moved: Iterable[tuple[int, Row | None, Row]]) -> None:
    """Each is a visit's id, its row before (None: it is new) and after. At most two statements and a write."""
    old = [(row_id, before, after) for row_id, before, after in moved if before is not None]
    reasons = {row_id: _reason(before, after) for row_id, before, after in old}
    settled = {row_id: _settled(before, after) for row_id, before, after in old}
    if not any(reasons.values()) and not any(settled.values()):
        return
    asked = select(VisitPlan).where(VisitPlan.visit_id.in_(reasons))
    plans = {plan.visit_id: plan for plan in session.scalars(asked, execution_options=UNSCOPED)}
    known = known_visits(session, [row_id for row_id, plan in plans.items() if plan.call_reason and not plan.told_at])
    for row_id, _before, after in sorted(old, key=lambda one: one[0]):
        plan, reason = plans.get(row_id), reasons[row_id]
        if row_id in known and not _differs(known[row_id], after):
            reason, settled[row_id] = "", (MOVED, NO_CARER, CANCELLED)
        if reason:
            if plan is None:
                plan = VisitPlan(visit_id=row_id)
                session.add(plan)
            plan.call_reason, plan.told_at, plan.told_by = reason, None, None
        elif plan is not None and plan.told_at is None and plan.call_reason in settled[row_id]:
            plan.call_reason = MOVED if _is_moved(known.get(row_id), after) else ""
    session.flush()


def _reason(before: Row, after: Row) -> str:
    if not _is_known(before, after):
        return ""
    if folded(after["status"]) == "cancelled":
        return CANCELLED
    if before["staff_id"] is not None and after["staff_id"] is None:
        return NO_CARER
    return MOVED if before["scheduled_at"] != after["scheduled_at"] else ""


def _differs(known: Row, after: Row) -> bool:
    """Whether the patient has something to be told: another time, no carer any more, or that it is cancelled."""
    lost = known["staff_id"] is not None and after["staff_id"] is None
    gone = folded(after["status"]) == "cancelled"
    return lost or gone or _is_moved(known, after)


def _is_moved(known: Row | None, after: Row) -> bool:
    return known is not None and known["scheduled_at"] != after["scheduled_at"]


def _is_known(before: Row, after: Row) -> bool:
    """The patient was told of a visit that had its carer or was Scheduled, and still waits for it."""
    word = folded(before["status"]) or "pending"
    told = word == "scheduled" or before["staff_id"] is not None
    waits = word in ("pending", "scheduled") and before["check_in_time"] is None
    times = [time for time in (before["scheduled_at"], after["scheduled_at"]) if isinstance(time, datetime)]
    return told and waits and any(time > clock.now_utc() - OVER for time in times)


def _settled(before: Row, after: Row) -> tuple[str, ...]:
    """The reasons that hold no longer: nobody needs a call about what was put right before it was told."""
    has_carer = before["staff_id"] is None and after["staff_id"] is not None
    revived = folded(before["status"]) == "cancelled" and folded(after["status"]) != "cancelled"
    return (*((NO_CARER,) if has_carer else ()), *((CANCELLED,) if revived else ()))
