"""How names are compared and put in order, in SQL alone: `dashboard.fold` leaves of a text what people hear of it.

Case, accents, the homophones of Amharic, kinds of apostrophe and dash, marks and spaces make no difference. The
functions and the indexes on them are made by the migration 0013.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, collate, false, func, true

# Root of the Unicode collation algorithm: abebe, Élan, Zewdu, ሀብታም.
ORDER = "und-x-icu"


def fold(text: Any) -> ColumnElement[str]:
    """Of a column or a value: what is the same to people is equal."""
    return func.dashboard.fold(text, type_=Text)


def same(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column) == fold(text)


def contains(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column).like(func.dashboard.fold_pattern(text, false(), type_=Text))


def startswith(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column).like(func.dashboard.fold_pattern(text, true(), type_=Text))


def plain_word(text: Any) -> ColumnElement[str]:
    """A role, a status or an e-mail as it is compared: `homecare.access.policy.folded` in SQL."""
    return func.dashboard.plain_word(text, type_=Text)


def in_order(column: Any) -> ColumnElement[Any]:
    """The column as people sort it; compare with this too where a page begins after a row."""
    return collate(column, ORDER)
