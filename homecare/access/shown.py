"""Whose rows a select shows, declared where its columns are selected. The read log is written from it.
A select in a request says in its execution option `shown` which of its rows belong to patients and leads. A select of
such columns that says nothing is refused, so no page can forget it.
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
    """What a result shows of `table`: its attribute `key` is the row's id (None if the row has none), plus the columns.
    If a union has rows of several tables, `among` names the attribute that tells them apart.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    among: str = ""


# Execution options of a select whose rows are not shown, or are recorded by its caller.
NOT_SHOWN: dict[str, tuple[Shown, ...]] = {"shown": ()}


@cache
def way(table: str) -> tuple[str, ...] | None:
    """The relations that lead from a row of the table to its patient or lead. None if there are none."""
    ways: list[tuple[str, tuple[str, ...]]] = [(table, ())]
    # The list grows during the loop, shortest path first.
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
    """The table (patients or leads) and the id of the person a row belongs to. None if it is a person or has none."""
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


@cache
def tells(table: str, column: str) -> bool:
    """Whether the column is about a patient or lead: all columns of their own row, private ones of related rows."""
    if table in PERSONS:
        return column != "id"
    return way(table) is not None and business_models()[table].__table__.columns[column].info["privacy"] in PRIVATE


def shown_of(table: str, columns: Iterable[str], key: str = "_id", among: str = "") -> tuple[Shown, ...]:
    """The `shown` option for rows of one table. Empty if no column is about a person."""
    told = tuple(name for name in columns if tells(table, name))
    return (Shown(table, key, told, among),) if told else ()


def is_private(statement: Any) -> bool:
    """Whether the select returns a code, or a personal or clinical column, of a patient or lead."""
    selects = statement.selects if isinstance(statement, CompoundSelect) else [statement]
    return any(
        column.info.get("privacy") in PRIVATE or column.info.get("kind") is Kind.CODE
        for each in selects
        for selected in each.selected_columns
        for column in _columns(selected)
        if column.table.schema is None and way(column.table.name) is not None
    )


def _columns(element: Any) -> Iterator[Column[Any]]:
    """The table columns whose values an expression reveals. Counts and null tests reveal none."""
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
