"""The history of the stored policy, and replacing one policy by another: only changed rows are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from homecare.access.person import Person
from homecare.access.policy import Policy, folded
from homecare.access.row_scope import UNSCOPED, UNSCOPED_WRITE
from homecare.access.stored.document import Document, from_policy, to_policy
from homecare.access.stored.grants import completed, field_row, grant_row, load, role_row
from homecare.access.stored.grants import stored_policy as stored_policy
from homecare.models import PolicyState, PolicyVersion, StoredFieldRule, StoredGrant, StoredRole

OUTSIDE = "Changed outside the roles page"


@dataclass(frozen=True)
class Saved:
    """One version of the history. `saved_by` is None if no person saved it."""

    version: int
    saved_at: datetime
    saved_by: str | None
    note: str


@dataclass(frozen=True)
class Locked:
    """The stored policy while nobody else changes it: `rows` is what its rows say, `policy` every rule as it can hold.

    It is read once and handed down: what a change makes of it is known without asking again.
    """

    rows: Policy
    policy: Policy

    def renamed(self, key: str, name: str) -> Locked:
        rows = renamed(self.rows, key, name)
        return Locked(rows, completed(rows))


def lock_version(session: Session) -> int:
    """The version of the stored rows, which are locked until this transaction ends."""
    locked = select(PolicyState.version).with_for_update()
    return session.execute(locked, execution_options=UNSCOPED).scalar_one()


def load_locked(session: Session) -> Locked:
    """The rows behind the lock of `lock_version`. One statement."""
    rows = load(session)
    return Locked(rows, completed(rows))


def renamed(policy: Policy, key: str, name: str) -> Policy:
    """The policy with the role of the folded name `key` called `name`, and its cells with it."""

    def call(entries: Iterable[Any]) -> list[Any]:
        return [replace(each, role=name) if folded(each.role) == key else each for each in entries]

    roles = [replace(role, name=name) if known == key else role for known, role in policy.roles.items()]
    return Policy(policy.version, roles, call(policy.grants.values()), call(policy.fields.values()))


def write(session: Session, old: Policy, new: Policy) -> None:
    """Makes the stored rows, now `old`, match `new`. Roles are deleted and written first: other rows reference them."""
    for key, role in new.roles.items():
        if key in old.roles and old.roles[key].name != role.name:
            rename(session, old.roles[key].name, role.name)
            old = renamed(old, key, role.name)
    gone = [old.roles[key].name for key in old.roles.keys() - new.roles.keys()]
    if gone:
        session.execute(delete(StoredRole).where(StoredRole.name.in_(gone)), execution_options=UNSCOPED_WRITE)
    rows = [role_row(number, role) for number, role in enumerate(new.roles.values())]
    _upsert(session, StoredRole, rows, ("name",))
    keys = ("role", "resource", "action")
    _replace(session, StoredGrant, map(grant_row, old.grants.values()), map(grant_row, new.grants.values()), keys)
    keys = ("role", "resource", "column_name")
    _replace(session, StoredFieldRule, map(field_row, old.fields.values()), map(field_row, new.fields.values()), keys)


def rename(session: Session, old: str, new: str) -> None:
    """Grants and field rules follow by foreign key. Staff rows do not change: that table is not ours."""
    session.execute(update(StoredRole).where(StoredRole.name == old).values(name=new), execution_options=UNSCOPED_WRITE)


def _replace(
    session: Session, model: Any, old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]], keys: tuple[str, ...]
) -> None:
    before = {tuple(row[key] for key in keys): row for row in old}
    after = {tuple(row[key] for key in keys): row for row in new}
    gone = list(before.keys() - after.keys())
    if gone:
        key = tuple_(*(getattr(model, name) for name in keys))
        session.execute(delete(model).where(key.in_(gone)), execution_options=UNSCOPED_WRITE)
    _upsert(session, model, [row for key, row in after.items() if before.get(key) != row], keys)


def _upsert(session: Session, model: Any, rows: list[dict[str, Any]], keys: tuple[str, ...]) -> None:
    if not rows:
        return
    statement = upsert(cast(Table, model.__table__)).values(rows)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    session.execute(statement, execution_options=UNSCOPED_WRITE)


def note_outside_change(session: Session, current: Policy) -> None:
    """Saves what was changed outside the roles page as a version of its own, before the next version."""
    newest = session.execute(
        select(PolicyVersion.version, PolicyVersion.document).order_by(PolicyVersion.version.desc()).limit(1),
        execution_options=UNSCOPED,
    ).first()
    document = from_policy(current)
    if newest is None:
        add(session, document, by=None, note="As installed")
    elif newest.document != document:
        add(session, document, by=None, note=OUTSIDE)


def add(session: Session, document: Document, *, by: Person | None, note: str) -> int:
    """The number of the new version. The caller must hold the lock of `lock_version`."""
    newest = session.execute(select(func.max(PolicyVersion.version)), execution_options=UNSCOPED).scalar() or 0
    values = {"version": newest + 1, "note": note, "document": document} | (saved_by(by) if by else {})
    session.execute(insert(PolicyVersion).values(values), execution_options=UNSCOPED_WRITE)
    return newest + 1


def saved_by(person: Person) -> dict[str, int | str]:
    """The version columns that say who saved it."""
    whom = person.by_whom
    return {"saved_by": whom["staff_id"], "saved_by_name": whom["staff_name"], "saved_by_email": whom["staff_email"]}


def history(session: Session, most: int = 200) -> list[Saved]:
    """Newest first. One statement."""
    columns = (PolicyVersion.version, PolicyVersion.saved_at, PolicyVersion.saved_by_name, PolicyVersion.note)
    newest = select(*columns).order_by(PolicyVersion.version.desc()).limit(most)
    rows = session.execute(newest, execution_options=UNSCOPED).all()
    return [Saved(row.version, row.saved_at, row.saved_by_name or None, row.note) for row in rows]


def version_policy(session: Session, version: int) -> Policy | None:
    """The policy of that version, without dropped tables and columns. None if there is no such version."""
    found = session.execute(
        select(PolicyVersion.document).where(PolicyVersion.version == version), execution_options=UNSCOPED
    ).scalar()
    return None if found is None else to_policy(found, version, strict=False)
