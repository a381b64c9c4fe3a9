"""What is known of each file: kept unclaimed at upload, claimed by the row that is saved with it, purged otherwise.

A file that was replaced or removed, or whose row was deleted, is kept: the trail names it, and a change that is undone
shows it again. Only files that no row ever took are purged, a day after they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, func, insert, select, text
from sqlalchemy.orm import Session

from homecare.access.person import Person
from homecare.clock import now_utc
from homecare.config import Config
from homecare.files import store
from homecare.files.cleaning import CleanFile
from homecare.models import StoredFile

UNCLAIMED_FOR = timedelta(days=1)
PURGED_AT_ONCE = 200
# However small, a file takes a block of the disk and a name in its folder.
LEAST_COUNTED_BYTES = 4096
MEGABYTE = 1_000_000


class QuotaError(Exception):
    """The person, or everybody together, has kept as much as is allowed; the message is a sentence."""


@dataclass(frozen=True)
class Kept:
    """A file of the store as screens speak of it."""

    key: str
    original_name: str
    media_type: str


def keep(engine: Engine, config: Config, file: CleanFile, *, resource: str, column: str, by: Person) -> Kept:
    """Stores the bytes, bound to who sent them and to the column they are for, in a transaction of its own.

    The name is noted first and taken back where writing fails: bytes without a note would never be purged.
    Raises QuotaError, StoreFullError.
    """
    store.check_room(config.files_dir, len(file.data), config.files_keep_free_mb * MEGABYTE)
    kept = Kept(store.new_key(), file.name, file.media_type)
    with engine.begin() as connection:
        _check_quota(connection, config, len(file.data), by.staff_id)
        connection.execute(
            insert(StoredFile).values(
                key=kept.key,
                resource=resource,
                column_name=column,
                original_name=file.name,
                media_type=file.media_type,
                bytes=len(file.data),
                sha256=file.sha256,
                **by.by_whom,
            )
        )
    try:
        store.write(config.files_dir, kept.key, file.data)
    except (store.StoreFullError, OSError):
        with engine.begin() as connection:
            connection.execute(delete(StoredFile).where(StoredFile.key == kept.key))
        raise
    return kept


def _check_quota(connection: Connection, config: Config, size: int, staff_id: int) -> None:
    # One upload is counted after the other, or many at once would each find room for itself.
    connection.execute(text("SELECT pg_advisory_xact_lock(7220006)"))
    counted = func.greatest(StoredFile.bytes, LEAST_COUNTED_BYTES)
    since = now_utc() - timedelta(days=1)
    mine_today = case((and_(StoredFile.created_at >= since, StoredFile.staff_id == staff_id), counted), else_=0)
    total, mine = connection.execute(
        select(func.coalesce(func.sum(counted), 0), func.coalesce(func.sum(mine_today), 0))
    ).one()
    if mine + size > config.files_daily_mb * MEGABYTE:
        raise QuotaError(f"You have uploaded {config.files_daily_mb} MB within a day. Go on tomorrow, or ask IT.")
    if total + size > config.files_total_mb * MEGABYTE:
        raise QuotaError("The store of files is full. Ask IT to make room; nothing else is affected.")


def find_mine(session: Session, key: str, *, resource: str, column: str, staff_id: int) -> Kept | None:
    """A file that this person uploaded for this column, whether or not a row has taken it."""
    return _one(
        session,
        StoredFile.key == key,
        StoredFile.resource == resource,
        StoredFile.column_name == column,
        StoredFile.staff_id == staff_id,
    )


def find_of_row(session: Session, key: str, *, resource: str, column: str, row_id: int) -> Kept | None:
    """The file that this row took. A key that was copied into another row by hand finds nothing."""
    return _one(
        session,
        StoredFile.key == key,
        StoredFile.resource == resource,
        StoredFile.column_name == column,
        StoredFile.row_id == row_id,
    )


def _one(session: Session, *conditions: ColumnElement[bool]) -> Kept | None:
    row = session.execute(
        select(StoredFile.key, StoredFile.original_name, StoredFile.media_type).where(*conditions)
    ).one_or_none()
    return None if row is None else Kept(*row)


def purge(engine: Engine, folder: Path) -> int:
    """Removes files that no row took within a day; returns how many. Quick when there are none.

    The rows stay locked until the bytes are gone, so that a form saved meanwhile is told to choose its file again.
    """
    due = (
        select(StoredFile.key)
        .where(StoredFile.claimed_at.is_(None), StoredFile.created_at < now_utc() - UNCLAIMED_FOR)
        .limit(PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with engine.begin() as connection:
        keys = connection.scalars(delete(StoredFile).where(StoredFile.key.in_(due)).returning(StoredFile.key)).all()
        for key in keys:
            store.remove(folder, key)
    return len(keys)
