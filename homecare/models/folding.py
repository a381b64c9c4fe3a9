"""Comparing and sorting names in SQL. `dashboard.fold` reduces a text to what people hear.
It ignores case, accents, Amharic homophones, kinds of apostrophe and dash, marks and spaces. Migration 0013 creates the
functions and their indexes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, collate, false, func, true

# The root of the Unicode collation algorithm sorts: abebe, Élan, Zewdu, ሀብታም.
ORDER = "und-x-icu"


def fold(text: Any) -> ColumnElement[str]:
    """Folds a column or a value. Texts that people take for the same become equal."""
    return func.dashboard.fold(text, type_=Text)


def same(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column) == fold(text)


def contains(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column).like(func.dashboard.fold_pattern(text, false(), type_=Text))


def startswith(column: Any, text: str) -> ColumnElement[bool]:
    return fold(column).like(func.dashboard.fold_pattern(text, true(), type_=Text))


def plain_word(text: Any) -> ColumnElement[str]:
    """A role, status or e-mail normalised for comparison, as `homecare.access.policy.folded` in SQL."""
    return func.dashboard.plain_word(text, type_=Text)


def in_order(column: Any) -> ColumnElement[Any]:
    """The column in the order people expect. Use it also to compare where the next page begins."""
    return collate(column, ORDER)
