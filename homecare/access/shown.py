"""Whose rows a statement shows, said where its columns are selected: what is read of a person is written down from it.

A select of a request says in its execution option `shown` which of its rows tell of patients and leads. One that
selects such columns and says nothing is refused, so that no page can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, CompoundSelect, Exists, ScalarSelect, select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.sql.functions import count

from homecare.models import business_models
from homecare.models.columns import Kind, Privacy

PERSONS = ("patients", "marketing_leads")
PRIVATE = (Privacy.PERSONAL, Privacy.CLINICAL)


@dataclass(frozen=True)
class Shown:
    """Rows of `table` by the attribute `key` of a result, None where a row has none, and what of them is shown.

    `among` names the attribute that says which rows are the table's, where a union holds those of several.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    among: str = ""


# Execution options of a select whose rows are not shown, or are written down by whoever runs it.
NOT_SHOWN: dict[str, tuple[Shown, ...]] = {"shown": ()}


@cache
def way(table: str) -> tuple[str, ...] | None:
    """The relations that lead from a row of the table to its patient or lead; None where none do."""
    ways: list[tuple[str, tuple[str, ...]]] = [(table, ())]
    # Grows while it is walked, the shortest way first.
    for name, relations in ways:
        if name in PERSONS:
            return relations
        keys = business_models()[name].__table__.columns if name in business_models() else ()
        for column in keys:
            for key in column.foreign_keys:
                if key.column.table.name not in (known for known, _ in ways):
                    ways.append((key.column.table.name, (*relations, column.name)))
    return None


def whose(table: str, model: Any) -> tuple[str, ColumnElement[Any]] | None:
    """The patients or the leads, and which of them the row hangs on; None where it is one, or hangs on nobody."""
    relations = way(table)
    if not relations:
        return None
    key: ColumnElement[Any] = getattr(model, relations[0])
    parent: Any = business_models()[table].__table__
    for number, name in enumerate(relations):
        parent = next(iter(parent.columns[name].foreign_keys)).column.table
        if number + 1 < len(relations):
            above = parent.alias()
            key = select(above.c[relations[number + 1]]).where(above.c.id == key).scalar_subquery()
    return str(parent.name), key


def tells(table: str, column: str) -> bool:
    """Whether the column tells of a patient or lead: any of their own rows, the private ones of what hangs on them."""
    if table in PERSONS:
        return column != "id"
    return way(table) is not None and business_models()[table].__table__.columns[column].info["privacy"] in PRIVATE


def shown_of(table: str, columns: Iterable[str], key: str = "_id", among: str = "") -> tuple[Shown, ...]:
    """What to say of rows of one table; nothing where none of the columns tells of a person."""
    told = tuple(name for name in columns if tells(table, name))
    return (Shown(table, key, told, among),) if told else ()


def is_private(statement: Any) -> bool:
    """Whether the select has a personal or clinical column of a patient or lead, or a code, in what it returns."""
    selects = statement.selects if isinstance(statement, CompoundSelect) else [statement]
    return any(
        column.info.get("privacy") in PRIVATE or column.info.get("kind") is Kind.CODE
        for each in selects
        for selected in each.selected_columns
        for column in _columns(selected)
        if column.table.schema is None and way(column.table.name) is not None
    )


def _columns(element: Any) -> Iterator[Column[Any]]:
    """The tables' columns whose values an expression gives away: not those it counts, or tests for being there."""
    if isinstance(element, ColumnClause):
        for base in element.base_columns:
            if base is element:
                if isinstance(base, Column):
                    yield base
            else:
                yield from _columns(base)
    elif isinstance(element, ScalarSelect):
        for selected in element.element.selected_columns:
            yield from _columns(selected)
    elif not isinstance(element, (Exists, count)) and not _tests_for_null(element):
        for child in element.get_children():
            yield from _columns(child)


def _tests_for_null(element: Any) -> bool:
    return isinstance(element, BinaryExpression) and element.operator in (operators.is_, operators.is_not)
