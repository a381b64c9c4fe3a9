"""The only place that commits: a write is saved whole or not at all, whatever actions it consists of."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing, announce
from homecare.actions.refusals import refusal
from homecare.actions.told import moved_work
from homecare.db import Base, sqlstate

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
# Long enough for the other to commit, and random, so that two do not collide again.
LONGEST_WAIT_S = 0.2
LOCK_NOT_AVAILABLE = "55P03"
_OPEN = "open_transaction"
SAVE = Doing()
_NONE_YET = UUID(int=0)


def passes(error: DBAPIError) -> bool:
    """Whether the same action may succeed if tried again: a deadlock, serialization failure or lock timeout."""
    state = sqlstate(error) or ""
    return state.startswith("40") or state == LOCK_NOT_AVAILABLE


@dataclass
class _Open:
    """A session's outermost transaction. `failed` is set once an action inside it was refused."""

    failed: bool = False
    change_set: UUID = _NONE_YET


@contextmanager
def transaction(
    session: Session, *, by: Acting | None, model: type[Base] | None = None, doing: Doing = SAVE
) -> Iterator[UUID]:
    """Commits at its end and rolls back on any exception. Inside another transaction it is part of that one.
    Yields the id of the change set that all its changes belong to; `doing` of the outermost says what the trail calls
    it. Whose work changed hands is told. `by` is None on the command line. A refusal by the database of a write to
    `model` is raised as RuleError. If an inner action fails, the whole transaction fails, even if its error is caught.
    """
    is_outermost = _OPEN not in session.info
    open_: _Open = session.info.setdefault(_OPEN, _Open())
    try:
        if is_outermost:
            about = model.__tablename__ if model is not None and not doing.resource else doing.resource
            open_.change_set = announce(session, by, replace(doing, resource=about))
        yield open_.change_set
        if is_outermost:
            if open_.failed:
                raise RuntimeError("An action inside this one failed and was half written: let its error pass.")
            session.flush()
            # A plain save that touches nobody's work costs nothing; of anything larger the trail is asked.
            if moved_work.forget(session) or doing.kind != SAVE.kind:
                moved_work.tell_moved(session, open_.change_set, by)
            session.commit()
    except BaseException as error:
        open_.failed = True
        if is_outermost:
            session.rollback()
        reason = refusal(error, model) if model is not None and isinstance(error, DBAPIError) else None
        if reason is not None:
            raise reason from error
        raise
    finally:
        if is_outermost:
            moved_work.forget(session)
            del session.info[_OPEN]


def retried(action: Callable[P, T]) -> Callable[P, T]:
    """For an action that is one whole `transaction` of its keyword `session`: runs it again up to RETRIES times.
    Everything the action reads and writes must happen inside it, because a rollback undoes all of it. Inside another
    transaction it runs once: only the whole can be repeated.
    """

    @wraps(action)
    def run(*args: P.args, **named: P.kwargs) -> T:
        session: Any = named["session"]
        for tried in range(0 if _OPEN in session.info else RETRIES):
            try:
                return action(*args, **named)
            except DBAPIError as error:
                if not passes(error):
                    raise
            time.sleep(random.uniform(0, LONGEST_WAIT_S) * (tried + 1))  # noqa: S311 - no secret
        return action(*args, **named)

    return run
