"""Questions before saving: values that may be right but are so rare that the person must confirm them.
An answer is valid only for the values it was asked about. The limits are assumptions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.db import Base
from homecare.kinds import say
from homecare.models import Assignment, InsuranceClaim, Invoice, Lead, MarketingBudget, Patient, Visit
from homecare.queries.tariffs import of_visits

# Three times the most expensive visit, where no tariff says what the visit costs.
MOST_BILLED = Decimal(12_000)
MOST_TIMES = 3
LONGEST_AT_ONCE = timedelta(hours=24)
FURTHEST_AHEAD = timedelta(days=366)
# A visit this late without check-in is missed.
MISSED = timedelta(minutes=60)
# A visit that was begun or ended longer before its time is mostly another one.
BEFORE_MOST = timedelta(days=1)
NOT_LIVE = ("cancelled", "refunded")


@dataclass(frozen=True)
class Question:
    """A sentence at a field. The form sends `key` back to confirm; it is valid for these values only. One with `words`,
    each (key, word), is answered by the key of a word instead.
    """

    field: str
    sentence: str
    key: str
    words: tuple[tuple[str, str], ...] = ()

    def is_answered(self, answered: Collection[str]) -> bool:
        return any(key in answered for key, _ in self.words or ((self.key, ""),))


class AskedError(Exception):
    """The row can be saved once these questions are answered. Nothing was written."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__("; ".join(question.sentence for question in questions))
        self.questions = questions


@dataclass(frozen=True)
class Doubt:
    """`ask` returns a sentence or "". It is called when one of `columns` changes. The first shows the question."""

    columns: tuple[str, ...]
    ask: Callable[[Session, Any, Mapping[str, Any]], str]


def questions(session: Session, row: Base, changed: set[str], before: Mapping[str, Any]) -> list[Question]:
    """The questions about a row being written. `changed` are its changed columns, `before` its earlier values."""
    found = []
    for doubt in DOUBTS.get(row.__tablename__, ()):
        if changed & {*doubt.columns} and (sentence := doubt.ask(session, row, before)):
            held = [str(getattr(row, name)) for name in doubt.columns]
            found.append(Question(doubt.columns[0], sentence, key_of([row.__tablename__, sentence, *held])))
    return found


def need_answers(asked: list[Question], answered: Collection[str]) -> None:
    """Raises AskedError, with those that were answered too, unless every question was."""
    if not all(question.is_answered(answered) for question in asked):
        raise AskedError(asked)


def key_of(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _second_invoice(session: Session, invoice: Invoice, before: Mapping[str, Any]) -> str:
    was_live = before.get("service_id") == invoice.service_id and _is_live(before.get("status"))
    if invoice.service_id is None or was_live or not _is_live(invoice.status):
        return ""
    # If two people bill one visit at the same moment, the second waits here and is asked.
    one_visit = text("SELECT pg_advisory_xact_lock(7220002, :visit)")
    session.execute(one_visit, {"visit": invoice.service_id}, execution_options=UNSCOPED)
    table = Invoice.__table__
    others = select(func.count()).where(
        table.c.service_id == invoice.service_id,
        table.c.id.is_distinct_from(invoice.id),
        func.lower(func.trim(func.coalesce(table.c.status, ""))).not_in(NOT_LIVE),
    )
    number = session.scalar(others, execution_options=UNSCOPED)
    invoices = "an invoice" if number == 1 else f"{number} invoices"
    return f"This visit already has {invoices}, neither cancelled nor refunded." if number else ""


def _is_live(status: str | None) -> bool:
    return folded(status) not in NOT_LIVE


def _amount(session: Session, invoice: Invoice, _before: Mapping[str, Any]) -> str:
    if not invoice.amount:
        return "The amount is zero."
    if not invoice.amount.is_finite():
        return "The amount is no number."
    tariff = of_visits(session, [invoice.service_id]).get(invoice.service_id)
    most = MOST_BILLED if tariff is None else MOST_TIMES * tariff
    if invoice.amount > most:
        why = "more than a visit costs" if tariff is None else "three times the tariff of this visit"
        return f"The amount is over {say.money(most)}, {why}."
    return ""


def _paid_later(_session: Session, invoice: Invoice, _before: Mapping[str, Any]) -> str:
    return "The time of payment is in the future." if _is_after(invoice.paid_at, clock.now_utc()) else ""


def _visit_time(_session: Session, visit: Visit, _before: Mapping[str, Any]) -> str:
    now = clock.now_utc()
    waits = folded(visit.status) in ("", "pending", "scheduled") and visit.check_in_time is None
    if waits and _is_after(now - MISSED, visit.scheduled_at):
        return "This time is in the past, and nobody has checked in."
    return "This time is more than a year ahead." if _is_after(visit.scheduled_at, now + FURTHEST_AHEAD) else ""


def _long_before(_session: Session, visit: Visit, before: Mapping[str, Any]) -> str:
    """Once: what was said of the check-in holds for the check-out."""
    begun, planned = visit.check_in_time, visit.scheduled_at
    if begun is not None and begun == before.get("check_in_time") and planned == before.get("scheduled_at"):
        return ""
    moment = begun or visit.check_out_time
    if not isinstance(planned, datetime) or not _is_after(planned - BEFORE_MOST, moment):
        return ""
    return f"This visit is planned for {say.when(planned)}; it would be {visit.status} more than a day before that."


def _times_long_before(session: Session, visit: Visit, before: Mapping[str, Any]) -> str:
    is_asked = (visit.status, visit.scheduled_at) != (before.get("status"), before.get("scheduled_at"))
    return "" if is_asked else _long_before(session, visit, before)


def _check_out(_session: Session, visit: Visit, _before: Mapping[str, Any]) -> str:
    is_long = _is_long(visit.check_in_time, visit.check_out_time)
    return "The check-out is more than 24 hours after the check-in." if is_long else ""


def _shift(_session: Session, shift: Assignment, _before: Mapping[str, Any]) -> str:
    return "The shift is longer than 24 hours." if _is_long(shift.shift_start, shift.shift_end) else ""


def _shift_time(_session: Session, shift: Assignment, _before: Mapping[str, Any]) -> str:
    ahead = folded(shift.status) in ("", "assigned", "confirmed")
    if ahead and _is_after(clock.now_utc(), shift.shift_end or shift.shift_start):
        return "This shift is in the past, and nobody has started it."
    is_far = _is_after(shift.shift_start, clock.now_utc() + FURTHEST_AHEAD)
    return "This shift is more than a year ahead." if is_far else ""


def _coverage(_session: Session, claim: InsuranceClaim, _before: Mapping[str, Any]) -> str:
    return "The amount claimed is zero." if claim.coverage_amount == 0 else ""


def _overspent(_session: Session, budget: MarketingBudget, _before: Mapping[str, Any]) -> str:
    spent, allocated = budget.spent_amount, budget.allocated_amount
    # Another application may have written NaN, which can be compared with nothing.
    if spent is None or allocated is None or not (spent.is_finite() and allocated.is_finite()):
        return ""
    return "More is spent than was allocated." if spent and spent > allocated else ""


def _converted_alone(session: Session, lead: Lead, before: Mapping[str, Any]) -> str:
    if folded(lead.status) != "converted" or folded(before.get("status")) == "converted":
        return ""
    patient = Patient.__table__
    linked = select(exists().where(patient.c.marketing_lead_id == lead.id))
    if session.scalar(linked, execution_options=UNSCOPED):
        return ""
    return "No patient comes from this lead. Convert it by its button to make the patient."


def _is_long(start: Any, end: Any) -> bool:
    return isinstance(start, datetime) and isinstance(end, datetime) and end - start > LONGEST_AT_ONCE


def _is_after(moment: Any, other: Any) -> bool:
    """False if either is empty or outside Python's calendar."""
    return isinstance(moment, datetime) and isinstance(other, datetime) and moment > other


DOUBTS: dict[str, tuple[Doubt, ...]] = {
    "invoices": (
        Doubt(("service_id", "status"), _second_invoice),
        Doubt(("amount", "service_id"), _amount),
        Doubt(("paid_at",), _paid_later),
    ),
    "visit_services": (
        Doubt(("scheduled_at",), _visit_time),
        Doubt(("check_out_time", "check_in_time"), _check_out),
        # The times that follow a status are those of the moment, so an answer is about the status alone.
        Doubt(("status", "scheduled_at"), _long_before),
        Doubt(("check_in_time", "check_out_time"), _times_long_before),
    ),
    "caregiver_assignments": (
        Doubt(("shift_end", "shift_start"), _shift),
        Doubt(("shift_start", "shift_end"), _shift_time),
    ),
    "insurance_claims": (Doubt(("coverage_amount",), _coverage),),
    "marketing_leads": (Doubt(("status",), _converted_alone),),
    "marketing_budgets": (Doubt(("spent_amount", "allocated_amount"), _overspent),),
}
