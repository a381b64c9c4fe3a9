"""Refused values that a hidden row already has: one sentence that reveals nothing, and a limit per day.
"Another row already has this value" would tell a nurse who is a patient. Each try is recorded before the write and
deleted if it revealed nothing, so the limit holds across all workers and tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Engine, Table, UniqueConstraint, delete, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action, Scope
from homecare.actions.refusals import TakenError, diagnosed, refusal
from homecare.actions.rules import RuleError
from homecare.db import Base
from homecare.models import Assignment, RefusedTry
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

HIDDEN = "This cannot be saved as it is. Check it; if it is right, ask a Coordinator to enter it."
STOPPED = "Too many values could not be saved today. Ask a Coordinator to enter this one."
MOST_TRIES, WINDOW = 5, timedelta(days=1)
# The columns by which two shifts of one person overlap.
SHIFT = ("staff_id", "shift_start", "shift_end", "status")
_KEY = re.compile(r"Key \((.+?)\)=")


class HiddenRowError(RuleError):
    """The database refused the row because of one that the person may not see. The transaction is over."""


@contextmanager
def counted(session: Session, model: type[Base], row: Any, changed: set[str], by: Acting) -> Iterator[None]:
    """Wraps the writing of the row. Raises RuleError after too many tries, whether or not this value is taken."""
    asked = sorted(name for name in changed & _alone(model) if getattr(row, name) is not None)
    seen = Seen.of(by, shown_table(model.__tablename__)) if asked else None
    if seen is None or not _is_blind(seen, asked):
        yield
        return
    # Read now: a failed flush would lose them.
    held = {column.name: getattr(row, column.name) for column in model.__table__.columns}
    try_id = _begin(session, model, asked[0], by)
    try:
        yield
    except TakenError as error:
        if _is_blind(seen, [error.field]) and not _finds(session, seen, [error.field], id=error.row_id):
            _note(session, model)
            raise HiddenRowError(error.field, HIDDEN) from error
        _forget(session, try_id)
        raise
    except DBAPIError as error:
        columns, reason = _columns_of(error, model), refusal(error, model)
        if reason and columns and _is_blind(seen, columns) and not _is_seen(session, seen, columns, held):
            _note(session, model)
            raise HiddenRowError(reason.field, HIDDEN) from error
        _forget(session, try_id)
        raise
    _forget(session, try_id)


def noted(session: Session) -> list[str]:
    """The tables where a hidden row caused a refusal since the last call, for the log."""
    found: list[str] = session.info.pop("guessed", [])
    return found


def _note(session: Session, model: type[Base]) -> None:
    session.info.setdefault("guessed", []).append(model.__tablename__)


def _begin(session: Session, model: type[Base], field: str, by: Acting) -> int:
    me = by.person.staff_id
    with _beside(session) as connection:
        connection.execute(delete(RefusedTry).where(RefusedTry.tried_at < clock.now_utc() - WINDOW))
        try_id = connection.execute(insert(RefusedTry).values(staff_id=me).returning(RefusedTry.id)).scalar_one()
        tries = connection.scalar(select(func.count()).select_from(RefusedTry).where(RefusedTry.staff_id == me)) or 0
    if tries > MOST_TRIES:
        _forget(session, try_id)
        _note(session, model)
        raise RuleError(field, STOPPED)
    return int(try_id)


def _forget(session: Session, try_id: int) -> None:
    with _beside(session) as connection:
        connection.execute(delete(RefusedTry).where(RefusedTry.id == try_id))


def _beside(session: Session) -> Connection:
    """A connection of its own: everybody sees its writes at once, and a rollback of the session does not undo them."""
    return cast(Engine, session.get_bind()).connect().execution_options(isolation_level="AUTOCOMMIT")


@cache
def _alone(model: type[Base]) -> frozenset[str]:
    """The columns of unique constraints, alone or together, and of the shift rule."""
    table = cast(Table, model.__table__)
    groups: list[Any] = [
        constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)
    ]
    groups += [index.columns for index in table.indexes if index.unique]
    named = {column.name for group in groups for column in group} | {c.name for c in table.columns if c.unique}
    return frozenset(named) | (frozenset(SHIFT) if model is Assignment else frozenset())


def _columns_of(error: DBAPIError, model: type[Base]) -> list[str]:
    """The columns of the value that is taken. Empty if the error is about something else."""
    state, diagnosis = diagnosed(error)
    if state == "23P01":
        return list(SHIFT)
    found = _KEY.search(diagnosis.message_detail or "") if state == "23505" and diagnosis else None
    words = re.findall(r"\w+", found[1]) if found else []
    return [word for word in dict.fromkeys(words) if word in model.__table__.columns]


def _is_blind(seen: Seen, columns: list[str]) -> bool:
    """Whether rows with these columns may exist that the person cannot see."""
    verdict = seen.access.verdicts[Action.VIEW]
    return not verdict.allowed or verdict.scope is Scope.OWN or not all(seen.access.sees(name) for name in columns)


def _is_seen(session: Session, seen: Seen, columns: list[str], held: Mapping[str, Any]) -> bool:
    """Whether the person can see the conflicting row and these columns. Uses another session in the same scope."""
    model: Any = seen.table.model
    if columns != list(SHIFT):
        same = {name: held[name] for name in columns}
        return _finds(session, seen, columns, model.id != (held["id"] or 0), **same)
    overlaps = (model.shift_start < held["shift_end"], model.shift_end > held["shift_start"])
    return _finds(session, seen, columns, *overlaps, model.id != (held["id"] or 0), staff_id=held["staff_id"])


def _finds(session: Session, seen: Seen, columns: list[str], *conditions: ColumnElement[bool], **same: Any) -> bool:
    """Whether the person sees such a row, including these columns."""
    model: Any = seen.table.model
    if not seen.may(Action.VIEW) or not all(seen.access.sees(name) for name in columns):
        return False
    statement = select(model.id).where(*conditions).filter_by(**same).limit(1)
    with Session(session.get_bind(), info={"row_scope": session.info.get("row_scope")}) as looking:
        return looking.scalar(statement) is not None
