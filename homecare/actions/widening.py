"""A person who sees only own rows may change what decides that only to see fewer patients, or for a shorter time.
The columns are those that the predicates of access/row_scope.py read. What a row opens before and after is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.row_scope import AFTER, BEFORE, OPENINGS, UNSCOPED, Opening, own_patient_ids, read_columns
from homecare.actions.rules import RuleError
from homecare.db import Base

WIDENS = "If saved like this, it would open a patient to you, or for longer than now. Ask a Coordinator to do it."


class Span(NamedTuple):
    """What a row opens to the acting person: the patient and the time span."""

    patient_id: int
    start: datetime
    end: datetime


def refuse(session: Session, model: type[Base], before: Mapping[str, Any] | None, row: Any, by: Acting) -> None:
    """Raises RuleError if the row about to be written opens more than before. `before` is None for a new row."""
    moved = {name for name in _deciding(model.__tablename__, by) if getattr(row, name) != (before or {}).get(name)}
    if not moved:
        return
    opening = next((known for known in OPENINGS if known.model is model), None)
    field = next(name for name in ("status", *sorted(moved)) if name in moved)
    if opening is None:
        # The scope reads a table without an Opening, so the direction is unknown.
        raise RuleError(field, WIDENS)
    now = clock.now_utc()
    after = _span(opening, {name: getattr(row, name) for name in opening.columns}, by, now)
    if after is None:
        return
    if before is None:
        narrows = _is_open(session, after.patient_id)
    else:
        was = _span(opening, before, by, now)
        narrows = (
            was is not None and was.patient_id == after.patient_id and was.start <= after.start and after.end <= was.end
        )
    if not narrows:
        raise RuleError(field, WIDENS)


def _deciding(table: str, by: Acting) -> frozenset[str]:
    """The columns of `table` that decide which rows of other tables are the person's own."""
    read = {pair for name in by.own_tables() if name != table for pair in read_columns()[name]}
    return frozenset(column for of, column in read if of == table)


def _span(opening: Opening, values: Mapping[str, Any], by: Acting, now: datetime) -> Span | None:
    """What the row opens from now on. None if it opens nothing to the person now or later."""
    if values["staff_id"] != by.person.staff_id or values["patient_id"] is None:
        return None
    if (values["status"] or opening.status) == "Cancelled":
        return None
    start = _moment(values[opening.start], datetime.min if opening.unbounded else None)
    end = _moment(values[opening.end], datetime.max if opening.unbounded else None)
    if start is None or end is None or end < now - AFTER:
        return None
    # A row that is already open cannot be opened earlier.
    return Span(values["patient_id"], max(start, now + BEFORE), end)


def _is_within(one: Span, other: Span) -> bool:
    return other.start <= one.start and one.end <= other.end


def _moment(value: datetime | str | None, unset: datetime | None) -> datetime | None:
    """A moment outside Python's calendar becomes the calendar's first or last moment."""
    if isinstance(value, str):
        return datetime.min if value.startswith("-") or value.endswith("BC") else datetime.max
    return unset if value is None else value


def _is_open(session: Session, patient_id: int) -> bool:
    open_now = select(literal(patient_id).in_(own_patient_ids()))
    return bool(session.scalar(open_now, execution_options=UNSCOPED))
