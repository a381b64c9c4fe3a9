"""A person's notifications, as sentences that name no more than the person may see now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.kinds import say
from homecare.models import Notification
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import ShownTable, shown_tables
from homecare.web import urls

PAGE_ROWS = 50
BREAK_GLASS = "break-glass"
WORK = "work"
GIVEN_UP = "given up"
SOMEBODY = "Somebody"
# Whom the reader may not know, or who is gone.
OF_THE_OFFICE = "Somebody at the office"


@dataclass(frozen=True)
class Named:
    """A record as its reader may know it. Without `url` it is gone, or out of their scope."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Notice:
    """The sentence is `before`, the record, `after`."""

    id: int
    before: str
    record: Named
    after: str
    made_at: datetime
    is_read: bool


def _break_glass(who: str, table: ShownTable | None, parts: dict[str, Any]) -> tuple[str, str]:
    columns = labels(table, parts.get("columns", ()))
    until = parts.get("until")
    lasts = f", until {say.when(datetime.fromisoformat(until))}." if until else ", to read once."
    return f"{who} gave a reason and opened {columns} of", lasts


# What was done with one's work: of one row in the active, of several in the passive.
_OF_ONE = {"assigned": "assigned you {a} {one}:", "moved": "moved your {one}:", "taken": "took {a} {one} from you:"}
_OF_MANY = {"assigned": "assigned to you", "moved": "moved", "taken": "taken from you"}


def _work(who: str, table: ShownTable | None, parts: dict[str, Any]) -> tuple[str, str]:
    """`done` of the parts: [["assigned", "visit_services", 12], …]."""
    done = parts.get("done", ())
    if table is not None and len(done) == 1:
        one = f"{table.one[0].lower()}{table.one[1:]}"
        return f"{who} {_OF_ONE[done[0][0]].format(one=one, a='an' if one[0] in 'aeiou' else 'a')}", "."
    tables = shown_tables()
    told = [
        f"{tables[name].amount(rows)} {'was' if rows == 1 else 'were'} {_OF_MANY[how]}"
        for how, name, rows in done
        if name in tables
    ]
    *first, last = told or ["Your work was changed"]
    return f"{', '.join(first)}{' and ' if first else ''}{last} by {who}.", ""


def _given_up(_who: str, _table: ShownTable | None, parts: dict[str, Any]) -> tuple[str, str]:
    """Of a job of the worker, which is no record of the company."""
    return f"The job {parts['job']} (no. {parts['number']}) failed each time and was given up.", f"{parts['problem']}"


# By kind: what stands before and after the record, of who did it, the record's table and the parts.
SENTENCES: dict[str, Callable[[str, ShownTable | None, dict[str, Any]], tuple[str, str]]] = {
    BREAK_GLASS: _break_glass,
    WORK: _work,
    GIVEN_UP: _given_up,
}


def labels(table: ShownTable | None, names: Iterable[str]) -> str:
    """visit notes, prescription"""
    return ", ".join(table.fields[name].label.lower() if table and name in table.fields else name for name in names)


def named(session: Session, by: Acting, keys: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int], Named]:
    """The records by name and id, through the person's own rights and scope. One statement a name that they may
    view; what they may not see is its number.
    """
    ids: dict[str, set[int]] = {}
    for name, row_id in keys:
        if row_id is not None:
            ids.setdefault(name, set()).add(row_id)
    found = {}
    for name, wanted in ids.items():
        table = shown_tables().get(name)
        may = table is not None and by.may(name)
        names = names_of(session, Seen.of(by, table), wanted) if table is not None and may else {}
        one = table.one if table else name
        for row_id in wanted:
            words = names.get(row_id, f"{one} #{row_id}")
            found[name, row_id] = Named(words, urls.record(name, row_id) if row_id in names else "")
    return found


def notices(session: Session, by: Acting, *, after: tuple[bool, int] | None = None) -> list[Notice]:
    """The person's own, unread first and newest first, at most PAGE_ROWS + 1, from the one that is `after`'s (read,
    id) on. One statement, and one for each table they name.
    """
    is_read = Notification.read_at.is_not(None)
    found = select(Notification, is_read.label("is_read")).where(Notification.staff_id == by.person.staff_id)
    if after is not None:
        read, last = after
        below = and_(is_read if read else ~is_read, Notification.id < last)
        found = found.where(below if read else or_(below, is_read))
    rows: Any = session.execute(found.order_by(is_read, Notification.id.desc()).limit(PAGE_ROWS + 1)).all()
    told = [row[0] for row in rows]
    records = named(session, by, [(one.resource, one.row_id) for one in told])
    people = named(session, by, [("staff", one.about_staff_id) for one in told])
    return [_notice(row, records, people) for row in rows]


def _notice(row: Row[Any], records: dict[tuple[str, int], Named], people: dict[tuple[str, int], Named]) -> Notice:
    one: Notification = row[0]
    person = people.get(("staff", one.about_staff_id or 0))
    who = SOMEBODY if person is None else person.words if person.url else OF_THE_OFFICE
    record = records.get((one.resource, one.row_id or 0), Named(""))
    table = shown_tables().get(one.resource)
    before, after = SENTENCES[one.kind](who, table, one.parts) if one.kind in SENTENCES else (one.kind, "")
    return Notice(one.id, before, record, after, one.made_at, bool(row.is_read))
