"""What the database breaks off through nobody's fault is done again, whole, before anybody is told."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from homecare.db import sqlstate

P = ParamSpec("P")
T = TypeVar("T")

RETRIES = 3
# Long enough for the other to commit, and never the same for two that got in each other's way.
LONGEST_WAIT_S = 0.2
LOCK_NOT_AVAILABLE = "55P03"


def passes(error: DBAPIError) -> bool:
    """Whether the same once more may well succeed: a deadlock, a serialization failure, a lock not had in time."""
    state = sqlstate(error) or ""
    return state.startswith("40") or state == LOCK_NOT_AVAILABLE


def retried(action: Callable[P, T]) -> Callable[P, T]:
    """For an action that is one whole transaction of its keyword `session`: run again up to RETRIES times.

    Everything the action reads and writes must happen in it, because a rollback takes all of it back.
    """

    @wraps(action)
    def run(*args: P.args, **named: P.kwargs) -> T:
        session: Any = named["session"]
        for tried in range(RETRIES):
            try:
                return action(*args, **named)
            except DBAPIError as error:
                if not passes(error):
                    raise
                session.rollback()
            time.sleep(random.uniform(0, LONGEST_WAIT_S) * (tried + 1))  # noqa: S311 - no secret
        return action(*args, **named)

    return run
