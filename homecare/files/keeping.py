"""The record of each file: unclaimed at upload, claimed when a row is saved with it, purged otherwise.
A file that was replaced or removed, or whose row was deleted, stays: the trail names it, and undo shows it again. Only
files that no row ever claimed are purged, a day after upload.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, func, insert, select, text
from sqlalchemy.orm import Session

from homecare.access.person import Person
from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.clock import now_utc
from homecare.config import Config
from homecare.files import store
from homecare.files.cleaning import BusyError, CleanFile
from homecare.models import RefusedUpload, StoredFile

DAY = timedelta(days=1)
UNCLAIMED_FOR = DAY
PURGED_AT_ONCE = 200
# Even a tiny file takes a disk block and a directory entry.
LEAST_COUNTED_BYTES = 4096
MEGABYTE = 1_000_000
# Database locks, valid across all workers and released with the connection: one for counting, one per reading person.
COUNTING_LOCK = 7_220_006
READING_LOCK = 7_220_007
STILL_READING = "Another file of yours is being read. Nothing you typed is lost: choose this one again in a moment."


class QuotaError(Exception):
    """The person, or everybody together, has used up the quota. The message is a sentence."""


@dataclass(frozen=True)
class Kept:
    """A stored file as screens describe it."""

    key: str
    original_name: str
    media_type: str


@contextmanager
def one_at_a_time(engine: Engine, staff_id: int) -> Iterator[None]:
    """Lets a person have only one file read at a time, across all workers. Raises BusyError at once."""
    with engine.connect() as connection:
        alone = text("SELECT pg_try_advisory_xact_lock(:lock, :staff_id)")
        if not connection.scalar(alone, {"lock": READING_LOCK, "staff_id": staff_id}):
            raise BusyError(STILL_READING)
        yield


def check_day(engine: Engine, config: Config, staff_id: int) -> None:
    """Checks the daily quota before reading a file, which costs more than storing it. Raises QuotaError."""
    with engine.connect() as connection:
        if _spent_today(connection, staff_id) >= config.files_daily_mb * MEGABYTE:
            raise QuotaError(_day_is_full(config))


def note_refused(engine: Engine, size: int, staff_id: int) -> None:
    """Counts a refused upload towards the quota as if it were stored."""
    with engine.begin() as connection:
        connection.execute(insert(RefusedUpload).values(staff_id=staff_id, bytes=max(size, LEAST_COUNTED_BYTES)))


def keep(engine: Engine, config: Config, file: CleanFile, *, resource: str, column: str, by: Person) -> Kept:
    """Stores the bytes in a transaction of its own, bound to the uploader and to the column they are for.
    The record is written first and deleted if writing fails: bytes without a record would never be purged.
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
    # Count one upload after the other. Otherwise many at once would each find room for themselves.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": COUNTING_LOCK})
    if _spent_today(connection, staff_id) + size > config.files_daily_mb * MEGABYTE:
        raise QuotaError(_day_is_full(config))
    if _sum(connection, select(func.sum(_COUNTED))) + size > config.files_total_mb * MEGABYTE:
        raise QuotaError("The file store is full. Ask IT to make room; nothing else is affected.")


def _day_is_full(config: Config) -> str:
    return f"You have uploaded {config.files_daily_mb} MB within a day. Continue tomorrow, or ask IT."


_COUNTED = func.greatest(StoredFile.bytes, LEAST_COUNTED_BYTES)


def _spent_today(connection: Connection, staff_id: int) -> int:
    """In bytes: this person's stored and refused uploads within a day."""
    since = now_utc() - DAY
    kept = select(func.sum(_COUNTED)).where(StoredFile.staff_id == staff_id, StoredFile.created_at >= since)
    refused = select(func.sum(RefusedUpload.bytes)).where(
        RefusedUpload.staff_id == staff_id, RefusedUpload.refused_at >= since
    )
    return _sum(connection, kept) + _sum(connection, refused)


def _sum(connection: Connection, statement: Select[Any]) -> int:
    return int(connection.scalar(statement) or 0)


def find_mine(session: Session, key: str, *, resource: str, column: str, staff_id: int) -> Kept | None:
    """A file that this person uploaded for this column, whether or not a row has claimed it."""
    return _one(
        session,
        StoredFile.key == key,
        StoredFile.resource == resource,
        StoredFile.column_name == column,
        StoredFile.staff_id == staff_id,
    )


def find_of_row(session: Session, key: str, *, resource: str, column: str, row_id: int) -> Kept | None:
    """The file that this row claimed. A key copied by hand into another row finds nothing."""
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


def purge(session: Session, folder: Path) -> int:
    """Removes some files that no row claimed within a day, in the caller's transaction. Returns how many. Quick.
    The rows stay locked until the bytes are gone, so a form saved meanwhile is told to choose its file again.
    """
    due = (
        select(StoredFile.key)
        .where(StoredFile.claimed_at.is_(None), StoredFile.created_at < now_utc() - UNCLAIMED_FOR)
        .limit(PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    gone = delete(StoredFile).where(StoredFile.key.in_(due)).returning(StoredFile.key)
    keys = session.scalars(gone, execution_options=UNSCOPED_WRITE).all()
    for key in keys:
        store.remove(folder, key)
    return len(keys)
