"""The named conditions, each with one SQL predicate and its own URL words.
They state domain rules. The minutes and days are assumptions.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from homecare import clock
from homecare.access.row_scope import me
from homecare.models import AdminTask, InventoryItem, Invoice, MarketingTask, Patient, Staff, StoredRole, Visit
from homecare.models.folding import plain_word
from homecare.records import bookings, worked_hours
from homecare.records.funnel import flaws, lead_conditions
from homecare.records.on_map import within
from homecare.records.registered import (
    ANY,
    NAMED,
    Parameter,
    Reads,
    WrongParameterError,
    find_named,
    is_key,
    named,
    owners_of,
)

INVOICE_DUE = timedelta(days=30)
EXPIRES_SOON = timedelta(days=30)
TASK_DUE = timedelta(hours=48)
OPEN_TASKS = ("Assigned", "In Progress", "Blocked")
OPEN_MARKETING_TASKS = ("Pending", "In Progress")
LOST_AFTER_DAYS = 60
MOST_DAYS = 3650

# Other modules import from here, so that all conditions are registered.
__all__ = [
    "ANY", "NAMED", "WrongParameterError", "find_named", "flaws", "is_key", "lead_conditions", "owners_of", "within",
    "worked_hours",
]  # fmt: skip


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError(f"Days must be a whole number from 1 to {MOST_DAYS:,}; this is {text!r}.")
    return int(text)


_VISIT_TIMES = ("status", "scheduled_at", "check_in_time")


@named("visit_services", "late", "Late", _VISIT_TIMES)
def late() -> ColumnElement[bool]:
    return bookings.late()


@named("visit_services", "missed", "Missed", _VISIT_TIMES)
def missed() -> ColumnElement[bool]:
    return bookings.missed()


@named(
    "visit_services", "stuck", "Stuck", (*_VISIT_TIMES, "check_out_time", "staff_id"),
    reads=(Reads("staff", ("role",)),),
)  # fmt: skip
def stuck() -> ColumnElement[bool]:
    return bookings.stuck()


@named("visit_services", "now", "In progress now", ("status",))
def in_progress() -> ColumnElement[bool]:
    return bookings.in_progress()


@named("visit_services", "unassigned", "Unassigned", ("status", "check_in_time", "staff_id"))
def unassigned() -> ColumnElement[bool]:
    return bookings.unassigned()


@named(
    "visit_services", "needs_cover", "Needs cover", (*_VISIT_TIMES, "check_out_time", "staff_id"),
    reads=(Reads("staff", ("role", "status"), whole=True),),
)  # fmt: skip
def needs_cover() -> ColumnElement[bool]:
    return bookings.needs_cover()


@named(
    "visit_services", "uncovered", "Uncovered", (*_VISIT_TIMES, "check_out_time", "staff_id"),
    reads=(Reads("staff", ("role", "status"), whole=True),), ready_made=False,
)  # fmt: skip
def uncovered() -> ColumnElement[bool]:
    return bookings.uncovered()


@named(
    "caregiver_assignments", "needs_cover", "Needs cover",
    ("status", "staff_id", "patient_id", "shift_start", "shift_end"), reads=(Reads("staff", ("status",), whole=True),),
)  # fmt: skip
def shift_needs_cover() -> ColumnElement[bool]:
    return bookings.shift_needs_cover()


@named("visit_services", "today", "Today", ("scheduled_at",))
def today() -> ColumnElement[bool]:
    return bookings.on_day(clock.today())


@named(
    "visit_services", "to_invoice", "To invoice", ("status",),
    reads=(Reads("invoices", ("service_id", "status"), whole=True),),
)  # fmt: skip
def to_invoice() -> ColumnElement[bool]:
    invoice = Invoice.__table__.alias()
    live = exists().where(
        invoice.c.service_id == Visit.id,
        func.coalesce(invoice.c.status, "Pending").not_in(("Cancelled", "Refunded")),
    )
    return and_(Visit.status.is_not(None), Visit.status == "Completed", ~live.correlate(Visit))


@named("invoices", "overdue", "Overdue", ("status", "created_at"))
def overdue_invoice() -> ColumnElement[bool]:
    pending = func.coalesce(Invoice.status, "Pending") == "Pending"
    return or_(
        and_(Invoice.status.is_not(None), Invoice.status == "Overdue"),
        and_(pending, Invoice.created_at < clock.now_utc() - INVOICE_DUE),
    )


@named("inventory_items", "expiring", "Expiring within 30 days", ("status", "expiry_date"))
def expiring() -> ColumnElement[bool]:
    day = clock.today()
    usable = func.coalesce(InventoryItem.status, "Available").not_in(("Expired", "Lost", "Retired"))
    return and_(usable, InventoryItem.expiry_date.between(day, day + EXPIRES_SOON))


@named(
    "admin_task_tracking", "overdue", "Overdue", ("task_status", "assigned_date", "visit_service_id"),
    reads=(Reads("visit_services", ("scheduled_at",)),),
)  # fmt: skip
def overdue_task() -> ColumnElement[bool]:
    still_open = func.coalesce(AdminTask.task_status, "Assigned").in_(OPEN_TASKS)
    return and_(still_open, due_of_task() < clock.now_utc())


def due_of_task(*, by_visit: bool = True) -> ColumnElement[Any]:
    """An office task has no such column: the time of its visit, else TASK_DUE after it was assigned."""
    visit = aliased(Visit)
    visit_time = select(visit.scheduled_at).where(visit.id == AdminTask.visit_service_id).scalar_subquery()
    assigned = AdminTask.assigned_date + TASK_DUE
    return func.coalesce(visit_time, assigned) if by_visit else assigned


@named("admin_task_tracking", "mine", "Mine", ("staff_id",))
def my_office_tasks() -> ColumnElement[bool]:
    return AdminTask.staff_id == me()


@named("marketing_tasks", "overdue", "Overdue", ("status", "due_date"))
def overdue_marketing_task() -> ColumnElement[bool]:
    still_open = func.coalesce(MarketingTask.status, "Pending").in_(OPEN_MARKETING_TASKS)
    return and_(still_open, MarketingTask.due_date < clock.today())


@named("marketing_tasks", "unassigned", "Unassigned", ("status", "assigned_to_staff_id"))
def unassigned_marketing_task() -> ColumnElement[bool]:
    still_open = func.coalesce(MarketingTask.status, "Pending").in_(OPEN_MARKETING_TASKS)
    return and_(MarketingTask.assigned_to_staff_id.is_(None), still_open)


@named("marketing_tasks", "mine", "Mine", ("assigned_to_staff_id",))
def my_marketing_tasks() -> ColumnElement[bool]:
    return MarketingTask.assigned_to_staff_id == me()


@named("staff", "unknown_role", "Unknown role", ("role",))
def unknown_role() -> ColumnElement[bool]:
    return plain_word(Staff.role).not_in(select(plain_word(StoredRole.name)))


# `whole`: a visit hidden from this person would make the patient seem lost.
@named(
    "patients", ANY, "No visit for {no_visit_for} days", (), key="no_visit_for",
    reads=(Reads("visit_services", ("patient_id", "status", "scheduled_at"), whole=True),),
    parameters=(Parameter("no_visit_for", "No visit for", _days, str(LOST_AFTER_DAYS)),),
)  # fmt: skip
def no_visit_for(no_visit_for: int) -> ColumnElement[bool]:
    """No completed visit in that many whole days before today, including patients who never had one."""
    visit = Visit.__table__.alias()
    since = clock.day_start(clock.today() - timedelta(days=no_visit_for))
    completed = exists().where(
        visit.c.patient_id == Patient.id, visit.c.status == "Completed", visit.c.scheduled_at >= since
    )
    return ~completed.correlate(Patient)
