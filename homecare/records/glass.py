"""What a person has opened for a reason: whether it is open still is asked of the database, by its own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from homecare.access.policy import State
from homecare.models import Change, GlassOpening
from homecare.records.seen import Seen

NOW = func.timezone("utc", func.now())
# How long the files of what was shown once can be opened: the page links to them.
FILES_OF_ONCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Opened:
    """The columns of one record that are open to one person, and until when the last of them."""

    columns: frozenset[str]
    until: datetime


def behind_glass(seen: Seen) -> list[str]:
    """The columns that a reason opens to this person. Whoever looks as somebody else opens none."""
    if seen.by.behind is not None:
        return []
    return [name for name, state in seen.access.states.items() if state is State.BREAK_GLASS]


def find_open(session: Session, seen: Seen, row_id: int, session_hash: bytes, *, files: bool = False) -> Opened | None:
    """What of this record is open to this person in this session, as their role has it now. With `files`, what was
    shown once counts for a while. One statement, and none where the role has nothing behind break-glass.
    """
    names = behind_glass(seen)
    if not names:
        return None
    until = GlassOpening.until
    lasts = case((until == GlassOpening.opened_at, until + FILES_OF_ONCE), else_=until) if files else until
    mine = (
        GlassOpening.staff_id == seen.by.person.staff_id,
        GlassOpening.session_hash == session_hash,
        GlassOpening.role == seen.by.person.role,
        GlassOpening.resource == seen.table.name,
        GlassOpening.row_id == row_id,
    )
    still = (GlassOpening.ended_at.is_(None), lasts > NOW, changed_role_at().is_(None))
    rows = session.execute(select(GlassOpening.columns, until.label("until")).where(*mine, *still)).all()
    columns = frozenset(name for row in rows for name in row.columns if name in names)
    return Opened(columns, max(row.until for row in rows)) if columns else None


def changed_role_at() -> ColumnElement[datetime]:
    """When the person of an opening got another role or status meanwhile, as the trail has it; it ended then. So it
    stays shut where they are given the old role again, and other applications need not know of it.
    """
    words = [Change.old[name].astext.is_distinct_from(Change.new[name].astext) for name in ("role", "status")]
    other = (
        select(func.min(Change.made_at))
        .where(Change.resource == "staff", Change.row_id == GlassOpening.staff_id, or_(*words))
        .where(Change.made_at >= GlassOpening.opened_at, Change.made_at <= GlassOpening.until + FILES_OF_ONCE)
    )
    return other.correlate(GlassOpening).scalar_subquery()
