"""A row claims its file in the transaction that writes the row. It can never claim another row's file.
It listens to the session instead of being called, so no way of writing a row can bypass it.
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
    """The file belongs to another row or was purged. Roll back and ask for the file again."""

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
            # Another application stores its own names in these columns. Only our keys are our files.
            if added and isinstance(added[0], str) and KEY.fullmatch(added[0]):
                _claim_one(session, row, name, added[0])


def _claim_one(session: Session, row: Any, name: str, key: str) -> None:
    taken: Any = session.execute(
        update(StoredFile)
        .where(
            StoredFile.key == key,
            StoredFile.resource == row.__tablename__,
            StoredFile.column_name == name,
            # Its own row may claim it again: undoing a change brings back a replaced file.
            or_(StoredFile.row_id.is_(None), StoredFile.row_id == row.id),
        )
        .values(row_id=row.id, claimed_at=func.coalesce(StoredFile.claimed_at, UTC_NOW)),
        execution_options={"synchronize_session": False},
    )
    if taken.rowcount != 1:
        raise FileGoneError(name)
