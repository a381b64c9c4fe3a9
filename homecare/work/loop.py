"""The loop of a worker: takes the next job that is due, runs it, says in its row how it went, and begins again.

A job is taken with SKIP LOCKED, and its row stays locked while it runs: however a worker ends, PostgreSQL lets go of
the row, and another takes the job again. So any number of workers can run, and a job may be run twice but never not at
all. That a job was begun is written before, so that one which kills its worker comes last the next time, and is given
up as one that fails is (`giving_up`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, create_engine, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions.transaction import transaction
from homecare.config import Config
from homecare.db import sqlstate, worker_engine_options
from homecare.models import StoredJob
from homecare.web import errors
from homecare.work import giving_up, workers_door
from homecare.work.jobs import JOBS, Job

POLL_S = 1.0
AWAY_S = 2.0
SHORTEST_BACKOFF_S, LONGEST_BACKOFF_S = 10, 3600

_NOW = func.timezone("utc", func.now())
# Of the clock: the transaction is as old as the job that ran in it.
_NOW_DONE = func.timezone("utc", func.clock_timestamp())
_log = logging.getLogger("homecare.work")


class Loop:
    """One worker. `stop` may be called from a signal: the job under way is finished, and no other begun."""

    def __init__(self, config: Config, jobs: Mapping[str, Job] = JOBS) -> None:
        self.config, self.jobs = config, jobs
        self.stopping = False
        self.engine = create_engine(config.database_url, **worker_engine_options())
        self.done = self.failed = 0

    def stop(self) -> None:
        self.stopping = True

    def close(self) -> None:
        self.engine.dispose()

    def run(self) -> None:
        """Until it is stopped; while the database is away it waits."""
        is_known, is_away = False, False
        while not self.stopping:
            try:
                is_known = is_known or self._ensure()
                while self.run_next() and not self.stopping:
                    pass
                if is_away:
                    _log.warning("The database answers again.")
                is_away = False
            except SQLAlchemyError as error:
                if not is_away:
                    _log.error("The worker waits, because the database does not do its part: %s", errors.facts(error))
                is_away = True
            self._wait(AWAY_S if is_away else POLL_S)

    def take_up_again(self) -> int:
        """How many jobs that were given up are due again now."""
        fresh = {"given_up_at": None, "tries": 0, "problem": "", "try_at": _NOW}
        lost = update(StoredJob).where(StoredJob.given_up_at.is_not(None)).values(fresh)
        with Session(self.engine) as session, transaction(session, by=None):
            found = session.execute(lost.returning(StoredJob.id), execution_options=UNSCOPED_WRITE)
            return len(found.all())

    def run_due(self) -> None:
        """All that is due now; a job that fails is due later."""
        self._ensure()
        while self.run_next() and not self.stopping:
            pass

    def run_next(self) -> bool:
        """Whether there was something to do. Raises SQLAlchemyError where the database is away."""
        with Session(self.engine) as session:
            job_id = self._begin(session)
            if job_id is None:
                return False
            try:
                with transaction(session, by=None):
                    row = self._hold(session, job_id)
                    # Another worker that looked in the same moment has it.
                    if row is not None:
                        self._note(session, row, self._do(row))
            except workers_door.StoppingError:
                self._count_back(session, job_id)
                _log.warning("A job was cut short, and is due still.")
        return True

    def _ensure(self) -> bool:
        """Every recurring job has its row, for good; a new one is due at once."""
        rows = [{"name": name, "recurring": True} for name, job in self.jobs.items() if job.every_s is not None]
        with Session(self.engine) as session, transaction(session, by=None):
            for row in rows:
                session.execute(upsert(StoredJob).values(row).on_conflict_do_nothing())
        return True

    def _begin(self, session: Session) -> int | None:
        """Writes down that the next job is begun, and commits that. A job of another release is left to its workers."""
        due = (
            select(StoredJob.id)
            .where(StoredJob.name.in_(self.jobs), StoredJob.try_at <= _NOW, StoredJob.given_up_at.is_(None))
            .order_by(StoredJob.tries, StoredJob.try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        begun = update(StoredJob).where(StoredJob.id == due.scalar_subquery()).values(tries=StoredJob.tries + 1)
        with transaction(session, by=None):
            return session.scalar(begun.returning(StoredJob.id), execution_options=UNSCOPED_WRITE)

    def _hold(self, session: Session, job_id: int) -> Row[Any] | None:
        columns = (StoredJob.id, StoredJob.name, StoredJob.payload, StoredJob.staff_id, StoredJob.tries)
        mine = select(*columns).where(StoredJob.id == job_id, StoredJob.try_at <= _NOW, StoredJob.given_up_at.is_(None))
        return session.execute(mine.with_for_update(skip_locked=True)).one_or_none()

    def _count_back(self, session: Session, job_id: int) -> None:
        """That a worker ended in the middle of a long job is no failure of the job."""
        counted = update(StoredJob).where(StoredJob.id == job_id, StoredJob.tries > 0).values(tries=StoredJob.tries - 1)
        with transaction(session, by=None):
            session.execute(counted, execution_options=UNSCOPED_WRITE)

    def _do(self, row: Row[Any]) -> str:
        """What went wrong, in words and without values; empty where nothing did."""
        job = self.jobs[row.name]
        if job.every_s is None and row.tries > giving_up.MOST_TRIES:
            return giving_up.ENDED
        try:
            with workers_door.opened(
                self.engine, self.config, because=job.because, payload=row.payload, staff_id=row.staff_id,
                is_stopping=lambda: self.stopping,
            ) as work:  # fmt: skip
                job.run(work)
        except workers_door.StoppingError:
            raise
        # Whatever one job does wrong, the others go on.
        except Exception as error:
            _log.error("The job %s (%s) failed: %s", row.name, row.id, errors.facts(error))
            return in_words(error)
        return ""

    def _note(self, session: Session, row: Row[Any], problem: str) -> None:
        self.done, self.failed = self.done + (not problem), self.failed + bool(problem)
        mine = StoredJob.id == row.id
        every_s = self.jobs[row.name].every_s
        if problem:
            later = _NOW_DONE + func.make_interval(0, 0, 0, 0, 0, 0, backoff_s(row.tries))
            change: Any = update(StoredJob).where(mine).values(try_at=later, problem=problem)
            if every_s is None and row.tries >= giving_up.MOST_TRIES:
                change = change.values(given_up_at=_NOW_DONE)
                giving_up.tell_it(session, row, problem)
        elif every_s is None:
            change = delete(StoredJob).where(mine)
        else:
            again = _NOW_DONE + func.make_interval(0, 0, 0, 0, 0, 0, every_s)
            done = {"due_at": again, "try_at": again, "tries": 0, "problem": "", "done_at": _NOW_DONE}
            change = update(StoredJob).where(mine).values(done)
        session.execute(change, execution_options=UNSCOPED_WRITE)

    def _wait(self, seconds: float) -> None:
        """In short naps, because a signal does not end a nap."""
        deadline = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < deadline:
            time.sleep(0.1)


def backoff_s(tries: int) -> int:
    """Ten seconds after the first failure, twice as long after each other, an hour at most. What was asked for is given
    up before that."""
    return int(min(LONGEST_BACKOFF_S, SHORTEST_BACKOFF_S * 2 ** min(tries - 1, 20)))


def in_words(error: Exception) -> str:
    if isinstance(error, workers_door.RefusedError):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return f"The database did not do it ({sqlstate(error) or type(error).__name__})."
    return f"The program failed ({type(error).__name__}). The worker's log says where."
