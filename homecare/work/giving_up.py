"""A job that was asked for and never succeeds is given up: it stays in the table as failed, and IT is told once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from homecare.actions.told.notify import tell
from homecare.models import StoredJob
from homecare.queries.answering import administrators
from homecare.queries.notices import GIVEN_UP

# With doubling waits the last try is 21 minutes after the first: long enough for a database or a disk that was away
# for a moment, and soon enough for whoever waits for what was asked. A recurring job is never given up.
MOST_TRIES = 8
# It was begun before it was ever said how it went.
ENDED = "Its worker ended each time it was tried. The worker's log may say why."


def tell_it(session: Session, row: Row[Any], problem: str) -> None:
    """Who holds everything, in the transaction that gives the job up. Two statements."""
    parts = {"job": row.name, "number": row.id, "problem": problem}
    tell(session=session, staff_ids=administrators(session), kind=GIVEN_UP, parts=parts)


def failed(engine: Engine) -> dict[str, int]:
    """How many were given up, by job; those of another release too. One statement."""
    counted = select(StoredJob.name, func.count().label("number")).where(StoredJob.given_up_at.is_not(None))
    with engine.connect() as connection:
        rows = connection.execute(counted.group_by(StoredJob.name).order_by(StoredJob.name))
        return {row.name: int(row.number) for row in rows}
