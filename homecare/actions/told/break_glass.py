"""Opens columns of one record to one person for a while, and ends that. Whoever answers for the record is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions.rules import RuleError
from homecare.actions.told.notify import tell
from homecare.actions.transaction import retried, transaction
from homecare.models import GlassOpening
from homecare.queries.answering import answering_for
from homecare.queries.notices import BREAK_GLASS
from homecare.records.glass import behind_glass
from homecare.records.seen import Seen

BY_HAND = "by hand"
_NOW = func.timezone("utc", func.now())


@retried
def open_glass(
    *, session: Session, seen: Seen, row_id: int, columns: Sequence[str], reason: str, session_hash: bytes, read_id: int
) -> datetime:
    """Until when they are open. The caller has logged the reason, as `read_id`. Raises RuleError for a column that a
    reason does not open to this person.
    """
    if not columns or set(columns) - set(behind_glass(seen)):
        raise RuleError("column", "A reason opens only what is behind break-glass for your own role.")
    minutes = seen.by.role.glass_minutes if seen.by.role else 0
    opening = insert(GlassOpening).values(
        role=seen.by.person.role,
        session_hash=session_hash,
        resource=seen.table.name,
        row_id=row_id,
        columns=list(columns),
        reason=reason,
        until=_NOW + func.make_interval(0, 0, 0, 0, 0, minutes),
        **seen.by.person.by_whom,
    )
    with transaction(session, by=seen.by):
        until: datetime = session.execute(
            opening.returning(GlassOpening.until), execution_options=UNSCOPED_WRITE
        ).scalar_one()
        tell(
            session=session,
            staff_ids=answering_for(session, seen.table.name, row_id, seen.by),
            kind=BREAK_GLASS,
            resource=seen.table.name,
            row_id=row_id,
            about=seen.by.person.staff_id,
            parts={"columns": list(columns), "until": until.isoformat() if minutes else ""},
            read_id=read_id,
        )
    return until


@retried
def end_glass(*, session: Session, seen: Seen, row_id: int) -> None:
    """Ends what this person has open of the record, in every session."""
    mine = (
        GlassOpening.staff_id == seen.by.person.staff_id,
        GlassOpening.resource == seen.table.name,
        GlassOpening.row_id == row_id,
        GlassOpening.ended_at.is_(None),
        GlassOpening.until > _NOW,
    )
    with transaction(session, by=seen.by):
        session.execute(
            update(GlassOpening).where(*mine).values(ended_at=_NOW, ended_how=BY_HAND),
            execution_options=UNSCOPED_WRITE,
        )
