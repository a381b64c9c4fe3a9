"""Turns a refusal of the database into a sentence at its field. Constraint names contain the column's name."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from sqlalchemy.exc import DBAPIError

from homecare import clock
from homecare.actions.rules import SHIFT_ENDS, RuleError
from homecare.db import Base, sqlstate

TAKEN = "Another row already has this value. Write a different one."
OTHER_SHIFT = re.compile(r'existing key .*[\[\(]"([^"]+)","([^"]+)"')
CHECK_SENTENCES = {
    "shift_ends_after_start": ("shift_end", SHIFT_ENDS),
    "check_out_after_check_in": ("check_out_time", "The check-out is before the check-in. Correct one of them."),
    "processed_after_submitted": (
        "processed_at",
        "The claim is processed before it was submitted. Correct one of them.",
    ),
    "ends_after_start": ("end_date", "The end is before the start. Correct one of them."),
    "spent_not_negative": ("spent_amount", "The amount spent cannot be below zero. Write zero or more."),
}


def refusal(error: DBAPIError, model: type[Base]) -> RuleError | None:
    """The sentence for a violated constraint. None if the error is not about typed values."""
    state, diagnosis = diagnosed(error)
    if not state.startswith(("22", "23", "54")) or diagnosis is None:
        return None
    name, table = diagnosis.constraint_name or "", model.__tablename__
    if state == "23505":
        return TakenError(_column(name, f"uq_{table}_", model))
    if state == "23503":
        return RuleError(_column(name, f"fk_{table}_", model), "This choice is gone. Choose another.")
    if state == "23502":
        return RuleError(diagnosis.column_name or "", "This is needed.")
    if state == "23P01" and table == "absences":
        return RuleError("starts_at", "The person is absent by another record then. Change or remove that one first.")
    if state == "23P01":
        return RuleError("shift_start", _other_shift(diagnosis.message_detail or ""))
    if state == "23514":
        field, sentence = CHECK_SENTENCES.get(
            name.removeprefix(f"ck_{table}_"), ("", "The values do not fit together. Check them and save again.")
        )
        return RuleError(field, sentence)
    return RuleError("", "A value cannot be stored as typed. Check numbers, dates and special characters.")


class TakenError(RuleError):
    """Another row has the value, in the same or another spelling. `row_id` is that row, if known."""

    def __init__(self, column: str, row_id: int | None = None) -> None:
        super().__init__(column, TAKEN)
        self.row_id = row_id


def diagnosed(error: DBAPIError) -> tuple[str, Diagnostic | None]:
    """The error's SQLSTATE and PostgreSQL's diagnostics."""
    return sqlstate(error) or "", error.orig.diag if isinstance(error.orig, psycopg.Error) else None


def _other_shift(detail: str) -> str:
    """Names the conflicting shift by its times, which are in the detail of the database's error."""
    found = OTHER_SHIFT.search(detail)
    try:
        start, end = (clock.to_addis(datetime.fromisoformat(text)) for text in (found.groups() if found else ()))
    except (ValueError, OverflowError):
        # The times are missing, or outside Python's calendar.
        return "The caregiver already has a shift at this time. Choose another caregiver or time."
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end.day} {end:%b %H:%M}"
    return (
        f"The caregiver already has a shift on {start.day} {start:%b %Y} from {start:%H:%M} to {until}. "
        "Choose another caregiver or time."
    )


def _column(constraint: str, prefix: str, model: type[Base]) -> str:
    columns: Any = model.__table__.columns
    name = constraint.removeprefix(prefix)
    # A constraint over several columns is shown at the last of them.
    return name if name in columns else next((c for c in reversed(columns.keys()) if name.endswith(c)), "")
