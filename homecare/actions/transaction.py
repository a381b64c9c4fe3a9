"""One transaction for everything that is done in one go; what broke off through nobody's fault is done again, whole."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.actions.refusals import refusal
from homecare.db import Base, sqlstate

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
# Long enough for the other to commit, and never the same for two that got in each other's way.
LONGEST_WAIT_S = 0.2
LOCK_NOT_AVAILABLE = "55P03"
# In the session's own notes while an action is under way.
UNDER_WAY = "action_under_way"


@contextmanager
def transaction(session: Session, model: type[Base] | None = None) -> Iterator[None]:
    """What is written inside is kept whole when the block ends, or not at all when anything is raised.

    Inside another such block it is a part of that one. Raises RuleError where the database refuses a row of `model`.
    """
    if UNDER_WAY in session.info:
        yield
        return
    session.info[UNDER_WAY] = True
    try:
        yield
        session.commit()
    except DBAPIError as error:
        session.rollback()
        reason = refusal(error, model) if model is not None else None
        raise reason or error from error
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[UNDER_WAY]


def passes(error: DBAPIError) -> bool:
    """Whether the same once more may well succeed: a deadlock, a serialization failure, a lock not had in time."""
    state = sqlstate(error) or ""
    return state.startswith("40") or state == LOCK_NOT_AVAILABLE


def retried(action: Callable[P, T]) -> Callable[P, T]:
    """For an action that is one whole transaction of its keyword `session`: run again up to RETRIES times.

    Everything the action reads and writes must happen in it, because a rollback takes all of it back. Inside another
    action that one is run again instead.
    """

    @wraps(action)
    def run(*args: P.args, **named: P.kwargs) -> T:
        session: Any = named["session"]
        for tried in range(0 if UNDER_WAY in session.info else RETRIES):
            try:
                return action(*args, **named)
            except DBAPIError as error:
                if not passes(error):
                    raise
                session.rollback()
            time.sleep(random.uniform(0, LONGEST_WAIT_S) * (tried + 1))  # noqa: S311 - no secret
        return action(*args, **named)

    return run
