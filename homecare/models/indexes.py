"""Gives every company table its indexes, so that a new table can be sorted, paged and searched at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Table, event
from sqlalchemy.orm import Mapper

from homecare.db import Model
from homecare.models.columns import Kind, kind_of
from homecare.models.folding import fold, in_order

# Kinds that lists do not sort by.
UNSORTED = (Kind.LONG, Kind.FILE, Kind.SECRET, Kind.POINT, Kind.URL, Kind.FAYDA)
SEARCHED = (Kind.NAME, Kind.CODE, Kind.PHONE, Kind.EMAIL)
# Compared after folding. Names and text are also sorted in the order people expect; codes and addresses are not.
FOLDED = (Kind.NAME, Kind.CODE, Kind.EMAIL, Kind.TEXT)
WORDS = (Kind.NAME, Kind.TEXT)


def is_sortable(column: Column[Any]) -> bool:
    """Whether lists can sort by the column. An index (column, id) then pages it in both directions, NULLs included."""
    return not column.primary_key and kind_of(column) not in UNSORTED


def is_searchable(column: Column[Any]) -> bool:
    """Whether the search box searches the column, through a trigram index."""
    return kind_of(column) in SEARCHED


def is_folded(column: Column[Any]) -> bool:
    """Whether filters and search compare the column folded, through a trigram index."""
    return not column.primary_key and kind_of(column) in FOLDED


def ordered(column: Column[Any]) -> ColumnElement[Any]:
    """The expression that a list sorted by the column orders and pages by."""
    return in_order(column) if not column.primary_key and kind_of(column) in WORDS else column


@event.listens_for(Model, "instrument_class", propagate=True)
def add_indexes(mapper: Mapper[Any], _class: type) -> None:
    table = mapper.local_table
    if not isinstance(table, Table) or table.schema is not None:
        return
    for column in table.columns:
        name = f"ix_{table.name}_{column.name}"
        if is_sortable(column):
            # Alembic does not read the collation of an index. The migration sets it, and a test compares the two.
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
