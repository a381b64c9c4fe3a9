"""The form of a table for one role. Its class has fields only for columns that the role may set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy.sql.elements import False_
from wtforms import Form

from homecare.access.table_access import TableAccess
from homecare.admin.form.inputs import UNSEEN, ColumnField, PlaceField, point
from homecare.admin.form.uploads import FileField
from homecare.tables.table import Field, ShownTable

# By the input of the kind.
FIELDS: dict[str, type[ColumnField]] = {"place": PlaceField, "file": FileField}


class RowForm(Form):
    """`access` says what the role sees. `stored` in the methods are the row's values when the form was opened."""

    access: TableAccess
    table: ShownTable
    creating: bool

    def fields(self) -> list[ColumnField]:
        return cast(list[ColumnField], list(self))

    def of(self, names: Iterable[str]) -> list[ColumnField]:
        """The fields of these columns, if the role may set them."""
        return [cast(ColumnField, self[name]) for name in names if name in self]

    def lines(self, names: Iterable[str]) -> list[list[ColumnField]]:
        """As `of`, with a start and its end on one line."""
        found: list[list[ColumnField]] = []
        for field in self.of(names):
            last = found[-1][0].spec if found else None
            if last is not None and last.kind is field.spec.kind and _end_of(last.name) == field.spec.name:
                found[-1].append(field)
            else:
                found.append([field])
        return found

    def values(self, stored: Mapping[str, Any] | None) -> dict[str, Any]:
        """The values to write: every field's, except those left empty that the role cannot see."""
        found: dict[str, Any] = {}
        for field in self.fields():
            name = field.spec.name
            # Unchanged values are not written again. This is by identity, because NaN differs from itself.
            if stored is not None and field.data is field.object_data:
                continue
            if field.data is None and self.access.states[name] in UNSEEN:
                continue
            if field.spec.traits.is_place:
                if stored is None or (field.data or "") != (stored.get(name) or "").strip(","):
                    found[name] = point(field.data)
                continue
            # A NOT NULL column left empty takes its default.
            if field.data is None and not field.spec.column.nullable:
                continue
            found[name] = field.data
        return found


def form_class(table: ShownTable, access: TableAccess, settable: frozenset[str], creating: bool) -> type[RowForm]:
    """Built without fields the role may not set. Deleting them from an instance is too late: it has read them."""
    names = [
        name for _, group in table.groups for name in group if name in settable and access.sets(name, creating=creating)
    ]
    fields = {name: _form_field(table.fields[name]) for name in names}
    return type("RowForm", (RowForm,), {"access": access, "table": table, "creating": creating, **fields})


def _form_field(spec: Field) -> Any:
    field = FIELDS.get(spec.traits.input, ColumnField)
    return field(spec.label, spec=spec)


def _end_of(name: str) -> str:
    """The column that ends the span that `name` starts, judged by its name; else the name itself."""
    return name.replace("start", "end").replace("check_in", "check_out")


def default_values(table: ShownTable) -> dict[str, Any]:
    """A new row's form starts with the columns' defaults, if they are constants."""
    found: dict[str, Any] = {}
    for spec in table.fields.values():
        default = getattr(spec.column.server_default, "arg", None)
        if isinstance(default, str):
            found[spec.name] = spec.column.type.python_type(default)
        elif isinstance(default, False_):
            found[spec.name] = False
    return found
