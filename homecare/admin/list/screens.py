"""Everything a list's template prints, computed here so that the template computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.orm import Session

from homecare.access.policy import Action
from homecare.admin import cells
from homecare.admin.list import filtering
from homecare.admin.record import file_cells
from homecare.records.counting import Count
from homecare.records.list_request import ListRequest
from homecare.records.row_select import RowSelect, file_name, relation_label
from homecare.records.stored import Stored, row_name
from homecare.tables.labels import plain_text
from homecare.tables.table import Field, ShownTable
from homecare.web import urls

# The id names the row's checkbox too: a name is long, and in Amharic three times as long.
ROW = Markup('<a class="row-name" id="r{}" href="{}">{}</a>')
CODE = Markup('{} <span class="muted">{}</span>')
LONGEST_IN_A_CELL = 120


@dataclass(frozen=True)
class Head:
    """A column's header: the URL that sorts by it (None if it cannot), and its current sorting (aria-sort).
    `css` is the class of its cells. `choices` are the values it can be set to in the list itself.
    """

    field: Field
    url: str | None
    sorted: str
    css: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One row of a list. `cells` are in the order of the heads."""

    id: int
    version: str
    name: str
    cells: list[Markup]


@dataclass(frozen=True)
class ListScreen:
    request: ListRequest
    heads: list[Head]
    lines: list[Line]
    chips: list[filtering.Chip]
    quick: list[tuple[str, str, bool]]
    builder: dict[str, Any]
    count: Count
    first: str | None
    before: str | None
    after: str | None
    last: str | None

    @property
    def wrong(self) -> list[str]:
        """The problems of condition values, each sentence after its column's label. With any, no row is shown."""
        fields = self.request.table.fields
        wrong = [c for c in self.request.conditions if c.problem]
        return [f"{fields[c.column].label if c.column else c.wrong}: {c.problem}" for c in wrong]

    @property
    def has_bulk(self) -> bool:
        """Whether this role can do anything with many rows at once."""
        may = self.request.access.may
        return may(Action.EXPORT) or may(Action.DELETE) or any(column["set"] for column in self.builder["columns"])

    @classmethod
    def load(cls, request: ListRequest, session: Session) -> ListScreen:
        """Two statements, the page and the count, plus one for each parent named in a condition."""
        code = code_beside_name(request)
        selected = request.selected((*request.columns, code) if code else None)
        page = request.page(session, selected)
        column = request.sort.column
        heads = list_heads(request)
        return cls(
            request=request,
            heads=heads,
            lines=[_line(request.table, heads, selected, row, code) for row in page.rows],
            chips=filtering.chips(request, session),
            quick=filtering.quick_filters(request),
            builder=filtering.builder(request, session),
            count=request.count(session),
            first=request.query() if page.before else None,
            before=request.query(before=page.before.text(column)) if page.before else None,
            after=request.query(after=page.after.text(column)) if page.after else None,
            last=request.query(last="1") if page.after else None,
        )


def as_listed(request: ListRequest, session: Session, row_id: int) -> Line | None:
    """One row as the list shows it. None if the person may not see it."""
    code = code_beside_name(request)
    selected = request.selected((*request.columns, code) if code else None)
    row = session.execute(selected.statement.where(request.table.key == row_id)).first()
    return None if row is None else _line(request.table, list_heads(request), selected, row, code)


def code_beside_name(request: ListRequest) -> str | None:
    """The code shown muted beside a name, if the list starts with the name and has no column for the code."""
    table, access = request.table, request.access
    if not request.columns or not table.fields[request.columns[0]].traits.is_name:
        return None
    codes = [f.name for f in table.fields.values() if f.traits.is_code and access.sees(f.name)]
    return codes[0] if codes and codes[0] not in request.columns else None


def list_heads(request: ListRequest) -> list[Head]:
    fields = [request.table.fields[name] for name in request.columns]
    state = next((field for field in fields[1:] if cells.is_badge(field)), None)
    return [_head(request, field, _css(place, field, state)) for place, field in enumerate(fields)]


def _css(place: int, field: Field, state: Field | None) -> str:
    if place == 0:
        return "name"
    return "state" if field is state else "right" if field.traits.is_number else ""


def _head(request: ListRequest, field: Field, css: str) -> Head:
    current = request.sort.name == field.name
    direction = ("descending" if request.descending else "ascending") if current else "none"
    access = request.access
    url = None
    if field.sortable and access.sees(field.name):
        url = request.query(sort=f"-{field.name}" if current and not request.descending else field.name)
    in_place = cells.is_badge(field) and access.may(Action.EDIT) and access.sets(field.name, creating=False)
    return Head(field, url, direction, css, field.choices if in_place and access.sees(field.name) else ())


def _line(table: ShownTable, heads: list[Head], selected: RowSelect, row: Row[Any], code: str | None) -> Line:
    name = row_title(table, heads[0].field, selected, row) if heads else f"#{row._id}"
    found: list[Markup] = []
    for place, head in enumerate(heads):
        field = head.field
        if place == 0:
            cell = ROW.format(row._id, urls.record(table.name, row._id), name)
            if code:
                cell = CODE.format(cell, getattr(row, code) or "")
        elif field.traits.links:
            label = relation_label(row, selected, field.name)
            # The list may start with the visit's patient. Then the visit's label needs only the time.
            label = label.removeprefix(f"{name} · ") if label else label
            cell = cells.relation_markup(field, getattr(row, field.name), label)
        elif field.traits.holds_file:
            cell = file_cells.listed(selected, row, field)
        elif field.traits.has_lines:
            cell = cells.markup(field, _begun(getattr(row, field.name)))
        else:
            cell = cells.markup(field, getattr(row, field.name))
        found.append(cell)
    return Line(row._id, row._version, name, found)


def _begun(value: Any) -> Any:
    """A long text cut to what a cell can show, so that the rest is not sent for fifty rows."""
    is_long = isinstance(value, str) and len(value) > LONGEST_IN_A_CELL
    return f"{value[:LONGEST_IN_A_CELL].rstrip()}…" if is_long else value


def row_title(table: ShownTable, first: Field, selected: RowSelect, row: Row[Any]) -> str:
    """What the list calls the row: its first column, or the full name if that has several columns."""
    if first.traits.links:
        return relation_label(row, selected, first.name) or f"#{row._id}"
    if first.traits.holds_file:
        return file_name(row, selected, first.name) or f"#{row._id}"
    if table.named_by_first and first.name in table.naming:
        return row_name(table, Stored(row, selected, {}))
    if first.name in table.naming:
        texts = [plain_text(table.fields[n], getattr(row, n, None)) for n in table.naming]
        if name := " ".join(text for text in texts if text):
            return name
    return plain_text(first, getattr(row, first.name)) or f"#{row._id}"
