"""The indexes every company table gets from its columns: a new table sorts, pages and searches from the start."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Table, event
from sqlalchemy.orm import Mapper

from homecare.db import Model
from homecare.models.columns import Kind, kind_of
from homecare.models.folding import fold, in_order

# Read whole, never in order.
UNSORTED = (Kind.LONG, Kind.FILE, Kind.SECRET, Kind.POINT, Kind.URL, Kind.FAYDA)
SEARCHED = (Kind.NAME, Kind.CODE, Kind.PHONE, Kind.EMAIL)
# Compared as people read them; words, unlike codes and addresses, are also put in order as people sort.
FOLDED = (Kind.NAME, Kind.CODE, Kind.EMAIL, Kind.TEXT)
WORDS = (Kind.NAME, Kind.TEXT)


def is_sortable(column: Column[Any]) -> bool:
    """A list may be ordered by the column: an index (column, id) pages it by key in both directions, NULLs included."""
    return not column.primary_key and kind_of(column) not in UNSORTED


def is_searchable(column: Column[Any]) -> bool:
    """The search box looks into the column, through a trigram index."""
    return kind_of(column) in SEARCHED


def is_folded(column: Column[Any]) -> bool:
    """Filters and the search box compare the column as `dashboard.fold` has it, through a trigram index."""
    return not column.primary_key and kind_of(column) in FOLDED


def ordered(column: Column[Any]) -> ColumnElement[Any]:
    """What a list sorted by the column is ordered by and pages by."""
    return in_order(column) if not column.primary_key and kind_of(column) in WORDS else column


@event.listens_for(Model, "instrument_class", propagate=True)
def add_indexes(mapper: Mapper[Any], _class: type) -> None:
    table = mapper.local_table
    if not isinstance(table, Table) or table.schema is not None:
        return
    for column in table.columns:
        name = f"ix_{table.name}_{column.name}"
        if is_sortable(column):
            # Alembic reads no collation of an index: the migration gives it, and a test holds the two together.
            Index(name if ordered(column) is column else f"{name}_order", column, table.c.id)
        if is_folded(column):
            Index(
                f"{name}_fold",
                fold(column).label("folded"),
                postgresql_using="gin",
                postgresql_ops={"folded": "gin_trgm_ops"},
            )
        elif is_searchable(column):
            Index(f"{name}_trgm", column, postgresql_using="gin", postgresql_ops={column.name: "gin_trgm_ops"})
