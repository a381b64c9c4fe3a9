"""What a visit is for, how long it takes and why it ended: the part of a visit that the company has no column for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from homecare.access.policy import folded
from homecare.actions.rules import RuleError
from homecare.models import VisitPlan
from homecare.queries.booked.listed import ENDING, PURPOSE, offered
from homecare.records.bookings import IDLE

COLUMNS = ("purpose", "minutes", "ending_reason")
FEWEST, MOST = 5, 1440


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
    else:
        goes_on(plan, status)


def goes_on(plan: VisitPlan, status: str | None) -> None:
    """A visit that was Cancelled or Missed and is no longer has no reason, wherever its status was set."""
    if folded(status) not in IDLE:
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
    if not word:
        raise RuleError("ending_reason", f"Choose why the visit is {status}.")
    if word not in offered(session, ENDING):
        raise RuleError("ending_reason", f"{word!r} is not in the list of reasons. Choose one of the list.")
    return str(word)
