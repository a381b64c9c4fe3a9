"""Keyset paging: a page starts after or ends before a row's (sort value, id), never at an OFFSET.
Every sort column has an index (column, id). Ascending puts NULLs last and descending puts them first, which is
PostgreSQL's default, so one index serves both directions. A page that reaches the NULLs needs a second statement,
because `OR column IS NULL` would scan them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, literal, tuple_

from homecare.kinds.read import parse_id, parse_value
from homecare.kinds.write import write
from homecare.models.columns import kind_of
from homecare.models.indexes import ordered

SEPARATOR = "~"
# Follows the id if the address cannot carry the sort value. The value is then read from the row.
ASKED = "^"
LONGEST_CARRIED = 300


@dataclass(frozen=True)
class Anchor:
    """The row beside a page: its id and its sort value, unless the list is sorted by id or the value is NULL.
    `asks` is true if the value must still be read from the row.
    """

    id: int
    value: Any = None
    asks: bool = False

    def text(self, column: Column[Any]) -> str:
        """The anchor for an address. Includes the value if it is short and is read back unchanged."""
        if self.value is None or column.primary_key:
            return str(self.id)
        written = f"{self.id}{SEPARATOR}{write(kind_of(column), self.value)}"
        return written if len(written) <= LONGEST_CARRIED and _is_read(column, written, self) else f"{self.id}{ASKED}"


def _is_read(column: Column[Any], written: str, anchor: Anchor) -> bool:
    try:
        return parse_anchor(column, written) == anchor
    except (ValueError, OverflowError):
        return False


def parse_anchor(column: Column[Any], text: str) -> Anchor:
    """Raises ValueError with a sentence."""
    number, separator, value = text.partition(SEPARATOR)
    if not separator:
        return Anchor(parse_id(number.removesuffix(ASKED)), asks=number.endswith(ASKED))
    if column.primary_key:
        raise ValueError("A page sorted by number is found by number only.")
    return Anchor(parse_id(number), parse_value(kind_of(column), value))


@dataclass(frozen=True)
class Page:
    """`rows` in list order. `before` and `after` are the anchors of the neighbouring pages, None at the ends."""

    rows: Sequence[Row[Any]]
    before: Anchor | None
    after: Anchor | None


def fetch(
    run: Callable[[Select[Any]], Sequence[Row[Any]]],
    statement: Select[Any],
    column: Column[Any],
    key: Column[Any],
    *,
    descending: bool,
    size: int,
    after: Anchor | None = None,
    before: Anchor | None = None,
    last: bool = False,
) -> Page:
    """One page of `statement`, which must select `_id` and `_sort`. One statement, two if it reaches the NULLs, and one
    more if an anchor's value must be read.
    """
    before, after = (_told(run, statement, key, anchor) for anchor in (before, after))
    backwards = last or before is not None
    rows: list[Row[Any]] = []
    for condition in _segments(column, key, descending != backwards, before if backwards else after):
        part = statement if condition is None else statement.where(condition)
        down = descending != backwards
        rows += run(part.order_by(*ordering(column, key, descending=down)).limit(size + 1 - len(rows)))
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    beyond_start = more if backwards else after is not None
    beyond_end = before is not None if backwards else more
    return Page(
        rows,
        _anchor(rows[0]) if rows and beyond_start else None,
        _anchor(rows[-1]) if rows and beyond_end else None,
    )


def _told(
    run: Callable[[Select[Any]], Sequence[Row[Any]]], statement: Select[Any], key: Column[Any], anchor: Anchor | None
) -> Anchor | None:
    """The anchor with its row's value. None, and so the first page, if the row is no longer in the list."""
    if anchor is None or not anchor.asks:
        return anchor
    found = run(statement.where(key == anchor.id))
    return _anchor(found[0]) if found else None


def ordering(column: Column[Any], key: Column[Any], *, descending: bool) -> list[ColumnElement[Any]]:
    """The order of every list by this column, paged or whole."""
    parts = [key] if column is key else [ordered(column), key]
    return [part.desc() if descending else part.asc() for part in parts]


def _anchor(row: Row[Any]) -> Anchor:
    return Anchor(row._id, row._sort)


def _segments(
    column: Column[Any], key: Column[Any], down: bool, anchor: Anchor | None
) -> list[ColumnElement[bool] | None]:
    """The ranges to read one after the other, going `down` or up from the anchor."""
    if anchor is None:
        return [None]
    beyond_key = key < anchor.id if down else key > anchor.id
    if column is key:
        return [beyond_key]
    if anchor.value is None:
        within = and_(column.is_(None), beyond_key)
        return [within, column.is_not(None)] if down else [within]
    place = tuple_(literal(anchor.value, column.type), literal(anchor.id, key.type))
    row = tuple_(ordered(column), key)
    beyond = row < place if down else row > place
    return [beyond] if down or not column.nullable else [beyond, column.is_(None)]
