"""The same change of many rows, all or none, and taking such a change back. Each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions import undoing
from homecare.actions.guesses import HiddenRowError
from homecare.actions.refusals import refusal
from homecare.actions.rows import RowGoneError, StaleError, change, lock
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried
from homecare.db import Base
from homecare.models import Overwritten


class RowsRefusedError(Exception):
    """Some rows cannot be changed like this, so none was; `refused` has the reason of each by its id.

    `complete` is False where the database stopped at the first, and there may be more.
    """

    def __init__(self, refused: dict[int, RuleError], complete: bool) -> None:
        super().__init__(str(refused))
        self.refused = refused
        self.complete = complete


@dataclass(frozen=True)
class Changed:
    """`rows` really differ now; `undo` is the token that takes the change back, or empty."""

    rows: int
    undo: str = ""


@retried
def update_rows(
    *, session: Session, model: type[Base], row_ids: Sequence[int], column: str, value: Any, by: Acting
) -> Changed:
    """One column of all rows or of none. Locks in the order of ids. Raises RowGoneError, RowsRefusedError."""
    overwritten = _each(session, model, {row_id: {column: value} for row_id in row_ids}, None, by)
    try:
        undo = undoing.remember(session=session, model=model, column=column, overwritten=overwritten, by=by)
        session.commit()
    except DBAPIError:
        session.rollback()
        raise
    return Changed(len(overwritten), undo)


def take_back(*, session: Session, model: type[Base], kept: Overwritten, by: Acting) -> int:
    """Puts back what a change overwrote, in every row or in none; returns how many rows are as they were.

    Raises StaleError where one of them was saved since, RowGoneError, RowsRefusedError.
    """
    held = {int(row_id): undoing.values(model, row) for row_id, row in kept.held.items()}
    done = len(_each(session, model, held, kept.version, by))
    session.commit()
    return done


def _each(
    session: Session, model: type[Base], values: dict[int, dict[str, Any]], version: str | None, by: Acting
) -> dict[int, dict[str, Any]]:
    """Writes the rows without ending the transaction; returns what those that changed held before.

    With a `version`, which the rows must still have, the values are what they held before it.
    """
    overwritten: dict[int, dict[str, Any]] = {}
    refused: dict[int, RuleError] = {}
    row_id = 0
    try:
        for row_id in sorted(values):
            row = lock(session, model, row_id, version)
            try:
                before = change(session, model, row, values[row_id], by, settles=version is None)
            except HiddenRowError as error:
                session.rollback()
                raise RowsRefusedError(refused | {row_id: error}, complete=False) from error
            except RuleError as error:
                refused[row_id] = error
                # What was set and refused must not be written with the next row.
                session.expire(row)
            else:
                overwritten |= {row_id: before} if before else {}
    except DBAPIError as error:
        session.rollback()
        reason = refusal(error, model)
        raise RowsRefusedError(refused | {row_id: reason}, complete=False) if reason else error from error
    except (RowGoneError, StaleError):
        session.rollback()
        raise
    if refused:
        session.rollback()
        raise RowsRefusedError(refused, complete=True)
    return overwritten
