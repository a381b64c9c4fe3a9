"""How long people are booked: domain.md, "The roster's words" 4, as SQL of many and of spans in hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, cast, func, select, union_all

from homecare.models import Assignment, Visit
from homecare.records import bookings


def booked_minutes(
    start: datetime, end: datetime, without: tuple[int, int] = (0, 0), of: Collection[int] | None = None
) -> Select[Any]:
    """(staff_id, minutes) of everybody, or `of` some, booked in [start, end): the length of the union of their
    occupying visits and live shifts, cut there, but for the visit and the shift `without`. To be sent UNSCOPED. One
    statement, one pass over the visits and shifts of that time.
    """
    joined, minutes = bookings.with_minutes(select(Visit.staff_id))
    span = func.tsrange(
        bookings.busy_start(), func.greatest(bookings.busy_start(), bookings.busy_end(Visit, minutes))
    ).label("span")
    visits = joined.add_columns(span).where(
        Visit.staff_id.is_not(None) if of is None else Visit.staff_id.in_(of),
        Visit.id != without[0],
        bookings.occupying(),
        bookings.overlapping(start, end, minutes),
    )
    spans = select(Assignment.staff_id, func.tsrange(Assignment.shift_start, Assignment.shift_end).label("span"))
    shifts = spans.where(
        bookings.closed_shift(), Assignment.id != without[1], Assignment.shift_start < end, Assignment.shift_end > start
    )
    if of is not None:
        shifts = shifts.where(Assignment.staff_id.in_(of))
    booked = union_all(visits, shifts).subquery()
    merged = select(
        booked.c.staff_id, func.unnest(func.range_agg(booked.c.span * func.tsrange(start, end))).label("span")
    ).group_by(booked.c.staff_id).subquery()  # fmt: skip
    seconds = func.sum(func.extract("epoch", func.upper(merged.c.span) - func.lower(merged.c.span)))
    return select(merged.c.staff_id, cast(func.floor(seconds / 60), Integer).label("minutes")).group_by(
        merged.c.staff_id
    )


def union_minutes(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> int:
    """As `booked_minutes` of one person, of spans in hand."""
    total, reached = timedelta(), start
    for span in sorted(spans):
        first, last = max(span[0], reached), min(span[1], end)
        if last > first:
            total, reached = total + (last - first), last
    return int(total.total_seconds() // 60)
