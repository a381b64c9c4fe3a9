"""A table as screens need it, derived from its model and the overrides once at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache, cached_property
from typing import Any

from flask import g
from sqlalchemy import Column, String

from homecare.access.table_access import UNWRITABLE
from homecare.db import Base
from homecare.kinds.traits import Traits, shown_kind, traits
from homecare.models import business_models
from homecare.models.columns import Kind
from homecare.models.indexes import is_sortable
from homecare.tables.overrides import GROUPS, Override, override_of

LIST_LENGTH = 7
# A B-tree entry holds 2,704 bytes. An Amharic letter takes three.
INDEXED_LENGTH = 800


@dataclass(frozen=True)
class Field:
    """One column as screens describe it. `target` is the parent table of a relation."""

    name: str
    label: str
    kind: Kind
    column: Column[Any]
    help: str = ""
    choices: tuple[str, ...] = ()
    target: str = ""

    @cached_property
    def traits(self) -> Traits:
        return traits(self.kind)

    @property
    def required(self) -> bool:
        return not self.column.nullable and self.column.server_default is None and not self.column.primary_key

    @property
    def tells_age(self) -> bool:
        return bool(self.column.info.get("tells_age"))

    @property
    def sortable(self) -> bool:
        return self.traits.sorted and not self.column.primary_key

    @property
    def searchable(self) -> bool:
        return self.traits.searched

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The options of a select: stored value and label."""
        if self.traits.is_bool:
            return (("1", "Yes"), ("0", "No"))
        return tuple((word, word) for word in self.choices)

    @property
    def max_length(self) -> int | None:
        """In characters. Indexed text without a length is limited too, because an index entry is limited."""
        if not isinstance(self.column.type, String) or self.column.type.length is not None:
            return getattr(self.column.type, "length", None)
        return INDEXED_LENGTH if is_sortable(self.column) or self.column.unique else None


@dataclass(frozen=True, eq=False)
class ShownTable:
    """Compared by identity: a cached value for one is never found for another that looks the same.
    `naming` lists the columns that name a row, `groups` the form's sections with their columns, in order.
    `about` has a hint for some sections, by title.
    """

    model: type[Base]
    name: str
    many: str
    one: str
    group: str
    icon: str
    new: str
    fields: dict[str, Field]
    columns: tuple[str, ...]
    order: str
    naming: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    # The default filter of the list, as words of its URL.
    conditions: tuple[tuple[str, str], ...] = ()
    about: Mapping[str, str] = dataclass_field(default_factory=dict)
    # The first column of `naming` that says something names a row, not all of them.
    named_by_first: bool = False
    new_of: Mapping[str, str] = dataclass_field(default_factory=dict)

    @property
    def key(self) -> Column[Any]:
        return self.fields["id"].column

    def amount(self, number: int) -> str:
        """ "1 visit", "1,200 visits"."""
        return f"{number:,} {(self.one if number == 1 else self.many).lower()}"

    def new_beside(self, column: str) -> str:
        """The button that creates a row whose `column` names the record it stands at."""
        return self.new_of.get(column, self.new)

    def the(self) -> str:
        """ "the visit", for sentences."""
        return f"the {self.one[0].lower()}{self.one[1:]}"


def words(name: str) -> str:
    text = name.removesuffix("_id").replace("_", " ")
    return text[:1].upper() + text[1:]


def singular(many: str) -> str:
    if many.endswith("ies"):
        return f"{many[:-3]}y"
    return many[:-1] if many.endswith("s") and not many.endswith("ss") else many


def shown_tables() -> dict[str, ShownTable]:
    """Every company table by name, in menu order, with IT's settings for the role of this request.

    Raises RuntimeError where nobody has said whose request it is: a page would show words and columns IT has changed.
    """
    if "shown_tables" not in g:
        raise RuntimeError("No door was passed: ask acting() first, or coded_tables() where no role is asking.")
    found: dict[str, ShownTable] = g.shown_tables
    return found


@cache
def coded_tables() -> dict[str, ShownTable]:
    """The tables as models and overrides describe them, before IT's settings."""
    tables = [_describe(model) for model in business_models().values()]
    tables.sort(key=_place)
    return {table.name: table for table in tables}


def _place(table: ShownTable) -> tuple[int, str, int, str]:
    module = _module(table.model)
    used = GROUPS[module][1] if module in GROUPS else ()
    place = used.index(table.name) if table.name in used else len(used)
    return ([*GROUPS, module].index(module), table.group, place, table.many)


def shown_table(name: str) -> ShownTable:
    """Raises KeyError for a table that is not the company's, RuntimeError as shown_tables does."""
    return shown_tables()[name]


def _describe(model: type[Base]) -> ShownTable:
    name = model.__tablename__
    override = override_of(name)
    fields = {column.name: _field(column, override) for column in model.__table__.columns}  # type: ignore[arg-type]
    many = override.name or words(name)
    one = override.one or singular(many)
    module = _module(model)
    return ShownTable(
        model=model,
        name=name,
        many=many,
        one=one,
        group=GROUPS[module][0] if module in GROUPS else words(module),
        icon=override.menu_icon_value,
        new=override.new or f"New {one[0].lower()}{one[1:]}",
        fields=fields,
        columns=override.column_list or _list_columns(fields),
        order=_sort_word(*override.column_default_sort),
        naming=override.named_by or tuple(f.name for f in fields.values() if f.traits.is_name),
        groups=_groups(fields, override),
        about=override.form_rule_help,
        new_of=override.new_of,
        named_by_first=override.named_by_first,
    )


def _sort_word(column: str, descending: bool) -> str:
    return f"-{column}" if descending else column


def _module(model: type[Base]) -> str:
    return model.__module__.rpartition(".")[2]


def _field(column: Column[Any], override: Override) -> Field:
    kind = shown_kind(column)
    target = next(iter(column.foreign_keys)).column.table.name if column.foreign_keys else ""
    label = override.column_labels.get(column.name) or {
        "id": "Number",
        "created_at": "Created",
        "updated_at": "Last changed",
    }.get(column.name, words(column.name))
    return Field(
        name=column.name,
        label=label,
        kind=kind,
        column=column,
        help=override.column_descriptions.get(column.name, ""),
        choices=tuple(column.info.get("choices", ())),
        target=target,
    )


def _list_columns(fields: dict[str, Field]) -> tuple[str, ...]:
    """The name first, then the columns fit for a list, in the table's own order."""
    fitting = [f for f in fields.values() if f.traits.listed and f.name not in UNWRITABLE]
    ordered = sorted(fitting, key=lambda f: not f.traits.is_name)
    return tuple(f.name for f in ordered[:LIST_LENGTH])


def _groups(fields: dict[str, Field], override: Override) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The sections of the form. Columns that no override places form a last section."""
    hidden = (*UNWRITABLE, *override.form_excluded_columns)
    placed = override.form_rules
    named = {name for _, names in placed for name in names}
    left = [name for name in fields if name not in named and name not in hidden]
    # The row's name comes first.
    rest = tuple(sorted(left, key=lambda name: not fields[name].traits.is_name))
    return (*placed, *([("Details" if not placed else "More", rest)] if rest else []))
