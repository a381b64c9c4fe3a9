"""What keeping facts costs a save of one row: with the queues' triggers and without, `python -m bench.facts_saves`.

The trail is written on both sides, and each save changes what facts are worked out from. Measured on the demo company:
with more rows a save takes longer and a key in a queue does not.
"""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from bench.company import demo_company
from bench.trail import Work, acting, bare_copy, beside
from homecare.access.acting import Acting
from homecare.actions import rows
from homecare.db import Base
from homecare.models import Invoice, Visit
from homecare.queueing import QUEUES

SAVES, BARE_SAVES = 400, 1500
PARTS = ("rows", "values", "truncated")
# What each save sets, by its number and the value before, and which rows are saved.
CHANGES: tuple[tuple[type[Base], str, str, Any], ...] = (
    (Visit, "check_out_time", "status = 'Completed' AND check_out_time IS NOT NULL",
     lambda number, before: before + timedelta(minutes=1 - number % 2 * 2)),
    (Invoice, "amount", "status = 'Pending'", lambda number, before: before + Decimal(1 - number % 2 * 2)),
)  # fmt: skip


def without_queues() -> list[str]:
    return [
        f"DROP TRIGGER {queue.table}_{part} ON {source.table}"
        for queue in QUEUES
        for source in queue.sources
        for part in PARTS
    ]


def saving(by: Acting, model: type[Base], column: str, sets: Any, ids: list[int]) -> Work:
    """An edit of one row as the product sends it."""
    table = model.__tablename__

    def save(engine: Engine, number: int) -> float:
        row_id = ids[(number * 7919) % len(ids)]
        with Session(engine) as session:
            asked = text(f"SELECT xmin::text AS version, {column} AS value FROM {table} WHERE id = :id")
            row = session.execute(asked, {"id": row_id}).one()
            session.rollback()
            start = time.perf_counter()
            rows.update_row(
                session=session, model=model, row_id=row_id, values={column: sets(number, row.value)},
                version=row.version, token=None, by=by, answered=(),
            )  # fmt: skip
            return time.perf_counter() - start

    return save


def bare_saving(model: type[Base], column: str, ids: list[int]) -> Work:
    """Begin, one UPDATE by key, commit: nothing of the product around it."""
    added = "1" if column == "amount" else "interval '1 minute'"
    changed = text(f"UPDATE {model.__tablename__} SET {column} = {column} + {added} WHERE id = :id")

    def save(engine: Engine, number: int) -> float:
        with engine.connect() as connection:
            start = time.perf_counter()
            connection.execute(changed, {"id": ids[(number * 7919) % len(ids)]})
            connection.commit()
            return time.perf_counter() - start

    return save


def main() -> None:
    with demo_company() as config:
        bare = make_url(config.database_url).set(database=bare_copy(config.owner_url, without_queues()))
        on, off = create_engine(config.database_url), create_engine(bare)
        by = acting(on)
        for model, column, chosen, sets in CHANGES:
            with on.connect() as connection:
                found = text(f"SELECT id FROM {model.__tablename__} WHERE {chosen} ORDER BY id")
                ids = list(connection.scalars(found))
            named = model.__tablename__
            beside(f"UPDATE of {named}", on, off, BARE_SAVES, bare_saving(model, column, ids))
            beside(f"save of {named}", on, off, SAVES, saving(by, model, column, sets, ids))
        on.dispose()
        off.dispose()


if __name__ == "__main__":
    main()
