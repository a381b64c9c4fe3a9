"""The trail's seals: made in batches of what is over, and the trail held against them and against the live tables.

A seal keeps the digest of each of its entries, so that what was altered, taken out or put in afterwards is named. The
write path makes no seals: a chain there would let nobody write beside another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import qualified, trailed_models

_AGAINST_SEALS = text("""
    WITH sealed AS (SELECT u.id, u.digest FROM dashboard.seals s, unnest(s.ids, s.digests) AS u (id, digest))
    SELECT coalesce(c.id, s.id) AS id, c.resource, c.row_id, c.made_at,
        CASE WHEN c.id IS NULL THEN 'missing' WHEN s.id IS NULL THEN 'added' ELSE 'altered' END AS fault
    FROM sealed s FULL JOIN dashboard.changes c ON c.id = s.id
    WHERE c.id IS NULL AND NOT EXISTS (SELECT FROM dashboard.dropped_months d WHERE d.ids @> s.id)
        OR s.id IS NULL AND c.transaction_id < (SELECT max(horizon) FROM dashboard.seals)
        OR c.id IS NOT NULL AND s.digest <> dashboard.change_digest(c)
    ORDER BY 1
""")
_CHAIN = text("""
    SELECT s.id FROM (SELECT *, lag(digest) OVER (ORDER BY id) AS before FROM dashboard.seals) s
    WHERE s.digest <> dashboard.seal_digest(s.before, s.horizon, s.ids, s.digests) ORDER BY s.id
""")
_COUNTS = text("""
    SELECT coalesce((SELECT sum(cardinality(ids)) FROM dashboard.seals), 0) AS sealed,
        (SELECT count(*) FROM dashboard.changes c
         WHERE c.transaction_id >= coalesce((SELECT max(horizon) FROM dashboard.seals), 0)) AS waiting,
        (SELECT encode(digest, 'hex') FROM dashboard.seals ORDER BY id DESC LIMIT 1) AS head
""")
# A column that came later is not in earlier entries, so the row may have more than its entry says.
_AGAINST_ROWS = """
    SELECT e.id, '{0}' AS resource, e.row_id, e.made_at, 'unlike its row' AS fault
    FROM (SELECT DISTINCT ON (row_id) id, row_id, made_at, new FROM dashboard.changes
          WHERE resource = '{0}' ORDER BY row_id, id DESC) e
    LEFT JOIN {1} t ON t.id = e.row_id
    WHERE CASE WHEN e.new IS NULL OR t.id IS NULL THEN (e.new IS NULL) <> (t.id IS NULL)
        ELSE NOT to_jsonb(t) @> e.new END
    ORDER BY e.row_id
"""


class Fault(StrEnum):
    """`UNLIKE` is the newest entry of a row that is otherwise now: it is false, or a change is not in the trail."""

    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    UNLIKE = "unlike its row"


@dataclass(frozen=True)
class Found:
    """An entry that is not as it should be; a missing one has no more than its number."""

    fault: Fault
    id: int
    resource: str | None
    row_id: int | None
    made_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """`waiting` entries are in no seal yet; `head` is the newest seal's digest, to be kept elsewhere."""

    sealed: int
    waiting: int
    head: str | None


def seal_batch(session: Session) -> int:
    """Seals entries of up to 1,000 transactions that are over, in the caller's transaction; returns how many.

    Zero where nothing is left, or another process is sealing right now. To be called again, each time in a new
    transaction, until it is zero.
    """
    return int(session.scalar(text("SELECT dashboard.seal_changes()"), execution_options=UNSCOPED) or 0)


def turn_months(session: Session) -> tuple[int, int]:
    """Makes the trail's next months and lets go of those older than it is kept; returns how many of each.

    In the caller's transaction; safe in any number and quick where nothing is due.
    """
    made = session.scalar(text("SELECT dashboard.make_trail_partitions(3)"), execution_options=UNSCOPED)
    dropped = session.scalar(text("SELECT dashboard.drop_old_months()"), execution_options=UNSCOPED)
    return int(made or 0), int(dropped or 0)


def counts(session: Session) -> Counts:
    row = session.execute(_COUNTS, execution_options=UNSCOPED).one()
    return Counts(int(row.sealed), row.waiting, row.head)


def broken_seals(session: Session) -> list[int]:
    """Seals that do not follow from the one before."""
    return list(session.scalars(_CHAIN, execution_options=UNSCOPED))


def verify(session: Session) -> Iterator[Found]:
    """Every entry that is not as it was sealed, and every row that is not as its newest entry says.

    One pass over the trail and one over each table, under no time limit: some 20 s for a million entries.
    """
    session.execute(text("SET LOCAL statement_timeout = 0"), execution_options=UNSCOPED)
    yield from map(_found, session.execute(_AGAINST_SEALS, execution_options=UNSCOPED))
    for name, model in trailed_models().items():
        held = text(_AGAINST_ROWS.format(name, qualified(model)))
        yield from map(_found, session.execute(held, execution_options=UNSCOPED))


def _found(row: Row[tuple[int, str, int, datetime, str]]) -> Found:
    return Found(Fault(row.fault), row.id, row.resource, row.row_id, row.made_at)
