"""Who made a change, in words, as far as the reader may know the staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Origin
from homecare.access.policy import Action, Scope
from homecare.kinds import say
from homecare.models import Change, Staff
from homecare.records.seen import Seen

NAMELESS = {
    Origin.COMMAND: "The command line", Origin.SYSTEM: "The program", Origin.OTHER: "Another application",
}  # fmt: skip


@dataclass(frozen=True)
class Author:
    """Who made a change. `name` is empty if nobody is named, or the reader may not know them."""

    staff_id: int | None
    name: str
    origin: str

    @classmethod
    def of(cls, row: Any) -> Author:
        return cls(row.staff_id, getattr(row, "staff_name", ""), row.origin)

    def words(self, by: Acting) -> str:
        """As a sentence begins."""
        if self.staff_id is None:
            return nameless(self.origin)
        return "You" if self.staff_id == by.accountable.staff_id else self.name or "Another person"


def nameless(origin: str) -> str:
    """Who changed something without being a member of the staff, as a sentence begins."""
    return NAMELESS.get(Origin(origin) if origin in list(Origin) else Origin.OTHER, "Somebody")


def names_people(seen: Seen) -> bool:
    """Whether the person may know every member of the staff by name; else a change tells only that it was another."""
    table = Staff.__tablename__
    if not seen.by.may(table) or seen.by.decide(table, Action.VIEW).scope is Scope.OWN:
        return False
    return all(seen.other(table).access.sees(name) for name in ("first_name", "last_name"))


def columns(seen: Seen) -> list[Any]:
    """What a select of changes takes for `Author.of`."""
    return [Change.staff_id, Change.origin, *([Change.staff_name] if names_people(seen) else [])]


def last(
    session: Session, seen: Seen, row_id: int, after: int = 0, changing: Collection[str] = ()
) -> tuple[Author, datetime] | None:
    """Who changed the row last and when, after that change and in one of these columns if any are given.
    The caller must know that the row is in scope. One statement.
    """
    statement = (
        select(*columns(seen), Change.made_at)
        .where(Change.resource == seen.table.name, Change.row_id == row_id, Change.id > after)
        .order_by(Change.id.desc())
        .limit(1)
    )
    if changing:
        statement = statement.where(or_(*(Change.old[name].is_distinct_from(Change.new[name]) for name in changing)))
    row: Any = session.execute(statement).first()
    return None if row is None else (Author.of(row), row.made_at)


def saved_by(session: Session, seen: Seen, row_id: int | None) -> str:
    """Who saved the row last and when: "You, in another window, on 9 Mar 2026 14:30". One statement."""
    found = last(session, seen, row_id) if row_id is not None else None
    if found is None:
        return "Somebody else"
    who = found[0].words(seen.by)
    return f"{f'{who}, in another window,' if who == 'You' else who} on {say.when(found[1])}"
