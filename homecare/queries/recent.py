"""What others changed lately of a person's own work: their visits, shifts and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.row_scope import OWN
from homecare.kinds import say
from homecare.models import AdminTask, Assignment, Change, MarketingTask, Visit
from homecare.queries import changes
from homecare.queries.changes import Entry
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table
from homecare.web import urls

# The work that is somebody's, and by when it is to be done.
WORK = ((Visit, "scheduled_at"), (Assignment, "shift_start"), (AdminTask, "assigned_date"), (MarketingTask, "due_date"))
# Lately, and the work of which changes are told: what is long over is nobody's news. Both are assumed.
LATELY = timedelta(days=7)
AHEAD = timedelta(days=30)
# A person has fewer rows in that time; more would make the page slow.
MOST_ROWS = 300
MOST = 5


@dataclass(frozen=True)
class Recent:
    """One record: `name` opens its history at `url`; `words` say who did what, `when` the moment of Addis."""

    name: str
    url: str
    words: str
    when: str


def recent(session: Session, by: Acting) -> list[Recent]:
    """The newest change of each record, newest first, at most MOST. One statement a table that the person may view and
    one for the names of a table with changes.
    """
    found: list[tuple[Seen, Entry]] = []
    for model, due in WORK:
        if by.may(model.__tablename__):
            seen = Seen.of(by, shown_table(model.__tablename__))
            found += [(seen, entry) for entry in _of_table(session, seen, model, due)]
    found = sorted(found, key=lambda pair: pair[1].at, reverse=True)[:MOST]
    names: dict[tuple[str, int], str] = {}
    for seen in {seen.table.name: seen for seen, _ in found}.values():
        ids = [entry.row_id for of, entry in found if of.table is seen.table]
        names |= {(seen.table.name, key): name for key, name in names_of(session, seen, ids).items()}
    return [_told(by, seen, entry, names) for seen, entry in found]


def _of_table(session: Session, seen: Seen, model: Any, due: str) -> list[Entry]:
    when, now = getattr(model, due), clock.now_utc()
    own = select(model.id).where(OWN[model](model), when.between(now - LATELY, now + AHEAD))
    condition = and_(
        Change.row_id.in_(own.order_by(when.desc()).limit(MOST_ROWS)),
        Change.made_at >= now - LATELY,
        or_(Change.staff_id.is_(None), Change.staff_id != seen.by.person.staff_id),
    )
    newest: dict[int, Entry] = {}
    for entry in changes.newest(session, seen, condition, MOST * 10):
        # What changed in columns alone that this role does not see is no news to it.
        if entry.differing:
            newest.setdefault(entry.row_id, entry)
    return list(newest.values())[:MOST]


def _told(by: Acting, seen: Seen, entry: Entry, names: dict[tuple[str, int], str]) -> Recent:
    table, who = seen.table, entry.author.words(by)
    what = ", ".join(change.field.label.lower() for change in entry.differing)
    words = f"{who} added it" if entry.kind == "added" else f"{who} changed {what}"
    name = names.get((table.name, entry.row_id), f"{table.one} #{entry.row_id}")
    return Recent(name, urls.history(table.name, entry.row_id), words, say.when(entry.at))
