"""The one place that commits: a write holds whole or not at all, whatever actions it is put together from."""

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
from homecare.db import Base, sqlstate

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
# Long enough for the other to commit, and never the same for two that got in each other's way.
LONGEST_WAIT_S = 0.2
LOCK_NOT_AVAILABLE = "55P03"
_OPEN = "open_transaction"
SAVE = Doing()
_NONE_YET = UUID(int=0)


def passes(error: DBAPIError) -> bool:
    """Whether the same once more may well succeed: a deadlock, a serialization failure, a lock not had in time."""
    state = sqlstate(error) or ""
    return state.startswith("40") or state == LOCK_NOT_AVAILABLE


@dataclass
class _Open:
    """The outermost transaction of a session; `failed` once an action inside it was refused."""

    failed: bool = False
    change_set: UUID = _NONE_YET


@contextmanager
def transaction(
    session: Session, *, by: Acting | None, model: type[Base] | None = None, doing: Doing = SAVE
) -> Iterator[UUID]:
    """Commits at its end, rolls back on whatever is raised. Inside another it is a part of that one.

    `by` is None for the command line. `doing` is what the trail calls it; the outermost has the word, and all that is
    changed in it is one change set, whose id is given. A refusal of the database about what was written to `model` is
    raised as RuleError. An action that failed inside another takes the whole with it, also where its error was caught.
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
                raise RuntimeError("An action inside this one failed and has half written: let its error pass.")
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
            del session.info[_OPEN]


def retried(action: Callable[P, T]) -> Callable[P, T]:
    """For an action that is one whole `transaction` of its keyword `session`: run again up to RETRIES times.

    Everything the action reads and writes must happen in it, because a rollback takes all of it back. Inside another
    transaction it runs once: only the whole can be done again.
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
