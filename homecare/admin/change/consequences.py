"""Counts what is deleted together with a row, before anybody confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Table, any_, literal, select
from sqlalchemy.orm import Session

from homecare.tables.table import ShownTable, shown_table, shown_tables


@dataclass(frozen=True)
class Consequence:
    """`rows` of `table` are deleted too. With `loses_link` they stay but lose their link."""

    table: ShownTable
    rows: int
    loses_link: bool


def _children(parent: Table) -> Iterator[tuple[Table, ForeignKey]]:
    for table in shown_tables().values():
        for column in table.model.__table__.columns:
            for key in column.foreign_keys:
                if key.column.table is parent:
                    yield table.key.table, key


def consequences(session: Session, table: ShownTable, row_ids: list[int]) -> list[Consequence]:
    """Counts all rows, even those this person cannot see: the database deletes them anyway. One statement per key."""
    deleted: dict[str, set[int]] = {table.name: set(row_ids)}
    unlinked: dict[str, set[int]] = {}
    waiting: list[tuple[Table, set[int]]] = [(table.key.table, set(row_ids))]
    while waiting:
        parent, ids = waiting.pop()
        for child, key in _children(parent):
            # One array parameter: a statement accepts at most 65,535.
            named = child.c[key.parent.name] == any_(literal(list(ids), ARRAY(BigInteger)))
            statement = select(child.c.id).where(named)
            found: set[int] = set(session.execute(statement, execution_options={"unscoped": True}).scalars())
            if key.ondelete != "CASCADE":
                unlinked.setdefault(child.name, set()).update(found)
                continue
            fresh = found - deleted.setdefault(child.name, set())
            if fresh:
                deleted[child.name] |= fresh
                waiting.append((child, fresh))
    gone = [Consequence(shown_table(n), len(ids), False) for n, ids in deleted.items() if n != table.name and ids]
    staying = {name: ids - deleted.get(name, set()) for name, ids in unlinked.items()}
    return gone + [Consequence(shown_table(n), len(ids), True) for n, ids in staying.items() if ids]
