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
SOMEBODY = "Somebody"


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


# By kind: what stands before and after the record, of who did it, the record's table and the parts.
SENTENCES: dict[str, Callable[[str, ShownTable | None, dict[str, Any]], tuple[str, str]]] = {
    BREAK_GLASS: _break_glass,
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
    who = people.get(("staff", one.about_staff_id or 0), Named(SOMEBODY)).words
    record = records.get((one.resource, one.row_id or 0), Named(""))
    table = shown_tables().get(one.resource)
    before, after = SENTENCES[one.kind](who, table, one.parts) if one.kind in SENTENCES else (one.kind, "")
    return Notice(one.id, before, record, after, one.made_at, bool(row.is_read))
