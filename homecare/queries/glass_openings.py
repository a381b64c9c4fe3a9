"""What was opened for a reason: the list of those who watch over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import GlassOpening
from homecare.queries.notices import Named, labels, named
from homecare.records.glass import NOW, changed_role_at
from homecare.tables.table import shown_tables

PAGE_ROWS = 50
OPEN, ONCE, ITS_TIME, NEW_ROLE = "open", "once", "time", "role changed"
# How it ended, by GlassOpening.ended_how and what is worked out.
ENDINGS = {
    OPEN: "Open still",
    ONCE: "Shown once",
    ITS_TIME: "By itself",
    NEW_ROLE: "Role or status changed",
    "by hand": "Closed by hand",
    "session over": "Signed out",
}


@dataclass(frozen=True)
class Opening:
    id: int
    staff_id: int
    who: str
    role: str
    table: str
    record: Named
    columns: str
    reason: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    ended: str


def openings(session: Session, by: Acting, *, staff_id: int | None = None, before: int | None = None) -> list[Opening]:
    """Newest first, at most PAGE_ROWS + 1, of one person or of all, from the id `before` on. One statement, and one for
    each table that they name.
    """
    changed, ended_at = changed_role_at().label("changed_at"), _ended_at().label("over_at")
    found = select(GlassOpening, changed, ended_at, (ended_at <= NOW).label("is_over"))
    if staff_id is not None:
        found = found.where(GlassOpening.staff_id == staff_id)
    if before is not None:
        found = found.where(GlassOpening.id < before)
    rows: Any = session.execute(found.order_by(GlassOpening.id.desc()).limit(PAGE_ROWS + 1)).all()
    records = named(session, by, [(row[0].resource, row[0].row_id) for row in rows])
    return [_opening(row, records) for row in rows]


def people(session: Session) -> list[tuple[int, str]]:
    """Whoever opened something, by name as it was last. One statement."""
    name = func.max(GlassOpening.staff_name)
    found = select(GlassOpening.staff_id, name).group_by(GlassOpening.staff_id).order_by(name)
    return [(row[0] or 0, row[1]) for row in session.execute(found).all()]


def _ended_at() -> ColumnElement[datetime]:
    """NULL does not count among the least."""
    first: ColumnElement[Any] = func.least(GlassOpening.ended_at, changed_role_at(), GlassOpening.until)
    return case((GlassOpening.until == GlassOpening.opened_at, GlassOpening.until), else_=first)


def _opening(row: Row[Any], records: dict[tuple[str, int], Named]) -> Opening:
    one: GlassOpening = row[0]
    table = shown_tables().get(one.resource)
    return Opening(
        id=one.id,
        staff_id=one.staff_id or 0,
        who=one.staff_name or one.staff_email,
        role=one.role,
        table=table.many if table else one.resource,
        record=records[one.resource, one.row_id],
        columns=labels(table, one.columns),
        reason=one.reason,
        opened_at=one.opened_at,
        until=one.until,
        ended_at=row.over_at if row.is_over else None,
        ended=ENDINGS[_how(one, row)],
    )


def _how(one: GlassOpening, row: Row[Any]) -> str:
    if one.until == one.opened_at:
        return ONCE
    if not row.is_over:
        return OPEN
    if row.over_at == row.changed_at:
        return NEW_ROLE
    return one.ended_how if row.over_at == one.ended_at else ITS_TIME
