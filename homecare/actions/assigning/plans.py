"""What a visit is for, how long it takes and why it ended: the part of a visit that the company has no column for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning.rights import plans_everybody
from homecare.actions.questions import Question, key_of
from homecare.actions.rules import RuleError
from homecare.models import VisitPlan
from homecare.queries.booked.listed import ENDING, PURPOSE, offered
from homecare.records.bookings import IDLE

COLUMNS = ("purpose", "minutes", "ending_reason")
FEWEST, MOST = 5, 1440

Row = Mapping[str, Any]


def fill(session: Session, plan: VisitPlan, values: Mapping[str, Any], status: str | None, was: str | None) -> None:
    """Sets those of COLUMNS that `values` has, and what follows: a purpose brings its minutes, and a visit that ends
    Cancelled or Missed has a reason, another none. Raises RuleError.
    """
    if "purpose" in values and (values["purpose"] or "") != plan.purpose:
        _purpose(session, plan, values)
    if "minutes" in values:
        plan.minutes = checked_minutes(values["minutes"])
    ends, ended = folded(status) in IDLE, folded(was) in IDLE
    if ends and not (ended and folded(status) == folded(was) and "ending_reason" not in values):
        plan.ending_reason = _ending(session, values.get("ending_reason"), status)
    elif not ends and values.get("ending_reason"):
        raise RuleError(
            "ending_reason", "Only a visit that is Cancelled or Missed has a reason. Choose that status too."
        )
    elif not ends:
        plan.ending_reason = ""


def _purpose(session: Session, plan: VisitPlan, values: Mapping[str, Any]) -> None:
    word = values["purpose"] or ""
    known = offered(session, PURPOSE)
    if word and word not in known:
        raise RuleError("purpose", f"{word!r} is not in the list of purposes. Choose one of the list.")
    plan.purpose = word
    if word and values.get("minutes") is None and known[word].minutes is not None:
        plan.minutes = known[word].minutes


def checked_minutes(value: Any) -> int | None:
    """Raises RuleError at "minutes" for what no visit takes. None is the role's own length."""
    if value is not None and (type(value) is not int or not FEWEST <= value <= MOST):
        raise RuleError("minutes", f"A visit takes {FEWEST} to {MOST:,} minutes; this is {value!r}.")
    return value


def _ending(session: Session, word: Any, status: str | None) -> str:
    known = offered(session, ENDING)
    if not word and known:
        raise RuleError("ending_reason", f"Choose why the visit is {status}.")
    if word and word not in known:
        raise RuleError("ending_reason", f"{word!r} is not in the list of reasons. Choose one of the list.")
    return str(word or "")


def note_endings(
    session: Session, by: Acting, moved: Iterable[tuple[int, Row | None, Row]], answered: Collection[str]
) -> dict[int, Question]:
    """Each is a visit's id, its row before (None: it is new) and after, of which the status alone is read. Writes the
    reason that `answered` has the key of for those that ended, and takes it from those that go on. Returns by id what
    is asked, answered or not: who plans everybody's work says why a visit ended, as long as IT lists reasons. At most
    two statements and a write.
    """
    changed = {row_id: after["status"] for row_id, before, after in moved if _ends_otherwise(before, after)}
    if not changed:
        return {}
    known = offered(session, ENDING) if plans_everybody(by) else {}
    why = {status: _why(status, known) for status in changed.values() if known and folded(status) in IDLE}
    said = {status: word for status, one in why.items() for key, word in one.words if key in answered}
    asked = select(VisitPlan).where(VisitPlan.visit_id.in_(changed))
    stored = {plan.visit_id: plan for plan in session.scalars(asked, execution_options=UNSCOPED)}
    for row_id, status in changed.items():
        plan = stored.get(row_id) or VisitPlan(visit_id=row_id)
        plan.ending_reason = said.get(status, "")
        if plan.ending_reason or plan.id is not None:
            session.add(plan)
    session.flush()
    return {row_id: why[status] for row_id, status in changed.items() if status in why}


def _ends_otherwise(before: Row | None, after: Row) -> bool:
    was, now = folded(before["status"]) if before else "", folded(after["status"])
    return was != now and (was in IDLE or now in IDLE)


def _why(status: str, known: Iterable[str]) -> Question:
    """Of a status alone, so that one answer is for all rows that got it."""
    words = tuple((key_of([ENDING, status, word]), word) for word in known)
    return Question("status", f"Why is the visit {status}? Choose the reason.", key_of([ENDING, status]), words)
