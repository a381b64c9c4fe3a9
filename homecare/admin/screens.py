"""What the templates of lists and details print: everything worked out here, nothing there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import Action, Scope, State
from homecare.admin import cells, editing
from homecare.admin.listing import ListRequest
from homecare.admin.rowselect import RowSelect, relation_label
from homecare.admin.tables import Field, TableInfo
from homecare.models.columns import Kind
from homecare.queries.conditions import OPERATOR_WORDS, OPERATORS, Condition
from homecare.queries.counting import Count
from homecare.queries.named import NAMED

PARENT = Markup('<a href="/admin/{}/details/?id={}">{}</a>')
ROW = Markup('<a class="row-name" href="/admin/{}/details/?id={}">{}</a>')


@dataclass(frozen=True)
class Head:
    """A column's head: the URL that sorts by it (None: it cannot), and how it is sorted now (aria-sort)."""

    field: Field
    url: str | None
    sorted: str
    right: bool


@dataclass(frozen=True)
class Line:
    """One row of a list; `cells` in the order of the heads."""

    id: int
    version: str
    name: str
    cells: list[Markup]


@dataclass(frozen=True)
class Chip:
    text: str
    remove: str


@dataclass(frozen=True)
class ListScreen:
    request: ListRequest
    heads: list[Head]
    lines: list[Line]
    chips: list[Chip]
    named: list[tuple[str, str, bool]]
    count: Count
    first: str | None
    before: str | None
    after: str | None
    last: str | None

    @classmethod
    def load(cls, request: ListRequest, session: Session) -> ListScreen:
        """Two statements: the page and the count."""
        selected = request.selected()
        page = request.page(session, selected)
        column = request.sort.column
        return cls(
            request=request,
            heads=[_head(request, field) for field in selected.fields],
            lines=[_line(request, selected, row) for row in page.rows],
            chips=[Chip(chip_text(request.info, c), request.without(c)) for c in request.conditions],
            named=_named(request),
            count=request.count(session),
            first=request.query() if page.before else None,
            before=request.query(before=page.before.text(column)) if page.before else None,
            after=request.query(after=page.after.text(column)) if page.after else None,
            last=request.query(last="1") if page.after else None,
        )


def _head(request: ListRequest, field: Field) -> Head:
    current = request.sort.name == field.name
    direction = ("descending" if request.descending else "ascending") if current else "none"
    url = None
    if field.sortable and request.access.sees(field.name):
        url = request.query(sort=f"-{field.name}" if current and not request.descending else field.name)
    return Head(field, url, direction, field.kind in (Kind.MONEY, Kind.NUMBER, Kind.SHARE, Kind.PERCENT))


def _line(request: ListRequest, selected: RowSelect, row: Row[Any]) -> Line:
    info = request.info
    found: list[Markup] = []
    name = ""
    for position, field in enumerate(selected.fields):
        if field.kind is Kind.RELATION:
            label = relation_label(row, selected, field.name)
            cell = relation_markup(field, getattr(row, field.name), label)
            text = label or ""
        else:
            value = getattr(row, field.name)
            cell, text = cells.markup(field, value), ""
            if position == 0:
                text = _full_name(info, field, row) or cells.plain_text(field, value)
        if position == 0:
            name = text or f"#{row._id}"
            cell = ROW.format(info.name, row._id, name)
        found.append(cell)
    return Line(row._id, row._version, name, found)


def _full_name(info: TableInfo, field: Field, row: Row[Any]) -> str:
    """A person's name in several columns stands whole in the first of them, where all are on the list."""
    if field.name not in info.naming:
        return ""
    texts = [cells.plain_text(info.fields[n], getattr(row, n, None)) for n in info.naming]
    return " ".join(text for text in texts if text)


def relation_markup(field: Field, key: int | None, label: str | None) -> Markup:
    """A link to the parent where its name could be read, else its number."""
    if key is None:
        return cells.EMPTY
    if label is None or label == f"#{key}":
        return escape(f"#{key}")
    return PARENT.format(field.target, key, label)


def chip_text(info: TableInfo, condition: Condition) -> str:
    """ "Status is Pending"; a relation's key stands as its number."""
    if not condition.column:
        return NAMED[info.name, condition.key, condition.value].label
    label, word = info.fields[condition.column].label, OPERATOR_WORDS[condition.operator]
    if condition.operator == "isnull":
        return f"{label} {word if condition.value == '1' else 'is filled'}"
    return f"{label} {word} {condition.value}"


def _named(request: ListRequest) -> list[tuple[str, str, bool]]:
    """The named conditions this role may use here: label, URL that turns it on or off, whether it is on."""
    found = []
    for (table, key, value), named in NAMED.items():
        if table != request.info.name or not all(request.access.sees(c) for c in named.columns):
            continue
        if not all(_sees_whole(request.acting, other) for other in named.reads):
            continue
        on = next((c for c in request.conditions if (c.key, c.value) == (key, value)), None)
        url = request.without(on) if on else request.query(**{key: value})
        found.append((named.label, url, on is not None))
    return found


def _sees_whole(acting: Acting, table: str) -> bool:
    verdict = acting.decide(table, Action.VIEW)
    return verdict.allowed and verdict.scope is Scope.ALL


@dataclass(frozen=True)
class Fact:
    field: Field
    cell: Markup


@dataclass(frozen=True)
class DetailsScreen:
    row_id: int
    version: str
    name: str
    sections: list[tuple[str, list[Fact]]]
    behind_glass: bool

    @classmethod
    def of(cls, info: TableInfo, acting: Acting, stored: editing.Stored, revealed: dict[str, Any]) -> DetailsScreen:
        access = acting.access(info.name)
        shown = {field.name for field in stored.selected.fields}
        groups = [*info.groups, ("Record", tuple(n for n in info.fields if n not in _placed(info)))]
        sections = [
            (title, [Fact(info.fields[n], _fact(info.fields[n], stored, revealed)) for n in names if n in shown])
            for title, names in groups
        ]
        return cls(
            row_id=stored.row._id,
            version=stored.version,
            name=editing.row_name(info, stored),
            sections=[(title, facts) for title, facts in sections if facts],
            behind_glass=State.BREAK_GLASS in access.states.values() and not revealed,
        )


def _placed(info: TableInfo) -> set[str]:
    return {name for _, names in info.groups for name in names}


def _fact(field: Field, stored: editing.Stored, revealed: dict[str, Any]) -> Markup:
    if field.name in revealed:
        return cells.markup(field, revealed[field.name])
    value = getattr(stored.row, field.name)
    if field.kind is Kind.RELATION:
        return relation_markup(field, value, relation_label(stored.row, stored.selected, field.name))
    return cells.markup(field, value)


def filter_choices(request: ListRequest) -> list[dict[str, Any]]:
    """What the filter builder offers: each column this role sees with its operators and choices."""
    return [
        {
            "name": field.name,
            "label": field.label,
            "kind": field.kind.value,
            "operators": [[op, OPERATOR_WORDS[op]] for op in OPERATORS[field.kind]],
            "choices": list(field.choices),
        }
        for field in request.info.fields.values()
        if request.access.sees(field.name) and OPERATORS[field.kind] and field.name != "id"
    ]
