"""The named conditions, each with one SQL predicate and its own URL words.
They state domain rules. The minutes and days are assumptions.
"""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import ColumnElement, Interval, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from homecare import clock
from homecare.access.row_scope import me
from homecare.models import AdminTask, InventoryItem, Invoice, MarketingTask, Patient, Staff, StoredRole, Visit
from homecare.models.folding import plain_word
from homecare.records.registered import ANY, NAMED, Parameter, Reads, WrongParameterError, find_named, named, owner_of

LATE = timedelta(minutes=15)
MISSED = timedelta(minutes=60)
STUCK = timedelta(minutes=60)
INVOICE_DUE = timedelta(days=30)
EXPIRES_SOON = timedelta(days=30)
TASK_DUE = timedelta(hours=48)
DEFAULT_VISIT_MINUTES = 60
LOST_AFTER_DAYS = 60
MOST_DAYS = 3650

# Other modules import from here, so that all conditions are registered.
__all__ = ["ANY", "NAMED", "WrongParameterError", "find_named", "owner_of"]


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError(f"Days must be a whole number from 1 to {MOST_DAYS:,}; this is {text!r}.")
    return int(text)


def _waiting() -> ColumnElement[bool]:
    """Planned and not started. A NULL status counts as Pending."""
    return and_(func.coalesce(Visit.status, "Pending").in_(("Pending", "Scheduled")), Visit.check_in_time.is_(None))


_VISIT_TIMES = ("status", "scheduled_at", "check_in_time")


@named("visit_services", "late", "Late", _VISIT_TIMES)
def late() -> ColumnElement[bool]:
    now = clock.now_utc()
    return and_(_waiting(), Visit.scheduled_at <= now - LATE, Visit.scheduled_at > now - MISSED)


@named("visit_services", "missed", "Missed", _VISIT_TIMES)
def missed() -> ColumnElement[bool]:
    overdue = and_(_waiting(), Visit.scheduled_at <= clock.now_utc() - MISSED)
    return or_(and_(Visit.status.is_not(None), Visit.status == "Missed"), overdue)


@named(
    "visit_services", "stuck", "Stuck", (*_VISIT_TIMES, "check_out_time", "staff_id"),
    reads=(Reads("staff", ("role",)),),
)  # fmt: skip
def stuck() -> ColumnElement[bool]:
    staff = aliased(Staff)
    minutes = (
        select(StoredRole.visit_minutes)
        .join(staff, plain_word(staff.role) == plain_word(StoredRole.name))
        .where(staff.id == Visit.staff_id)
        .correlate(Visit)
        .scalar_subquery()
    )
    length = func.coalesce(minutes, DEFAULT_VISIT_MINUTES) * cast(literal("1 minute"), Interval)
    return and_(
        Visit.status == "In Progress",
        Visit.check_out_time.is_(None),
        Visit.scheduled_at + length < clock.now_utc() - STUCK,
    )


@named("visit_services", "now", "In progress now", ("status",))
def in_progress() -> ColumnElement[bool]:
    return and_(Visit.status.is_not(None), Visit.status == "In Progress")


@named("visit_services", "unassigned", "Unassigned", ("status", "staff_id"))
def unassigned() -> ColumnElement[bool]:
    return and_(Visit.staff_id.is_(None), func.coalesce(Visit.status, "Pending").in_(("Pending", "Scheduled")))


@named("visit_services", "today", "Today", ("scheduled_at",))
def today() -> ColumnElement[bool]:
    start = clock.day_start(clock.today())
    return and_(Visit.scheduled_at >= start, Visit.scheduled_at < start + timedelta(days=1))


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
    visit = aliased(Visit)
    visit_time = select(visit.scheduled_at).where(visit.id == AdminTask.visit_service_id).scalar_subquery()
    due = func.coalesce(visit_time, AdminTask.assigned_date + TASK_DUE)
    still_open = func.coalesce(AdminTask.task_status, "Assigned").in_(("Assigned", "In Progress", "Blocked"))
    return and_(still_open, due < clock.now_utc())


@named("admin_task_tracking", "mine", "Mine", ("staff_id",))
def my_office_tasks() -> ColumnElement[bool]:
    return AdminTask.staff_id == me()


@named("marketing_tasks", "overdue", "Overdue", ("status", "due_date"))
def overdue_marketing_task() -> ColumnElement[bool]:
    still_open = func.coalesce(MarketingTask.status, "Pending").in_(("Pending", "In Progress"))
    return and_(still_open, MarketingTask.due_date < clock.today())


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
