"""The indexes every company table gets from its columns: a new table sorts, pages and searches from the start."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Table, event
from sqlalchemy.orm import Mapper

from homecare.db import Model
from homecare.models.columns import Kind, kind_of

# Read whole, never in order.
UNSORTED = (Kind.LONG, Kind.FILE, Kind.SECRET, Kind.POINT, Kind.URL, Kind.FAYDA)
SEARCHED = (Kind.NAME, Kind.CODE, Kind.PHONE, Kind.EMAIL)


def is_sortable(column: Column[Any]) -> bool:
    """A list may be ordered by the column: an index (column, id) pages it by key in both directions, NULLs included."""
    return not column.primary_key and kind_of(column) not in UNSORTED


def is_searchable(column: Column[Any]) -> bool:
    """The search box looks into the column, through a trigram index."""
    return kind_of(column) in SEARCHED


@event.listens_for(Model, "instrument_class", propagate=True)
def add_indexes(mapper: Mapper[Any], _class: type) -> None:
    table = mapper.local_table
    if not isinstance(table, Table) or table.schema is not None:
        return
    for column in table.columns:
        if is_sortable(column):
            Index(f"ix_{table.name}_{column.name}", column, table.c.id)
        if is_searchable(column):
            name = f"ix_{table.name}_{column.name}_trgm"
            Index(name, column, postgresql_using="gin", postgresql_ops={column.name: "gin_trgm_ops"})
