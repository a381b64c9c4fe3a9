"""When staff are busy, and the roster's words about a visit or a shift, as SQL: domain.md, "The roster's words".

Every function takes the mapped class, or an alias of it, so that a role's row scope applies unless the statement says
UNSCOPED. Moments are UTC without a zone. A status is compared trimmed and case-folded, and an empty one counts as the
column's default. The minutes are assumed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Interval,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from homecare import clock
from homecare.access.policy import folded
from homecare.models import Absence, Assignment, Staff, StoredRole, Visit, VisitPlan
from homecare.models.care import ODD_TIMES
from homecare.models.choices import ASSIGNMENT_STATUSES, LIVE_ASSIGNMENT_STATUSES, VISIT_STATUSES
from homecare.models.folding import plain_word

# By role a visit takes `dashboard.roles.visit_minutes`: Doctor 45, Caregiver 240, all others 60 unless IT says else.
DEFAULT_VISIT_MINUTES = 60
LONGEST_VISIT = timedelta(minutes=1440)
# A check-in that is further from the scheduled time makes the visit one of `ODD_TIMES`.
ODD = timedelta(hours=6)
LATE = timedelta(minutes=15)
MISSED = timedelta(minutes=60)
STUCK = timedelta(minutes=60)
WAITING = ("pending", "scheduled")
IDLE = ("missed", "cancelled")
LIVE = tuple(folded(status) for status in LIVE_ASSIGNMENT_STATUSES)
ONE_DAY = timedelta(days=1)

Moment = datetime | ColumnElement[datetime]
Minutes = ColumnElement[int] | None  # of visits whose minutes are joined already


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """[00:00, 24:00) of the day in Addis."""
    start = clock.day_start(day)
    return start, start + ONE_DAY


def week_bounds(day: date) -> tuple[datetime, datetime]:
    """The week of the day, Monday to Sunday in Addis."""
    start = clock.day_start(day - timedelta(days=day.weekday()))
    return start, start + 7 * ONE_DAY


def on_day(day: date, visit: Any = Visit) -> ColumnElement[bool]:
    """A visit belongs to the day of its scheduled time."""
    start, end = day_bounds(day)
    return and_(visit.scheduled_at >= start, visit.scheduled_at < end)


def status_word(row: Any = Visit) -> ColumnElement[str]:
    """The status of a visit or a shift, folded; an empty one is the default. Of a visit it is indexed with its time."""
    default = VISIT_STATUSES[0] if _is_visit(row) else ASSIGNMENT_STATUSES[0]
    return func.coalesce(func.nullif(plain_word(row.status), literal("", literal_execute=True)), _word(default))


def _word(word: str) -> ColumnElement[str]:
    # Written into the statement: an index on an expression is used only for the same expression.
    return literal(folded(word), literal_execute=True)


def _is_visit(row: Any) -> bool:
    return hasattr(row, "scheduled_at")


def planned_minutes(visit: Any = Visit) -> ColumnElement[int]:
    """The minutes of a visit: its plan's, else those of its carer's role, else 60."""
    plan, staff = aliased(VisitPlan), aliased(Staff)
    planned = select(plan.minutes).where(plan.visit_id == visit.id).correlate(visit).scalar_subquery()
    by_role = (
        select(StoredRole.visit_minutes)
        .join(staff, plain_word(staff.role) == plain_word(StoredRole.name))
        .where(staff.id == visit.staff_id)
        .correlate(visit)
        .scalar_subquery()
    )
    return func.coalesce(planned, by_role, DEFAULT_VISIT_MINUTES, type_=Integer)


def busy_start(visit: Any = Visit) -> ColumnElement[datetime]:
    return func.coalesce(visit.check_in_time, visit.scheduled_at)


def with_minutes(statement: Select[*tuple[Any, ...]], visit: Any = Visit) -> tuple[Select[Any], ColumnElement[int]]:
    """The statement with the plan, the carer and the role joined, and `planned_minutes` of them: for many visits that
    takes a quarter of asking for each.
    """
    plan, staff, role = aliased(VisitPlan), aliased(Staff), aliased(StoredRole)
    joined = (
        statement.outerjoin(plan, plan.visit_id == visit.id)
        .outerjoin(staff, staff.id == visit.staff_id)
        .outerjoin(role, plain_word(staff.role) == plain_word(role.name))
    )
    return joined, func.coalesce(plan.minutes, role.visit_minutes, DEFAULT_VISIT_MINUTES, type_=Integer)


def busy_end(visit: Any = Visit, minutes: Minutes = None) -> ColumnElement[datetime]:
    """The one end for drawing, conflicts, stuck and hours. NULL for a visit without any time."""
    length = (planned_minutes(visit) if minutes is None else minutes) * cast(literal("1 minute"), Interval)
    return func.coalesce(visit.check_out_time, busy_start(visit) + length)


def occupying(visit: Any = Visit) -> ColumnElement[bool]:
    """Whether the visit takes somebody's time: all but those whose status is Cancelled or Missed."""
    return status_word(visit).not_in(IDLE)


def overlapping(start: datetime, end: datetime, minutes: Minutes = None) -> ColumnElement[bool]:
    """The visit is busy within [start, end). The indexes of its times narrow it first."""
    return and_(near(start, end), busy_start() < end, busy_end(Visit, minutes) > start)


def beginning(start: datetime, end: datetime) -> ColumnElement[bool]:
    """The visit is busy from a moment in [start, end) on."""
    return and_(near(start, end), busy_start() >= start, busy_start() < end)


def near(start: datetime, end: datetime) -> ColumnElement[bool]:
    """All visits that are busy within [start, end), and some that are not. Ranges of three columns instead of these
    two conditions would each be read for all people or for all time.
    """
    reach = LONGEST_VISIT + ODD
    first = max(start, clock.EARLIEST + reach) - reach
    last = min(end, clock.LATEST - ODD) + ODD
    usual = and_(Visit.scheduled_at > first, Visit.scheduled_at < last)
    return or_(usual, and_(literal_column(ODD_TIMES, Boolean), busy_start() < end))


def waiting(visit: Any = Visit) -> ColumnElement[bool]:
    """Planned and not started."""
    return and_(status_word(visit).in_(WAITING), visit.check_in_time.is_(None))


def unassigned(visit: Any = Visit) -> ColumnElement[bool]:
    return and_(waiting(visit), visit.staff_id.is_(None))


def late(now: Moment | None = None, visit: Any = Visit) -> ColumnElement[bool]:
    """Waiting, 15 to under 60 minutes past its time."""
    now = clock.now_utc() if now is None else now
    return and_(waiting(visit), visit.scheduled_at <= now - LATE, visit.scheduled_at > now - MISSED)


def missed(now: Moment | None = None, visit: Any = Visit) -> ColumnElement[bool]:
    """Said to be, or waiting 60 minutes and more past its time."""
    overdue = and_(waiting(visit), visit.scheduled_at <= (clock.now_utc() if now is None else now) - MISSED)
    return or_(status_word(visit) == "missed", overdue)


def in_progress(visit: Any = Visit) -> ColumnElement[bool]:
    return status_word(visit) == "in progress"


def stuck(now: Moment | None = None, visit: Any = Visit, minutes: Minutes = None) -> ColumnElement[bool]:
    """In Progress without check-out, 60 minutes and more past its end."""
    still_in = and_(in_progress(visit), visit.check_out_time.is_(None))
    return and_(still_in, busy_end(visit, minutes) <= (clock.now_utc() if now is None else now) - STUCK)


def active(staff: Any = Staff) -> ColumnElement[bool]:
    return plain_word(staff.status) == "active"


def absent(staff_id: Any, start: Any, end: Any) -> ColumnElement[bool]:
    """Whether an absence of the person lies in [start, end), columns or moments."""
    absence = aliased(Absence)
    return exists().where(absence.staff_id == staff_id, absence.starts_at < end, absence.ends_at > start)


def _unavailable(staff_id: Any, start: Any, end: Any) -> ColumnElement[bool]:
    staff = Staff.__table__.alias()
    inactive = exists().where(staff.c.id == staff_id, plain_word(staff.c.status) != "active")
    return or_(inactive, absent(staff_id, start, end))


def needs_cover(visit: Any = Visit, minutes: Minutes = None) -> ColumnElement[bool]:
    """Waiting, of somebody who is not Active or is absent then."""
    away = _unavailable(visit.staff_id, busy_start(visit), busy_end(visit, minutes))
    return and_(waiting(visit), visit.staff_id.is_not(None), away)


def live_shift(shift: Any = Assignment) -> ColumnElement[bool]:
    """As the exclusion constraint has it, but for spelling: Assigned, Confirmed, In Progress or empty."""
    return status_word(shift).in_(LIVE)


def closed_shift(shift: Any = Assignment) -> ColumnElement[bool]:
    """Live and with both ends: only such a shift books somebody. One with an open end stands beside everything."""
    return and_(live_shift(shift), shift.shift_start.is_not(None), shift.shift_end.is_not(None))


def uncovered(visit: Any = Visit) -> ColumnElement[bool]:
    """Nobody will make it as it stands."""
    return or_(unassigned(visit), needs_cover(visit))


def shift_needs_cover(shift: Any = Assignment) -> ColumnElement[bool]:
    """Cancelled for want of somebody: the person is not Active or is absent then, and nobody else has come instead."""
    other = Assignment.__table__.alias()
    instead = exists().where(
        other.c.patient_id == shift.patient_id,
        other.c.id != shift.id,
        func.coalesce(func.nullif(plain_word(other.c.status), ""), LIVE[0]).in_(LIVE),
        other.c.shift_start < shift.shift_end,
        other.c.shift_end > shift.shift_start,
    )
    away = _unavailable(shift.staff_id, shift.shift_start, shift.shift_end)
    return and_(status_word(shift) == "cancelled", away, ~instead)
