"""Treats values as duplicates in unique columns if people would, even if the database would not."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Table, func, literal, select
from sqlalchemy.orm import Session

from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.actions.refusals import TakenError
from homecare.db import Base
from homecare.kinds.traits import traits_of
from homecare.models.folding import fold, plain_word, same
from homecare.models.indexes import is_folded


def check_unique(session: Session, model: type[Base], row: Any, changed: set[str]) -> None:
    """Raises RuleError at a unique column if another row has its value in another spelling.
    Concurrent writes of the same value wait for each other. One or two statements per changed column.
    """
    for column in cast(Table, model.__table__).columns:
        value = getattr(row, column.name) if column.name in changed else None
        if column.unique and is_folded(column) and isinstance(value, str):
            # Do not flush the row before waiting for others who write the same value.
            with session.no_autoflush:
                _check(session, column, value, row.id)


def _check(session: Session, column: Column[Any], value: str, row_id: int | None) -> None:
    lock = func.hashtextextended(literal(f"{column}:") + fold(value), 0)
    session.execute(select(func.pg_advisory_xact_lock(lock)), execution_options=UNSCOPED)
    key = column.table.c.id
    other = select(key).where(is_the_same(column, value), key.is_distinct_from(row_id)).limit(1)
    row_id = session.scalar(other, execution_options=UNSCOPED)
    if row_id is not None:
        raise TakenError(column.name, row_id)


def is_the_same(column: Column[Any], value: str) -> ColumnElement[bool]:
    """Compares names as people read them, addresses and codes only without case: jose@ and josé@ are two people."""
    if traits_of(column).is_name:
        return same(column, value)
    # The first condition uses the index.
    return same(column, value) & (plain_word(column) == folded(value))
