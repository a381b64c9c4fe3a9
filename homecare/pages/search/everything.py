"""One search over everything a person may open: rows by name, code, phone or number, pages, and actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, cast, false, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.shown import Shown, shown_of
from homecare.admin.list.own_views import guarded_views, opens
from homecare.admin.table_view import TableView
from homecare.kinds.read import storable
from homecare.kinds.say import phone
from homecare.models import folding
from homecare.records import phones
from homecare.records.lookup import search_clause
from homecare.records.seen import Seen
from homecare.tables.labels import begun
from homecare.tables.table import Field, ShownTable, shown_tables
from homecare.web import urls

MOST_OF_A_TABLE = 5
MOST_OF_THE_REST = 8
# A search for a frequent word ranks only this many rows, so that it answers while somebody types.
CANDIDATES = 200
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """`hint` distinguishes results with the same label: a code, a phone, the kind of page."""

    label: str
    hint: str
    url: str


def search(session: Session, acting: Acting, text: str) -> list[tuple[str, list[Found]]]:
    """Groups by name: actions and pages, then tables in menu order. One statement; none for a short text.
    Searches and shows only columns the role sees, and only rows in the session's scope. Raises ValueError for text that
    cannot be stored or is too long.
    """
    text = " ".join(storable(text).split())
    groups = [("Do", _matching(_actions(acting), text)), ("Pages", _matching(_pages(), text))]
    if len(text) >= SHORTEST:
        groups += _rows(session, acting, text)
    return [(name, found) for name, found in groups if found]


def _matching(all_of_them: Iterator[Found], text: str) -> list[Found]:
    words = text.casefold().split()
    found = [one for one in all_of_them if all(word in one.label.casefold() for word in words)]
    return found[:MOST_OF_THE_REST]


def _actions(acting: Acting) -> Iterator[Found]:
    for table in shown_tables().values():
        if acting.may(table.name, Action.CREATE):
            yield Found(table.new, table.group, urls.new(table.name))


def _pages() -> Iterator[Found]:
    for view in guarded_views().values():
        if view.is_visible() and opens(view):
            yield Found(view.name, view.table.group if isinstance(view, TableView) else "Page", f"{view.url}/")


def _rows(session: Session, acting: Acting, text: str) -> list[tuple[str, list[Found]]]:
    parts = [
        part for table in shown_tables().values() if (part := _statement(Seen.of(acting, table), text)) is not None
    ]
    if not parts:
        return []
    groups: dict[str, list[Found]] = {}
    # A union has no order, so each part returns the rank of its rows.
    shown = tuple(one for _, said in parts for one in said)
    rows = session.execute(union_all(*(part for part, _ in parts)), execution_options={"shown": shown}).all()
    for row in sorted(rows, key=lambda row: row.place):
        table = shown_tables()[row.of_table]
        groups.setdefault(table.name, []).append(_found(table, row))
    for name, found in groups.items():
        if len(found) == MOST_OF_A_TABLE:
            found.append(_all_of(shown_tables()[name], text))
    return [(table.many, groups[table.name]) for table in shown_tables().values() if table.name in groups]


def _found(table: ShownTable, row: Row[Any]) -> Found:
    hints = [text for text in (row.code, phone(row.phone) if row.phone else "", row.more) if text]
    name = begun(row.label or "") if table.named_by_first else row.label
    return Found(name or f"{table.one} #{row.id}", " · ".join(hints), urls.record(table.name, row.id))


def _all_of(table: ShownTable, text: str) -> Found:
    """A link to the list with the same search, because there may be more rows."""
    return Found(f"All {table.many.lower()} with “{text}”", "List", urls.list_of(table.name, [("search", text)]))


def _statement(seen: Seen, text: str) -> tuple[Select[Any], tuple[Shown, ...]] | None:
    """The best five rows of one table, and whom they show. None if the role may not view or search the table."""
    if not seen.by.may(seen.table.name, Action.VIEW):
        return None
    shown = [field for field in seen.table.fields.values() if seen.access.sees(field.name)]
    names = [field for field in shown if field.name in seen.table.naming and not field.traits.links]
    if not names or not any(field.searchable for field in shown):
        return None
    model: Any = seen.table.model
    code, number = _first(f for f in shown if f.traits.is_code), _first(f for f in shown if f.traits.is_phone)
    # The row's status or role, to distinguish people with the same name.
    more = next((field for field in shown if field.name in ("role", "status")), None)
    label = func.concat_ws(" ", *(getattr(model, field.name) for field in names))
    found = (
        select(
            model.id,
            label.label("label"),
            _text(model, code).label("code"),
            _text(model, number).label("phone"),
            _text(model, more).label("more"),
        )
        .where(search_clause(seen, text, through_parents=False))
        .limit(CANDIDATES)
        .subquery()
    )
    begins = or_(
        folding.startswith(found.c.label, text),
        folding.same(found.c.code, text),
        phones.startswith(found.c.phone, text) if phones.digits(text) else false(),
    )
    place = func.row_number().over(order_by=(begins.desc(), found.c.id.desc())).label("place")
    best = select(literal(seen.table.name).label("of_table"), found, place).order_by(place).limit(MOST_OF_A_TABLE)
    columns = [field.name for field in (*names, code, number, more) if field]
    return best, shown_of(seen.table.name, columns, key="id", among="of_table")


def _first(fields: Iterable[Field]) -> Field | None:
    return next(iter(fields), None)


def _text(model: Any, field: Field | None) -> ColumnElement[Any]:
    return cast(null(), Text) if field is None else cast(getattr(model, field.name), Text)
