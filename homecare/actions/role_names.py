"""What names a role goes with it, wherever it is kept: forms of its own, drafts, shared views, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import any_, func, insert, select, update
from sqlalchemy.orm import Session

from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED, UNSCOPED_WRITE
from homecare.actions import table_settings
from homecare.models import RoleRename, SavedView, SettingsDraft, SettingsVersion, SignedIn, Staff, Tariff
from homecare.models.folding import plain_word
from homecare.web import urls

STAFF_LIST = urls.list_of(Staff.__tablename__)
# List conditions whose values are role names.
SAYING_ROLES = ("role__eq", "role__ne", "role__in")
Document = Mapping[str, Any]


def follow(session: Session, old: str, new: str | None, staff_id: int | None) -> None:
    """From now on role `old` is called `new`, or is gone with everything of its own. In the caller's transaction."""
    if new is not None:
        names = {"old_name": old, "new_name": new}
        session.execute(insert(RoleRename).values(names), execution_options=UNSCOPED_WRITE)
    if new is not None:
        priced = update(Tariff).where(plain_word(Tariff.role) == folded(old)).values(role=new)
        session.execute(priced, execution_options=UNSCOPED_WRITE)
    _follow_views(session, old, new)
    looking = update(SignedIn).where(plain_word(SignedIn.view_as_role) == folded(old)).values(view_as_role=new)
    session.execute(looking, execution_options=UNSCOPED_WRITE)
    _follow_settings(session, old, new, staff_id)


def in_document(document: Document, old: str, new: str | None) -> dict[str, Any]:
    """The settings of the tables with the role renamed, or removed if `new` is None."""
    found = {}
    for table, settings in document.items():
        now = {key: value for key, value in settings.items() if key != "forms"}
        if forms := dict(_forms(settings.get("forms", {}), folded(old), folded(new))):
            now["forms"] = forms
        if new is not None and table == Staff.__tablename__ and "conditions" in now:
            now["conditions"] = [list(pair) for pair in _said(now["conditions"], old, new)]
        if now:
            found[table] = now
    return found


def _forms(forms: Document, old: str, new: str) -> Iterator[tuple[str, Any]]:
    for role, form in forms.items():
        if role != old:
            yield role, form
        elif new:
            yield new, form


def as_now(session: Session, document: Document, since: datetime) -> dict[str, Any]:
    """A document saved at `since`, with the role names of today."""
    renames = select(RoleRename.old_name, RoleRename.new_name).where(RoleRename.renamed_at > since)
    for rename in session.execute(renames.order_by(RoleRename.id), execution_options=UNSCOPED).all():
        document = in_document(document, rename.old_name, rename.new_name)
    return dict(document)


def of_known(document: Document, roles: Iterable[str]) -> dict[str, Any]:
    """The document without forms of deleted roles. `roles` are folded names."""
    known = {"", *roles}
    named = {role for settings in document.values() for role in settings.get("forms", {})}
    for role in named - known:
        document = in_document(document, role, None)
    return dict(document)


def _said(pairs: Iterable[Any], old: str, new: str) -> list[tuple[str, str]]:
    found = []
    for key, value in pairs:
        words = value.split(",") if key in SAYING_ROLES else []
        found.append((key, ",".join(new if word == old else word for word in words) if words else value))
    return found


def _follow_views(session: Session, old: str, new: str | None) -> None:
    roles = func.array_remove(SavedView.roles, old) if new is None else func.array_replace(SavedView.roles, old, new)
    shared = update(SavedView).where(any_(SavedView.roles) == old).values(roles=roles)
    session.execute(shared, execution_options=UNSCOPED_WRITE)
    if new is None:
        return
    saying = select(SavedView.id, SavedView.query).where(
        SavedView.path == STAFF_LIST, SavedView.query.contains("role__")
    )
    for view in session.execute(saying, execution_options=UNSCOPED).all():
        query = urlencode(_said(parse_qsl(view.query, keep_blank_values=True), old, new))
        changed = update(SavedView).where(SavedView.id == view.id).values(query=query)
        session.execute(changed, execution_options=UNSCOPED_WRITE)


def name_now(session: Session, role: str | None, since: datetime) -> str | None:
    """What a role of that moment is called today."""
    renames = select(RoleRename.old_name, RoleRename.new_name).where(RoleRename.renamed_at > since)
    for rename in session.execute(renames.order_by(RoleRename.id), execution_options=UNSCOPED).all():
        if folded(role) == folded(rename.old_name):
            role = rename.new_name
    return role


def _follow_settings(session: Session, old: str, new: str | None, staff_id: int | None) -> None:
    """Saves the renamed settings as a version of their own. Drafts based on the old version move to the new one."""
    current, document = table_settings.lock_newest(session)
    changed = in_document(document, old, new)
    number = current
    if changed != document:
        number = current + 1
        note = f"{old} is deleted" if new is None else f"{old} is now {new}"
        values = {"version": number, "saved_by": staff_id, "note": note, "document": changed}
        session.execute(insert(SettingsVersion).values(values), execution_options=UNSCOPED_WRITE)
    drafts = select(SettingsDraft.staff_id, SettingsDraft.document, SettingsDraft.based_on)
    for draft in session.execute(drafts, execution_options=UNSCOPED).all():
        based_on = number if draft.based_on == current else draft.based_on
        values = {"document": in_document(draft.document, old, new), "based_on": based_on}
        mine = update(SettingsDraft).where(SettingsDraft.staff_id == draft.staff_id).values(values)
        session.execute(mine, execution_options=UNSCOPED_WRITE)
