"""The tasks of a board as its template prints them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import Action
from homecare.admin import cells
from homecare.admin.list import filtering
from homecare.kinds import say
from homecare.queries.assigned import tasks_by_status
from homecare.queries.assigned.tasks_by_status import TaskTable
from homecare.records.list_request import ListRequest
from homecare.records.row_select import RowSelect, relation_label
from homecare.records.stored import Stored, row_name
from homecare.tables.table import ShownTable
from homecare.web import urls

LOOKS = ("board", "list")


@dataclass(frozen=True)
class Card:
    """A task. `note` is changed in place, None where the role may not read it; `about` is what the task belongs to."""

    id: int
    version: str
    name: str
    url: str
    status: str
    who: str
    note: str | None
    about: str
    due: str
    is_late: bool
    priority: Markup


@dataclass(frozen=True)
class Column:
    status: str
    count: int
    cards: list[Card]
    more: str


@dataclass(frozen=True)
class Tab:
    word: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class BoardScreen:
    """`sets` are the columns that the role may change; `lookup` is where people are looked for, empty if it may not."""

    tasks: TaskTable
    wanted: ListRequest
    look: str
    columns: list[Column]
    cards: list[Card]
    count: int
    chips: list[filtering.Chip]
    tabs: list[Tab]
    other_look: str
    list_url: str
    sets: frozenset[str]

    @property
    def table(self) -> ShownTable:
        return self.wanted.table

    @property
    def statuses(self) -> tuple[str, ...]:
        return self.table.fields[self.tasks.status].choices

    @property
    def note_label(self) -> str:
        return self.table.fields[self.tasks.note].label

    @property
    def lookup(self) -> str:
        return urls.lookup(self.table.name, self.tasks.person) if self.tasks.person in self.sets else ""

    @property
    def empties(self) -> bool:
        return bool(self.table.fields[self.tasks.person].column.nullable)


def load(session: Session, tasks: TaskTable, wanted: ListRequest, look: str, path: str) -> BoardScreen:
    """Two to seven statements: the counts, one for each status, and one for each parent that a condition names."""
    columns, cards, count = [], [], 0
    if look == "board":
        selected, found = tasks_by_status.piles(session, tasks, wanted)
        for pile in found:
            told = [_card(tasks, selected, row) for row in pile.rows]
            more = _list_url(wanted, tasks, pile.status) if pile.count > len(told) else ""
            columns.append(Column(pile.status, pile.count, told, more))
            count += pile.count
    else:
        selected, rows = tasks_by_status.listed(session, tasks, wanted)
        cards = [_card(tasks, selected, row) for row in rows]
        count = wanted.count(session).rows
    return BoardScreen(
        tasks, wanted, look, columns, cards, count,
        chips=filtering.chips(wanted, session),
        tabs=_tabs(tasks, wanted, look, path),
        other_look=f"{path}{_with_look(wanted.query(), 'list' if look == 'board' else 'board')}",
        list_url=f"{urls.list_of(wanted.table.name)}{wanted.query()}",
        sets=_sets(tasks, wanted),
    )  # fmt: skip


def _sets(tasks: TaskTable, wanted: ListRequest) -> frozenset[str]:
    access = wanted.access
    names = (tasks.status, tasks.person, tasks.note)
    may = access.may(Action.EDIT)
    return frozenset(name for name in names if may and access.sees(name) and access.sets(name, creating=False))


def _list_url(wanted: ListRequest, tasks: TaskTable, status: str) -> str:
    words = [pair for one in wanted.conditions for pair in one.words] + [(f"{tasks.status}__eq", status)]
    return urls.list_of(wanted.table.name, words)


def _with_look(query: str, look: str) -> str:
    return query if look == "board" else f"{query}&look=list"


def _tabs(tasks: TaskTable, wanted: ListRequest, look: str, path: str) -> list[Tab]:
    """One's own, those of nobody where there can be any, those past their time, and all."""
    is_optional = wanted.table.fields[tasks.person].column.nullable
    words = [("My tasks", "?is=mine"), ("Unassigned", "?is=unassigned"), ("Overdue", "?is=overdue"), ("All", "?all=1")]
    here = wanted.query()
    return [
        Tab(word, f"{path}{_with_look(query, look)}", here == query)
        for word, query in words
        if is_optional or "unassigned" not in query
    ]


def _card(tasks: TaskTable, selected: RowSelect, row: Row[Any]) -> Card:
    table = selected.table
    held = {field.name: field for field in selected.fields}
    status = getattr(row, tasks.status, None) or tasks.open[0]
    due = getattr(row, "due", None)
    priority = held.get("priority")
    return Card(
        id=row._id,
        version=row._version,
        name=row_name(table, Stored(row, selected, {})),
        url=urls.record(table.name, row._id),
        status=status,
        who=relation_label(row, selected, tasks.person) or "" if tasks.person in held else "",
        note=_note(getattr(row, tasks.note)) if tasks.note in held else None,
        about=relation_label(row, selected, tasks.about) or "" if tasks.about in held else "",
        due=_say(due),
        is_late=status in tasks.open and _is_past(due),
        priority=cells.markup(priority, row.priority) if priority and row.priority else Markup(""),
    )


def _note(value: Any) -> str | None:
    """What is masked, or never read here, is none."""
    return value or "" if isinstance(value, str | None) and not (value or "").startswith("•") else None


def _say(due: Any) -> str:
    """Without the year where it is this one: a card is narrow."""
    year = f" {clock.today().year}"
    if isinstance(due, datetime):
        return say.when(due).replace(year, "")
    return say.day(due).removesuffix(year) if isinstance(due, date) else str(due or "")


def _is_past(due: Any) -> bool:
    if isinstance(due, datetime):
        return due < clock.now_utc()
    return isinstance(due, date) and due < clock.today()
