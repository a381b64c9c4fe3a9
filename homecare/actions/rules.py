"""Rules that a row must keep, whoever writes it and on whatever page: statuses, their times, and relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import Policy, folded
from homecare.access.row_scope import UNSCOPED
from homecare.db import Base
from homecare.models import Account, Assignment, Invoice, Staff, Visit
from homecare.models.folding import plain_word
from homecare.tables.status_times import TIMES_OF_STATUSES, TimeOfStatus

SHIFT_ENDS = "The shift must end after it begins. Correct one of them."


class RuleError(Exception):
    """A rule refused the row. The message is a sentence for the person, shown at the named field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def settle(table: str, row: Any, changed: set[str], before: Mapping[str, Any], now: datetime) -> None:
    """Makes a status and its time agree: setting one sets the other. Raises RuleError if both were set and contradict
    each other.
    A status equal to `before` (the row's earlier status, or the default of a new row) does not count as set: it follows
    its time.
    """
    for rule in TIMES_OF_STATUSES.get(table, ()):
        word, moment = _word(row, rule, getattr(row, rule.status_column)), getattr(row, rule.column)
        chosen = rule.status_column in changed and word != _word(row, rule, before.get(rule.status_column))
        has_time, timed = word in map(folded, rule.having), rule.column in changed
        fits = has_time or word in map(folded, rule.retained_in)
        if chosen and has_time:
            setattr(row, rule.column, moment or now)
        elif chosen and not timed and not fits:
            setattr(row, rule.column, None)
        elif timed and moment and not fits:
            _reach(row, rule, changed, chosen)
        elif timed and not moment and has_time:
            raise RuleError(rule.column, f"{_status(row, rule)} goes with {rule.called}. Change the status instead.")


def _reach(row: Any, rule: TimeOfStatus, changed: set[str], chosen: bool) -> None:
    if chosen or not rule.sets_status:
        others = " or ".join(filter(None, (", ".join(rule.having[:-1]), rule.having[-1])))
        message = f"{_status(row, rule)} does not go with {rule.called}. Choose {others}, or leave the time empty."
        raise RuleError(rule.status_column, message)
    setattr(row, rule.status_column, rule.reached)
    changed.add(rule.status_column)


def _status(row: Any, rule: TimeOfStatus) -> str:
    return str(getattr(row, rule.status_column) or defaults(type(row)).get(rule.status_column) or "No status")


def _word(row: Any, rule: TimeOfStatus, status: str | None) -> str:
    """The status normalised for comparison. An empty status counts as the default."""
    return folded(status) or folded(defaults(type(row)).get(rule.status_column))


def defaults(model: type[Base]) -> dict[str, str]:
    """The default words that the database gives a new row, by column."""
    columns = model.__table__.columns
    found = {column.name: getattr(column.server_default, "arg", None) for column in columns}
    return {name: default for name, default in found.items() if isinstance(default, str)}


def check(table: str, session: Session, row: Any, changed: set[str], by: Acting) -> None:
    """Raises RuleError if the row about to be written breaks a rule of its table."""
    for rule in CHECKS.get(table, ()):
        rule(session, row, changed, by)


def _visit_needs_staff(session: Session, visit: Visit, changed: set[str], by: Acting) -> None:
    if visit.staff_id is None and folded(visit.status) in map(folded, ("In Progress", "Completed")):
        raise RuleError("staff_id", f"A visit that is {visit.status} needs the staff member who makes it.")


def _shift_has_a_length(session: Session, shift: Assignment, changed: set[str], by: Acting) -> None:
    """One that ends before it begins is refused by the database too, one of no length only here."""
    start, end = shift.shift_start, shift.shift_end
    if changed & {"shift_start", "shift_end"} and start is not None and end is not None and end <= start:
        raise RuleError("shift_end", SHIFT_ENDS)


def _invoice_of_its_visits_patient(session: Session, invoice: Invoice, changed: set[str], by: Acting) -> None:
    if not changed & {"patient_id", "service_id"}:
        return
    visit = Visit.__table__
    patient_id = session.scalar(
        select(visit.c.patient_id).where(visit.c.id == invoice.service_id), execution_options=UNSCOPED
    )
    if patient_id is not None and patient_id != invoice.patient_id:
        raise RuleError("service_id", "This visit was to another patient. Choose one of this patient's visits.")


def _nobody_edits_their_own_role(session: Session, staff: Staff, changed: set[str], by: Acting) -> None:
    if staff.id == by.person.staff_id and "role" in changed:
        raise RuleError("role", "Nobody changes their own role. Ask another Admin.")


CHECKS: dict[str, tuple[Callable[[Session, Any, set[str], Acting], None], ...]] = {
    "visit_services": (_visit_needs_staff,),
    "caregiver_assignments": (_shift_has_a_length,),
    "invoices": (_invoice_of_its_visits_patient,),
    "staff": (_nobody_edits_their_own_role,),
}


def keep_an_administrator(session: Session, by: Acting) -> None:
    """Call after a write to staff: an Active person who can sign in must have every permission. Raises RuleError."""
    if not has_administrator(session, by.policy):
        raise RuleError("role", "This is the last active Admin. Make somebody else an Admin first.")


def has_administrator(session: Session, policy: Policy) -> bool:
    """Whether an Active person who can sign in has every permission under this policy.
    Takes an advisory lock until the transaction ends, so that two people cannot each remove the other.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(7220001)"), execution_options=UNSCOPED)
    staff, account = Staff.__table__, Account.__table__
    left = session.scalar(
        select(func.count())
        .select_from(staff.join(account, account.c.staff_id == staff.c.id))
        .where(
            plain_word(staff.c.role).in_(policy.administrators),
            plain_word(staff.c.status) == folded("Active"),
            account.c.disabled_at.is_(None),
            account.c.password_hash.is_not(None),
        ),
        execution_options=UNSCOPED,
    )
    return bool(left)
