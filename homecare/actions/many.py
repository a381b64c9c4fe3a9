"""Changes many rows, all or none, and undoes such a change. Both can be part of another action."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.actions.assigning import held
from homecare.actions.guesses import HiddenRowError
from homecare.actions.questions import Question, key_of
from homecare.actions.refusals import refusal
from homecare.actions.rows import Written, change, lock_all
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.db import Base
from homecare.kinds.write import can_be_put_back


class RowsRefusedError(Exception):
    """Some rows cannot be changed like this, so none was. `refused` has each reason by row id.
    `complete` is False if the database stopped at the first one, so there may be more.
    """

    def __init__(self, refused: dict[int, RuleError], complete: bool) -> None:
        super().__init__(str(refused))
        self.refused = refused
        self.complete = complete


class RowsAskedError(Exception):
    """The rows can be changed once the questions in `asked` (by row id) are answered: all with one `key`, and those of
    them that have words with the key of a word.
    """

    def __init__(self, asked: dict[int, list[Question]], key: str) -> None:
        super().__init__(str(asked))
        self.asked = asked
        self.key = key


@dataclass(frozen=True)
class Changed:
    """`rows` counts the rows that really changed. `undo` is the token to undo the change, or empty."""

    rows: int
    undo: str = ""


@retried
def update_rows(
    *,
    session: Session,
    model: type[Base],
    versions: Mapping[int, str],
    column: str,
    value: Any,
    by: Acting,
    answered: Collection[str] = (),
) -> Changed:
    """Sets one column in all rows, or in none if one is no longer at its shown version.

    Raises RowsChangedError, RowsRefusedError, RowsAskedError.
    """
    values = {row_id: {column: value} for row_id in versions}
    with transaction(session, by=by, doing=Doing("bulk", resource=model.__tablename__)) as change_set:
        overwritten = _each(session, model, versions, values, by, answered)
    columns = model.__table__.columns
    is_offered = bool(overwritten) and all(can_be_put_back(columns, row) for row in overwritten.values())
    return Changed(len(overwritten), str(change_set) if is_offered else "")


def put_back(
    *, session: Session, model: type[Base], versions: Mapping[int, str], values: dict[int, dict[str, Any]], by: Acting
) -> None:
    """Each row at its version is given values that it had before. Raises RowsChangedError, RowsRefusedError."""
    _each(session, model, versions, values, by, None)


def _each(
    session: Session,
    model: type[Base],
    versions: Mapping[int, str],
    values: dict[int, dict[str, Any]],
    by: Acting,
    answered: Collection[str] | None,
) -> dict[int, dict[str, Any]]:
    """Writes the rows. Returns the previous values of those that changed.
    `answered` is None if the values are the rows' own earlier ones.
    """
    done: dict[int, Written] = {}
    refused: dict[int, RuleError] = {}
    row_id = 0
    try:
        held.lock_booked(session, model, versions, values.values())
        rows = lock_all(session, model, versions)
        for row_id, row in rows.items():
            try:
                done[row_id] = change(session, model, row, values[row_id], by, settles=answered is not None)
            except HiddenRowError as error:
                raise RowsRefusedError(refused | {row_id: error}, complete=False) from error
            except RuleError as error:
                refused[row_id] = error
                # A refused value must not be written with the next row.
                session.expire(row)
    except DBAPIError as error:
        if reason := refusal(error, model):
            raise RowsRefusedError(refused | {row_id: reason}, complete=False) from error
        raise
    if refused:
        raise RowsRefusedError(refused, complete=True)
    asked = {row_id: written.questions for row_id, written in done.items() if written.questions}
    booked = held.of_rows(session, by, rows, {row_id: written.before for row_id, written in done.items()}, answered)
    if booked.refused:
        raise RowsRefusedError(booked.refused, complete=True)
    for row_id, found in booked.asked.items():
        asked[row_id] = [*asked.get(row_id, ()), *found]
    _need_answers(asked, answered or ())
    return {row_id: written.before for row_id, written in done.items() if written.before}


def _need_answers(asked: dict[int, list[Question]], answered: Collection[str]) -> None:
    each = [(row_id, question) for row_id, found in asked.items() for question in found]
    doubts = [f"{row_id} {question.key}" for row_id, question in each if not question.words]
    key = key_of(doubts)
    unsaid = any(question.words and not question.is_answered(answered) for _, question in each)
    if unsaid or (doubts and key not in answered):
        raise RowsAskedError(asked, key)
