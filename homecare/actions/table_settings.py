"""Drafts of the tables' settings, publishing one as a version, and going back to an earlier version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED, UNSCOPED_WRITE
from homecare.access.stored.versions import saved_by
from homecare.actions.transaction import retried, transaction
from homecare.models import SettingsDraft, SettingsVersion

_LOCK = text("SELECT pg_advisory_xact_lock(7220002)")
_NOW = func.timezone("utc", func.clock_timestamp())


class StaleSettingsError(Exception):
    """Somebody published after the draft was started."""


@dataclass(frozen=True)
class Draft:
    document: dict[str, Any]
    based_on: int
    previewing: bool


@dataclass(frozen=True)
class Published:
    version: int
    saved_at: datetime
    saved_by: str | None
    note: str
    document: dict[str, Any]


def draft_of(session: Session, staff_id: int) -> Draft | None:
    columns = (SettingsDraft.document, SettingsDraft.based_on, SettingsDraft.previewing)
    row = session.execute(
        select(*columns).where(SettingsDraft.staff_id == staff_id), execution_options=UNSCOPED
    ).first()
    return None if row is None else Draft(row.document, row.based_on, row.previewing)


def newest(session: Session) -> int:
    return session.execute(select(func.max(SettingsVersion.version)), execution_options=UNSCOPED).scalar() or 0


def lock_newest(session: Session) -> tuple[int, dict[str, Any]]:
    """The newest version and its document. Nobody else can publish until the transaction ends."""
    session.execute(_LOCK, execution_options=UNSCOPED)
    current = newest(session)
    found = select(SettingsVersion.document).where(SettingsVersion.version == current)
    return current, session.execute(found, execution_options=UNSCOPED).scalar() or {}


def versions(session: Session, most: int = 100) -> list[Published]:
    saved = SettingsVersion
    columns = (saved.version, saved.saved_at, saved.saved_by_name, saved.note, saved.document)
    newest_first = select(*columns).order_by(saved.version.desc()).limit(most)
    rows = session.execute(newest_first, execution_options=UNSCOPED).all()
    return [Published(row.version, row.saved_at, row.saved_by_name or None, row.note, row.document) for row in rows]


@retried
def save_draft(*, session: Session, document: Mapping[str, Any], based_on: int, by: Acting) -> None:
    """Replaces the editor's own draft. Whether it is being previewed does not change."""
    values = {"document": dict(document), "based_on": based_on, "changed_at": _NOW}
    statement = (
        upsert(cast(Table, SettingsDraft.__table__))
        .values(staff_id=by.person.staff_id, **values)
        .on_conflict_do_update(index_elements=["staff_id"], set_=values)
    )
    with transaction(session, by=by):
        session.execute(statement, execution_options=UNSCOPED_WRITE)


@retried
def try_draft(*, session: Session, previewing: bool, by: Acting) -> None:
    changed = update(SettingsDraft).where(SettingsDraft.staff_id == by.person.staff_id)
    with transaction(session, by=by):
        session.execute(changed.values(previewing=previewing), execution_options=UNSCOPED_WRITE)


@retried
def discard_draft(*, session: Session, by: Acting) -> None:
    with transaction(session, by=by):
        _drop_draft(session, by)


def _drop_draft(session: Session, by: Acting) -> None:
    mine = delete(SettingsDraft).where(SettingsDraft.staff_id == by.person.staff_id)
    session.execute(mine, execution_options=UNSCOPED_WRITE)


@retried
def publish(*, session: Session, document: Mapping[str, Any], based_on: int, note: str, by: Acting) -> int:
    """Publishes the document as the next version. It applies from everybody's next request, and the draft ends.
    Raises StaleSettingsError if another version was published after `based_on`; then the draft stays.
    """
    with transaction(session, by=by):
        session.execute(_LOCK, execution_options=UNSCOPED)
        current = newest(session)
        if current != based_on:
            raise StaleSettingsError
        values = {"version": current + 1, "note": note, "document": dict(document)} | saved_by(by.accountable)
        session.execute(insert(SettingsVersion).values(values), execution_options=UNSCOPED_WRITE)
        _drop_draft(session, by)
        return current + 1
