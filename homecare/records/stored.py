"""One row as the acting role sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from homecare.access.policy import State
from homecare.access.shown import shown_of
from homecare.records.row_select import RowSelect, build, file_name, readable, relation_label
from homecare.records.seen import Seen
from homecare.tables.labels import name_of, plain_text
from homecare.tables.table import Field, ShownTable


@dataclass(frozen=True)
class Stored:
    """A row as the role sees it. `values` by column, without values that are hidden or masked."""

    row: Row[Any]
    selected: RowSelect
    values: dict[str, Any]

    @property
    def version(self) -> str:
        return str(self.row._version)

    def text(self, field: Field) -> str:
        if field.traits.links:
            return relation_label(self.row, self.selected, field.name) or ""
        if field.traits.holds_file and (name := file_name(self.row, self.selected, field.name)):
            return name
        return plain_text(field, getattr(self.row, field.name))


def stored_row(session: Session, seen: Seen, row_id: int, columns: Iterable[str] | None = None) -> Stored | None:
    """The row with every column the role may see, or only `columns`. Select only what is shown: all of it is recorded
    as read. None if no such row is in scope. One statement."""
    access = seen.access
    selected = build(seen, seen.table.fields if columns is None else columns)
    model: Any = seen.table.model
    row = session.execute(selected.statement.where(model.id == row_id)).first()
    if row is None:
        return None
    values = {
        field.name: getattr(row, field.name)
        for field in selected.fields
        if access.sees(field.name) or (access.states[field.name] is State.MASKED and field.traits.links)
    }
    return Stored(row, selected, values)


def row_name(table: ShownTable, stored: Stored) -> str:
    """The name of a row: its visible name columns, or the first that says something, else "Visit #12"."""
    access_fields = [f for f in stored.selected.fields if f.name in table.naming]
    ordered = sorted(access_fields, key=lambda f: table.naming.index(f.name))
    separator = " " if all(f.traits.is_name for f in ordered) else " · "
    # Of what is written but never read here, a row says only whether it is there.
    told = [f for f in ordered if not isinstance(getattr(stored.row, f.name), bool | None)]
    texts = [stored.text(f) for f in told]
    if table.named_by_first:
        # A parent's bare number names nobody.
        texts = [text for f, text in zip(told, texts, strict=True) if not (f.traits.links and text.startswith("#"))]
    return name_of(table, texts, separator) or f"{table.one} #{stored.row._id}"


def names_of(session: Session, seen: Seen, row_ids: Iterable[int]) -> dict[int, str]:
    """The names of these rows, of those that exist and are in scope. One statement."""
    selected = build(seen, [name for name in seen.table.naming if seen.access.sees(name)])
    model: Any = seen.table.model
    rows = session.execute(selected.statement.where(model.id.in_(list(row_ids)))).all()
    return {row._id: row_name(seen.table, Stored(row, selected, {})) for row in rows}


def revealed(session: Session, table: ShownTable, names: list[str], row_id: int) -> dict[str, Any]:
    """The break-glass values of one row in scope. The caller must have logged the reason."""
    model: Any = table.model
    columns = [readable(getattr(model, name), table.fields[name].kind).label(name) for name in names]
    found = select(model.id.label("_id"), *columns).where(model.id == row_id)
    row = session.execute(found, execution_options={"shown": shown_of(table.name, names)}).first()
    return {} if row is None else {name: getattr(row, name) for name in names}
