"""Creates and changes one row, and deletes one or several, on behalf of a person. `many` changes several at once.
Every action is one transaction, or part of the action that calls it. The session sees only rows in the person's scope,
before and after the write, so nobody can move a row into or out of somebody else's scope.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.reserved import MAKERS, SAID_BY
from homecare.access.shown import NOT_SHOWN
from homecare.access.table_access import UNWRITABLE
from homecare.actions import widening
from homecare.actions.assigning import held
from homecare.actions.form_tokens import claim
from homecare.actions.guesses import counted
from homecare.actions.questions import Question, need_answers, questions
from homecare.actions.rules import RuleError, check, defaults, keep_an_administrator, settle
from homecare.actions.transaction import retried, transaction
from homecare.actions.uniqueness import check_unique
from homecare.db import Base
from homecare.kinds.write import can_be_put_back
from homecare.models import FormToken

ANOTHERS_NAME = "This is recorded in your own name. Ask the person who said it to record it themselves."


class RowGoneError(Exception):
    """The row does not exist, or this person may not see it."""


class StaleError(Exception):
    """Somebody saved the row after the form was opened. `version` is the row's version now."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class RowsChangedError(Exception):
    """Some of the rows changed since they were shown, or are gone. `ids` says which."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(str(ids))
        self.ids = ids


@dataclass(frozen=True)
class Saved:
    """`undo` is the token to undo the change. Empty if it cannot be undone."""

    row_id: int
    undo: str = ""


@dataclass(frozen=True)
class Written:
    """`before` has the earlier value of each changed column, including the times of a status."""

    before: dict[str, Any]
    questions: list[Question]


@retried
def create_row(
    *,
    session: Session,
    model: type[Base],
    values: dict[str, Any],
    token: str,
    by: Acting,
    answered: Collection[str] = (),
) -> Saved:
    """Raises RuleError at a field, AlreadySavedError for a form sent twice, AskedError if a question is unanswered."""
    with transaction(session, by=by, model=model):
        claim(session, token, model, None, by)
        held.lock_booked(session, model, (), [values])
        row, asked = add(session, model, values, by)
        need_answers([*asked, *held.of_row(session, by, row, None, answered)], answered)
        session.execute(
            update(FormToken).where(FormToken.token == token).values(row_id=row.id),
            execution_options={"synchronize_session": False},
        )
    return Saved(row.id)


def add(session: Session, model: type[Base], values: dict[str, Any], by: Acting) -> tuple[Any, list[Question]]:
    """Writes a new row. Raises RuleError. The caller must ask the returned questions and hold its booking."""
    given = {name: value for name, value in values.items() if value is not None} | made_by(model, values, by)
    row: Any = model(**given)
    changed, before = set(given), defaults(model)
    settle(model.__tablename__, row, changed, before, clock.now_utc())
    check(model.__tablename__, session, row, changed, by)
    widening.refuse(session, model, None, row, by)
    with counted(session, model, row, set(given), by):
        check_unique(session, model, row, changed)
        session.add(row)
        session.flush()
    _stay_in_scope(session, model, row.id)
    return row, questions(session, row, changed, before)


def made_by(model: type[Base], values: dict[str, Any], by: Acting) -> dict[str, Any]:
    """The column that names the row's author, filled. Raises RuleError if it names a person it must not."""
    table, me = model.__tablename__, by.person.staff_id
    column = MAKERS.get(table)
    if column is None:
        return {}
    named = values.get(column)
    if (table, column) in SAID_BY and named not in (None, me):
        raise RuleError(column, ANOTHERS_NAME)
    return {column: me if named is None else named}


@retried
def update_row(
    *,
    session: Session,
    model: type[Base],
    row_id: int,
    values: dict[str, Any],
    version: str,
    token: str | None,
    by: Acting,
    answered: Collection[str] = (),
) -> Saved:
    """Raises RowGoneError, StaleError, RuleError, AskedError, AlreadySavedError; then nothing is written.
    `token` is None for an inline edit of one column: its version alone prevents a second change if sent twice, and
    it can be undone.
    """
    with transaction(session, by=by, model=model) as change_set:
        if token is not None:
            claim(session, token, model, row_id, by)
        held.lock_booked(session, model, [row_id], [values])
        row = lock(session, model, row_id, version)
        done = change(session, model, row, values, by)
        need_answers([*done.questions, *held.of_row(session, by, row, done.before, answered)], answered)
    is_offered = token is None and bool(done.before) and can_be_put_back(model.__table__.columns, done.before)
    return Saved(row_id, str(change_set) if is_offered else "")


@retried
def delete_rows(*, session: Session, model: type[Base], versions: Mapping[int, str], by: Acting) -> int:
    """Deletes all rows, or none if one is no longer at its shown version. ON DELETE handles dependent rows.

    Returns the number deleted. Raises RowsChangedError, RuleError.
    """
    with transaction(session, by=by, model=model, doing=Doing("delete")):
        for row in lock_all(session, model, versions).values():
            session.delete(row)
        session.flush()
        if model.__tablename__ == "staff":
            keep_an_administrator(session, by)
    return len(versions)


def lock(session: Session, model: Any, row_id: int, version: str) -> Any:
    """The row, locked and read again, if it is in scope and still at `version`."""
    found = _locked(session, model, [row_id])
    if not found:
        raise RowGoneError
    row, current = found[row_id]
    if version != current:
        raise StaleError(current)
    return row


def lock_all(session: Session, model: Any, versions: Mapping[int, str]) -> dict[int, Any]:
    """The rows, locked in id order, if all are in scope and at their versions. One statement.
    All are checked before the first write, because writing one can change another, such as by emptying a key.
    """
    found = _locked(session, model, versions)
    rows = {row_id: row for row_id, (row, current) in found.items() if current == versions[row_id]}
    if len(rows) < len(versions):
        raise RowsChangedError(sorted({*versions} - {*rows}))
    return rows


def _locked(session: Session, model: Any, row_ids: Collection[int]) -> dict[int, tuple[Any, str]]:
    columns = select(model, literal_column(f"{model.__tablename__}.xmin::text"))
    statement = columns.where(model.id.in_(row_ids)).order_by(model.id).with_for_update(of=model)
    found = session.execute(statement, execution_options={"populate_existing": True} | NOT_SHOWN).all()
    return {row.id: (row, current) for row, current in found}


def change(
    session: Session, model: type[Base], row: Any, values: dict[str, Any], by: Acting, *, settles: bool = True
) -> Written:
    """Sets and writes the values that differ. Raises RuleError. The caller must ask the returned questions.
    `settles` is False if the values are the row's own earlier ones: then a status gets no time and nothing is asked.
    Where the row books somebody the caller must hold it against other bookings: `assigning/held.py`.
    """
    changed = {name for name, value in values.items() if value != getattr(row, name)}
    if not changed:
        return Written({}, [])
    before = {name: getattr(row, name) for name in _columns(model)}
    for name in changed:
        setattr(row, name, values[name])
    if settles:
        settle(model.__tablename__, row, changed, before, clock.now_utc())
    check(model.__tablename__, session, row, changed, by)
    widening.refuse(session, model, before, row, by)
    with counted(session, model, row, changed, by):
        check_unique(session, model, row, changed)
        session.flush()
    _stay_in_scope(session, model, row.id)
    if model.__tablename__ == "staff" and changed & {"role", "status"}:
        keep_an_administrator(session, by)
    asked = questions(session, row, changed, before) if settles else []
    return Written({name: value for name, value in before.items() if getattr(row, name) != value}, asked)


def _columns(model: type[Base]) -> list[str]:
    return [column.name for column in model.__table__.columns if column.name not in UNWRITABLE]


def _stay_in_scope(session: Session, model: Any, row_id: int) -> None:
    if session.info.get("row_scope") and session.scalar(select(model.id).where(model.id == row_id)) is None:
        raise RuleError("", "If saved like this, the row would no longer be one of yours. Ask a Coordinator to do it.")
