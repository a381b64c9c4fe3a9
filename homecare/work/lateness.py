"""How far behind the workers are."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from homecare.models import StoredJob
from homecare.work.jobs import JOBS

_NOW = func.timezone("utc", func.now())


def late_s(engine: Engine) -> dict[str, int | None]:
    """By job: for how many seconds the oldest has been due, 0 where none is; one statement.

    None where a recurring job has no row, because no worker has run yet. A job that runs is late until it is done; one
    that was given up is not late any more.
    """
    late = func.greatest(0, func.extract("epoch", _NOW - func.min(StoredJob.due_at)))
    asked = select(StoredJob.name, late.label("late_s")).where(StoredJob.given_up_at.is_(None))
    with engine.connect() as connection:
        rows = connection.execute(asked.group_by(StoredJob.name))
        found = {row.name: int(row.late_s) for row in rows}
    return {name: found.get(name, None if job.every_s is not None else 0) for name, job in JOBS.items()}
