"""A row takes its file in the transaction that writes the row: rolled back together, and never another row's file.

It listens to the session instead of being called, so that no way of writing a row goes round it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, inspect, or_, update
from sqlalchemy.orm import Session, UOWTransaction

from homecare.db import listen_to_sessions
from homecare.files.store import KEY
from homecare.models import StoredFile
from homecare.models.columns import UTC_NOW, Kind


class FileGoneError(Exception):
    """The file is another row's, or was purged; roll back and ask for it again."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def file_columns(model: type[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns if column.info.get("kind") is Kind.FILE)


def listen() -> None:
    """From here on a row takes its files as it is written; create_app calls it."""
    listen_to_sessions("after_flush", _claim)


def _claim(session: Session, _context: UOWTransaction) -> None:
    for row in [*session.new, *session.dirty]:
        for name in file_columns(type(row)):
            added = inspect(row).attrs[name].history.added
            # Another application keeps names of its own there; only our keys are files of ours.
            if added and isinstance(added[0], str) and KEY.fullmatch(added[0]):
                _claim_one(session, row, name, added[0])


def _claim_one(session: Session, row: Any, name: str, key: str) -> None:
    taken: Any = session.execute(
        update(StoredFile)
        .where(
            StoredFile.key == key,
            StoredFile.resource == row.__tablename__,
            StoredFile.column_name == name,
            # Its own row may take it again: undoing a change brings a replaced file back.
            or_(StoredFile.row_id.is_(None), StoredFile.row_id == row.id),
        )
        .values(row_id=row.id, claimed_at=func.coalesce(StoredFile.claimed_at, UTC_NOW)),
        execution_options={"synchronize_session": False},
    )
    if taken.rowcount != 1:
        raise FileGoneError(name)
