"""Creating and changing one row, and deleting one or several, on behalf of a person. `many` changes several at once.

Every action is one transaction, or a part of the action that calls it. The session already sees only the rows in the
person's scope, before the write and after it: nobody moves a row out of or into somebody else's.
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
    """The row does not exist, or not for this person."""


class StaleError(Exception):
    """Somebody saved the row after the form was opened; `version` is the row's version now."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class RowsChangedError(Exception):
    """Some of many rows are not as they were shown, or are gone; `ids` says which."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(str(ids))
        self.ids = ids


@dataclass(frozen=True)
class Saved:
    """`undo` is the token that takes the change back; empty where that cannot be had."""

    row_id: int
    undo: str = ""


@dataclass(frozen=True)
class Written:
    """`before` holds, by column, what the row held and no longer holds, the times of its status among them."""

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
    """Raises RuleError at a field, AlreadySavedError for a form sent twice, AskedError where not all is `answered`."""
    with transaction(session, by=by, model=model):
        claim(session, token, model, None, by)
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
        need_answers(questions(session, row, changed, before), answered)
        _stay_in_scope(session, model, row.id)
        session.execute(
            update(FormToken).where(FormToken.token == token).values(row_id=row.id),
            execution_options={"synchronize_session": False},
        )
    return Saved(row.id)


def made_by(model: type[Base], values: dict[str, Any], by: Acting) -> dict[str, Any]:
    """The column that names who makes the row, filled. Raises RuleError where another is named who may not be."""
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
    """Raises RowGoneError, StaleError, RuleError, AskedError, AlreadySavedError; nothing is written then.

    `token` is None for an edit in place of one column, whose version alone keeps a second sending from being a second
    change, and which can be undone.
    """
    with transaction(session, by=by, model=model) as change_set:
        if token is not None:
            claim(session, token, model, row_id, by)
        row = lock(session, model, row_id, version)
        done = change(session, model, row, values, by)
        need_answers(done.questions, answered)
    is_offered = token is None and bool(done.before) and can_be_put_back(model.__table__.columns, done.before)
    return Saved(row_id, str(change_set) if is_offered else "")


@retried
def delete_rows(*, session: Session, model: type[Base], versions: Mapping[int, str], by: Acting) -> int:
    """All rows, each at the version that was shown, or none; what hangs on them goes by the database's own ON DELETE.

    Returns how many went. Raises RowsChangedError, RuleError.
    """
    with transaction(session, by=by, model=model, doing=Doing("delete")):
        for row in lock_all(session, model, versions).values():
            session.delete(row)
        session.flush()
        if model.__tablename__ == "staff":
            keep_an_administrator(session, by)
    return len(versions)


def lock(session: Session, model: Any, row_id: int, version: str) -> Any:
    """The row, locked, as the database has it now, if it is in scope and still at `version`."""
    found = _locked(session, model, [row_id])
    if not found:
        raise RowGoneError
    row, current = found[row_id]
    if version != current:
        raise StaleError(current)
    return row


def lock_all(session: Session, model: Any, versions: Mapping[int, str]) -> dict[int, Any]:
    """The rows, locked in the order of their ids, if all are in scope and at their versions. One statement.

    All before the first is written: what is written to one can change another, such as a key that is emptied.
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
    """Sets and writes what differs. Raises RuleError; what is in doubt is for the caller to ask.

    `settles` is False where the values are a row's own from before: a status that had no time gets none, and nothing
    is in doubt.
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
        raise RuleError("", "Saved like this, the row would no longer be one of yours. Ask a Coordinator to do it.")
