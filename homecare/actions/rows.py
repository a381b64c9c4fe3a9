"""Creating and changing one row, and deleting one or several, on behalf of a person. `many` changes several at once.

Every function is one transaction. The session already sees only the rows in the person's scope, before the write and
after it: nobody moves a row out of or into somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal_column, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.fields import UNWRITABLE
from homecare.access.reserved import MAKERS, SAID_BY
from homecare.access.shown import NOT_SHOWN
from homecare.actions import undoing, widening
from homecare.actions.guesses import counted
from homecare.actions.refusals import refusal
from homecare.actions.rules import RuleError, check, keep_an_administrator, settle
from homecare.actions.transaction import retried
from homecare.actions.uniqueness import check_unique
from homecare.db import Base
from homecare.models import FormToken

ANOTHERS_NAME = "This is recorded in your own name. Ask the person who said it to record it themselves."


class RowGoneError(Exception):
    """The row does not exist, or not for this person."""


class StaleError(Exception):
    """Somebody saved the row after the form was opened; `version` is the row's version now."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class AlreadySavedError(Exception):
    """This very form was saved before; `row_id` is the row it made or changed."""

    def __init__(self, row_id: int | None) -> None:
        super().__init__(row_id)
        self.row_id = row_id


class TokenTakenError(RuleError):
    """The form's token belongs to another form; nothing can be saved with it."""


@dataclass(frozen=True)
class Saved:
    """`undo` is the token that takes the change back; empty where that cannot be had."""

    row_id: int
    undo: str = ""


@retried
def create_row(*, session: Session, model: type[Base], values: dict[str, Any], token: str, by: Acting) -> Saved:
    """Raises RuleError at a field, AlreadySavedError for a form sent twice."""
    try:
        _claim(session, token, model, None, by)
        given = {name: value for name, value in values.items() if value is not None} | made_by(model, values, by)
        row: Any = model(**given)
        changed = set(given)
        settle(model.__tablename__, row, changed, clock.now_utc())
        check(model.__tablename__, session, row, changed, by)
        widening.refuse(session, model, None, row, by)
        with counted(session, model, row, set(given), by):
            check_unique(session, model, row, changed)
            session.add(row)
            session.flush()
        _stay_in_scope(session, model, row.id)
        session.execute(
            update(FormToken).where(FormToken.token == token).values(row_id=row.id),
            execution_options={"synchronize_session": False},
        )
        session.commit()
    except DBAPIError as error:
        session.rollback()
        raise refusal(error, model) or error from error
    except (RuleError, AlreadySavedError):
        session.rollback()
        raise
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
) -> Saved:
    """Raises RowGoneError, StaleError, RuleError, AlreadySavedError; nothing is written then.

    `token` is None for an edit in place of one column, whose version alone keeps a second sending from being a second
    change, and which can be undone.
    """
    undo = ""
    try:
        if token is not None:
            _claim(session, token, model, row_id, by)
        row = lock(session, model, row_id, version)
        before = change(session, model, row, values, by)
        if token is None and before:
            undo = undoing.remember(
                session=session, model=model, column=next(iter(values)), overwritten={row_id: before}, by=by
            )
        session.commit()
    except DBAPIError as error:
        session.rollback()
        raise refusal(error, model) or error from error
    except (RuleError, StaleError, RowGoneError, AlreadySavedError):
        session.rollback()
        raise
    return Saved(row_id, undo)


@retried
def delete_rows(
    *, session: Session, model: type[Base], row_ids: Sequence[int], by: Acting, version: str | None = None
) -> int:
    """All rows or none; what hangs on them goes by the database's own ON DELETE. Returns how many went."""
    ids = sorted(set(row_ids))
    try:
        for row_id in ids:
            session.delete(lock(session, model, row_id, version))
        session.flush()
        if model.__tablename__ == "staff":
            keep_an_administrator(session, by)
        session.commit()
    except DBAPIError as error:
        session.rollback()
        raise refusal(error, model) or error from error
    except (RuleError, StaleError, RowGoneError):
        session.rollback()
        raise
    return len(ids)


def _claim(session: Session, token: str, model: type[Base], row_id: int | None, by: Acting) -> None:
    """Take the form's token. A second sending waits here for the first, then learns which row it made."""
    taken = session.execute(
        upsert(FormToken)
        .values(token=token, staff_id=by.person.staff_id, resource=model.__tablename__, row_id=row_id)
        .on_conflict_do_nothing()
        .returning(FormToken.token)
    ).first()
    if taken is not None:
        return
    used = session.execute(
        select(FormToken.row_id).where(
            FormToken.token == token,
            FormToken.staff_id == by.person.staff_id,
            FormToken.resource == model.__tablename__,
            # The form of one row tells nothing of another: its "saved" would be a change that was dropped.
            true() if row_id is None else FormToken.row_id == row_id,
        )
    ).first()
    if used is None:
        raise TokenTakenError("", "This form was already used elsewhere. Open it again.")
    raise AlreadySavedError(used.row_id)


def lock(session: Session, model: Any, row_id: int, version: str | None) -> Any:
    """The row, locked, as the database has it now, if it is in scope and still at `version` (None: at any)."""
    found = session.execute(
        select(model, literal_column(f"{model.__tablename__}.xmin::text"))
        .where(model.id == row_id)
        .with_for_update(of=model),
        execution_options={"populate_existing": True} | NOT_SHOWN,
    ).first()
    if found is None:
        raise RowGoneError
    row, current = found
    if version is not None and version != current:
        raise StaleError(current)
    return row


def change(
    session: Session, model: type[Base], row: Any, values: dict[str, Any], by: Acting, *, settles: bool = True
) -> dict[str, Any]:
    """Sets and writes what differs; returns what the row held before, by column, the times of its status among them.

    `settles` is False where the values are a row's own from before: a status that had no time gets none. Raises
    RuleError.
    """
    changed = {name for name, value in values.items() if value != getattr(row, name)}
    if not changed:
        return {}
    before = {name: getattr(row, name) for name in _columns(model)}
    for name in changed:
        setattr(row, name, values[name])
    if settles:
        settle(model.__tablename__, row, changed, clock.now_utc())
    check(model.__tablename__, session, row, changed, by)
    widening.refuse(session, model, before, row, by)
    with counted(session, model, row, changed, by):
        check_unique(session, model, row, changed)
        session.flush()
    _stay_in_scope(session, model, row.id)
    if model.__tablename__ == "staff" and changed & {"role", "status"}:
        keep_an_administrator(session, by)
    return {name: value for name, value in before.items() if getattr(row, name) != value}


def _columns(model: type[Base]) -> list[str]:
    return [column.name for column in model.__table__.columns if column.name not in UNWRITABLE]


def _stay_in_scope(session: Session, model: Any, row_id: int) -> None:
    if session.info.get("row_scope") and session.scalar(select(model.id).where(model.id == row_id)) is None:
        raise RuleError("", "Saved like this, the row would no longer be one of yours. Ask a Coordinator to do it.")
