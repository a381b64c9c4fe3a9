"""How many rows a list has: exact while that is cheap, else an estimate or a capped number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class Count:
    """`estimated`: the number is the planner's. `capped`: there are more than `rows`."""

    rows: int
    estimated: bool = False
    capped: bool = False

    def __str__(self) -> str:
        return f"{'≈ ' if self.estimated else ''}{self.rows:,}{'+' if self.capped else ''}"


def count(session: Session, statement: Select[Any], may_estimate: bool) -> Count:
    """Reads at most 10,001 index entries. Asks the planner only for people who see every row and column.
    The planner's estimate also counts rows that a scoped role cannot see, so such a role gets "10,000+" instead.
    """
    capped = statement.order_by(None).limit(EXACT_UP_TO + 1).subquery()
    rows = session.scalar(select(func.count()).select_from(capped)) or 0
    if rows <= EXACT_UP_TO:
        return Count(rows)
    if not may_estimate:
        return Count(EXACT_UP_TO, capped=True)
    return Count(max(_estimate(session, statement.order_by(None)), rows), estimated=True)


def _estimate(session: Session, statement: Select[Any]) -> int:
    """The planner's estimate, for unscoped sessions only: a row scope does not reach a manually compiled statement."""
    if session.info.get("row_scope"):
        raise RuntimeError("An estimate was requested in a scoped session.")
    connection = session.connection()
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", dict(compiled.params)).scalar_one()
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return int(parsed[0]["Plan"]["Plan Rows"])
