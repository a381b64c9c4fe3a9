"""What a person's own role asks of their sign-in, as SQL on a statement that has their staff row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, cast, false, func, literal, select

from homecare.models import Staff, StoredRole
from homecare.models.folding import plain_word

# Minutes, where no role says otherwise.
IDLE_MINUTES = 20


def idle_limit() -> ColumnElement[timedelta]:
    """What the person's own role allows, whomever they look as."""
    minutes = _of_own_role(StoredRole.idle_minutes)
    return func.coalesce(minutes, IDLE_MINUTES) * cast(literal("1 minute"), Interval)


def asks_for_second_factor() -> ColumnElement[bool]:
    """Whether the role of a staff row does."""
    return func.coalesce(_of_own_role(StoredRole.second_factor), false())


def _of_own_role(column: Any) -> Any:
    return (
        select(column).where(plain_word(StoredRole.name) == plain_word(Staff.role)).correlate(Staff).scalar_subquery()
    )
