"""Builds the select of lists, details, labels and exports: only visible columns, masked in SQL, with parents joined.
A result row has `_id`, `_sort`, `_version` (xmin) and one attribute per column. A relation adds the parts of its
parent's name as `<column>__0`, `<column>__1` …, a file adds its original name. What a role may not see is not selected
at all. For the read log the statement says whose rows it shows: by `_id`, by `_of` (the person a row belongs to) and
by `<column>__id` for parents that are people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, literal_column, select
from sqlalchemy.orm import aliased

from homecare.access.derived import once_per
from homecare.access.policy import Action, State
from homecare.access.shown import Shown, shown_of, way, whose
from homecare.kinds.traits import traits
from homecare.models import StoredFile
from homecare.models.columns import Kind, kind_of
from homecare.records.seen import Seen
from homecare.tables.labels import plain_text
from homecare.tables.table import Field, ShownTable

# The text of a masked value. Some kinds also show their last characters.
MASK = "••••"
_NAME: Any = StoredFile.__table__.c.original_name
FILE_NAME = Field("original_name", "File", kind_of(_NAME), _NAME)


@dataclass(frozen=True)
class Part:
    """One part of a parent's name: the attribute of the result row, and its source column."""

    attribute: str
    field: Field


@dataclass(frozen=True)
class RowSelect:
    """`parts` lists the parts of each relation's label. A relation without parts is shown as #id."""

    table: ShownTable
    statement: Select[Any]
    fields: tuple[Field, ...]
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """Whose rows a result shows."""
        said: tuple[Shown, ...] = self.statement.get_execution_options()["shown"]
        return said


def version_of(table: ShownTable) -> ColumnElement[str]:
    """The row's xmin as text: the version in a form (schema decision 29)."""
    return literal_column(f"{table.name}.xmin::text").label("_version")


def masked(column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    tail = traits(kind).masked_tail
    if not tail:
        return case((column.is_not(None), literal(MASK)))
    readable = func.concat(MASK, " ", func.right(column, tail))
    return case((column.is_(None), None), (func.length(column) > 2 * tail, readable), else_=literal(MASK))


def build(seen: Seen, columns: Iterable[str], sort: str = "id") -> RowSelect:
    """The columns that the role may see, in the given order, and the names of their parents.
    Cost: one outer join per relation, two if a parent is named by its own parent. Building the statement takes as long
    as running it, so it is cached with the policy version.
    """
    names = tuple(columns)
    key = ("select", seen.by.role.name if seen.by.role else "", seen.table, names, sort)
    return once_per(seen.by.policy, key, lambda: _build(seen, names, sort))


def _build(seen: Seen, columns: Iterable[str], sort: str) -> RowSelect:
    access = seen.access
    model: Any = seen.table.model
    selected: list[Any] = [
        model.id.label("_id"),
        getattr(model, sort).label("_sort"),
        version_of(seen.table),
    ]
    joins: list[tuple[Any, Any]] = []
    said: list[tuple[Shown, Any]] = []
    parts: dict[str, tuple[Part, ...]] = {}
    fields = [seen.table.fields[name] for name in columns if access.states[name] is not State.HIDDEN]
    for each in fields:
        attribute = getattr(model, each.name)
        selected.append(_value(attribute, each, access.states[each.name]).label(each.name))
        if each.traits.links:
            pieces = _name_parts(each, attribute, seen, joins, said)
            parts[each.name] = tuple(part for part, _ in pieces)
            selected += [expression.label(part.attribute) for part, expression in pieces]
        elif each.traits.holds_file and access.sees(each.name):
            stored = aliased(StoredFile)
            joins.append((stored, _is_file_of(stored, model, each.name)))
            parts[each.name] = (Part(f"{each.name}__0", FILE_NAME),)
            selected.append(stored.original_name.label(f"{each.name}__0"))
    told = [each.name for each in fields if access.states[each.name] in (State.SHOWN, State.MASKED)]
    said += _own(seen.table, shown_of(seen.table.name, [*told, sort]), bool(said))
    selected += [key.label(one.key) for one, key in said if one.key != "_id"]
    statement = select(*selected).execution_options(shown=tuple(one for one, _ in said))
    for target, condition in joins:
        statement = statement.outerjoin(target, condition)
    return RowSelect(seen.table, statement, tuple(fields), parts)


def _own(table: ShownTable, told: tuple[Shown, ...], names_somebody: bool) -> list[tuple[Shown, Any]]:
    """The table's own rows, and the people they belong to, if anything about a person is shown."""
    if way(table.name) is None or not (told or names_somebody):
        return []
    model: Any = table.model
    found = [(one, model.id) for one in told or (Shown(table.name, "_id", ()),)]
    if people := whose(table.name, model):
        owner, key = people
        found.append((Shown(owner, "_of", ()), key))
    return found


def _value(attribute: Any, shown: Field, state: State) -> ColumnElement[Any]:
    if state in (State.WRITE_ONLY, State.BREAK_GLASS):
        return attribute.is_not(None)
    if state is State.MASKED and not shown.traits.links:
        return masked(attribute, shown.kind)
    return readable(attribute, shown.kind)


def readable(attribute: Any, kind: Kind) -> ColumnElement[Any]:
    """The value as rows contain it: a point as "lat,lon", any other as stored."""
    if traits(kind).is_place:
        return func.concat(func.ST_Y(_geometry(attribute)), ",", func.ST_X(_geometry(attribute)))
    found: ColumnElement[Any] = attribute
    return found


def _is_file_of(stored: Any, model: Any, name: str) -> ColumnElement[bool]:
    """Joins the file that this row claimed. A key copied from another row gets no name and opens nothing."""
    return and_(
        stored.key == getattr(model, name),
        stored.row_id == model.id,
        stored.resource == model.__tablename__,
        stored.column_name == name,
    )


def _geometry(attribute: Any) -> ColumnElement[Any]:
    return func.geometry(attribute)


def _name_parts(
    shown: Field,
    attribute: Any,
    seen: Seen,
    joins: list[tuple[Any, Any]],
    said: list[tuple[Shown, Any]],
    prefix: str = "",
) -> list[tuple[Part, ColumnElement[Any]]]:
    """The parent's name as far as the role may read it. Through a masked relation only its code.
    Adds the needed joins to `joins`, and the people it names to `said`.
    """
    parents = seen.other(shown.target)
    target = parents.table
    by_code = seen.access.states[shown.name] is State.MASKED
    if not by_code and not parents.may(Action.VIEW):
        return []
    names = code_columns(target) if by_code else tuple(n for n in target.naming if parents.access.sees(n))
    if not names:
        return []
    parent: Any = aliased(target.model)
    joins.append((parent, parent.id == attribute))
    found: list[tuple[Part, ColumnElement[Any]]] = []
    start = prefix or shown.name
    said += [(one, parent.id) for one in shown_of(target.name, names, key=f"{start}__id")]
    for number, name in enumerate(names):
        part = target.fields[name]
        key = f"{start}__{number}"
        if not part.traits.links:
            found.append((Part(key, part), getattr(parent, name)))
        elif not prefix:
            found += _name_parts(part, getattr(parent, name), parents, joins, said, prefix=key)
    return found


def code_columns(table: ShownTable) -> tuple[str, ...]:
    return tuple(f.name for f in table.fields.values() if f.traits.is_code)


def relation_label(row: Row[Any], selected: RowSelect, name: str) -> str | None:
    """The parent's name as text, "#12" if the role may not read it, None if there is no parent."""
    key = getattr(row, name)
    return None if key is None else join_parts(row, selected.parts.get(name, ())) or f"#{key}"


def file_name(row: Row[Any], selected: RowSelect, name: str) -> str:
    """The name of the row's file. Empty if there is none, or it is not in our store."""
    return join_parts(row, selected.parts.get(name, ()))


def join_parts(row: Row[Any], parts: Iterable[Part]) -> str:
    texts = [(part, plain_text(part.field, getattr(row, part.attribute))) for part in parts]
    found = [(part, text) for part, text in texts if text]
    if all(part.field.traits.is_name for part, _ in found):
        return " ".join(text for _, text in found)
    return " · ".join(text for _, text in found)
