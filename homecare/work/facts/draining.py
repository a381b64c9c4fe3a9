"""Empties the queue of a kind of fact, and works out again what was in it.

Nothing that changed is lost: a key is taken out first and its fact worked out in a later statement, which sees every
change whose key was seen; one worker at a time, or an older fact could be written over a newer one. What is taken out
and what is written is one transaction, so a worker that is killed leaves the queue as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.actions.transaction import transaction
from homecare.queueing import Queue
from homecare.work.workers_door import Work

# Keys of one transaction, and how many in a queue are sooner worked out all at once.
BATCH = 5_000
MOST_ONE_BY_ONE = 350_000


@dataclass(frozen=True)
class Facts:
    """A kind of fact. Both run inside the transaction that empties the queue.

    `work_out` writes the facts of these keys anew, or takes them out where their source is gone; `work_out_all` those
    of every key. `due` finds keys of at most BATCH facts that changed because time passed. `faults` compares every fact
    with what a plain query of the company's rows gives, and names the keys that differ; it may leave out those queued.
    """

    name: str
    queue: Queue
    lock: int
    work_out: Callable[[Session, Sequence[int]], None]
    work_out_all: Callable[[Session], None]
    due: Callable[[Session], Sequence[int]]
    faults: Callable[[Session], Iterable[str]]


def drain(work: Work, facts: Facts) -> None:
    """Until the queue is empty. A large backlog, or a request for everything, works all facts out at once."""
    while _round(work, facts):
        work.breathe()


def _round(work: Work, facts: Facts) -> bool:
    """Whether there may be more."""
    session = work.session
    with transaction(session, by=work.by):
        if not _alone(session, facts):
            return False
        began = _now(session)
        if _is_for_all(session, facts.queue):
            _work_out_all(session, facts, began)
            return True
        keys = _taken(session, facts.queue)
        due = facts.due(session)
        if keys or due:
            facts.work_out(session, sorted({*keys, *due}))
        is_done = max(len(keys), len(due)) < BATCH
        if is_done:
            _note(session, facts, began)
    return not is_done


def rebuild(session: Session, facts: Facts) -> bool:
    """Works out all facts of the kind now. False where another worker is at it. The caller commits."""
    if not _alone(session, facts):
        return False
    _work_out_all(session, facts, _now(session))
    return True


def _alone(session: Session, facts: Facts) -> bool:
    mine = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(session.scalar(mine, {"lock": facts.lock}, execution_options=UNSCOPED))


def _now(session: Session) -> datetime:
    """Of the clock, before the statement whose snapshot decides what is in the facts."""
    now: datetime = session.scalars(text("SELECT timezone('utc', clock_timestamp())"), execution_options=UNSCOPED).one()
    return now


def _is_for_all(session: Session, queue: Queue) -> bool:
    asked = f"""
        SELECT count(*) > :most OR coalesce(bool_or(key IS NULL), false)
        FROM (SELECT key FROM dashboard.{queue.table} LIMIT :most + 1) waiting
    """  # noqa: S608 - a constant of ours
    return bool(session.scalar(text(asked), {"most": MOST_ONE_BY_ONE}, execution_options=UNSCOPED))


def _work_out_all(session: Session, facts: Facts, began: datetime) -> None:
    emptied = f"DELETE FROM dashboard.{facts.queue.table}"  # noqa: S608 - a constant of ours
    session.execute(text(emptied), execution_options=UNSCOPED)
    facts.work_out_all(session)
    _note(session, facts, began, rebuilt=True)


def _taken(session: Session, queue: Queue) -> Sequence[int]:
    """Keys that wait, as often as they were queued. By their place in the table: it has no key."""
    taken = f"""
        DELETE FROM dashboard.{queue.table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM dashboard.{queue.table} FOR UPDATE SKIP LOCKED LIMIT :most)) RETURNING key
    """  # noqa: S608 - a constant of ours
    return session.scalars(text(taken), {"most": BATCH}, execution_options=UNSCOPED).all()


def _note(session: Session, facts: Facts, began: datetime, rebuilt: bool = False) -> None:
    noted = text("""
        INSERT INTO dashboard.fact_states AS s (name, right_at, rebuilt_at)
        VALUES (:name, :began, CASE WHEN :rebuilt THEN CAST(:began AS timestamp) END)
        ON CONFLICT (name) DO UPDATE SET right_at = excluded.right_at,
            rebuilt_at = coalesce(excluded.rebuilt_at, s.rebuilt_at)
    """)
    values = {"name": facts.name, "began": began, "rebuilt": rebuilt}
    session.execute(noted, values, execution_options=UNSCOPED)
