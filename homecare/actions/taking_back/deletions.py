"""Bringing a deleted row back with its id, and with it what its deletion took along or left without a link.

Who may look at deleted rows may bring back what they may give back (`giving_back`), as undoing a deletion asks. What
comes along with the row needs no right of its own: it goes and comes with it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ForeignKey, FromClause, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.change_sets import Doing
from homecare.access.policy import Action, Scope
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning.reach import own_rows
from homecare.actions.refusals import refusal
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import giving_back, restoring
from homecare.actions.transaction import retried, transaction
from homecare.models import Change, business_models, qualified, trailed_models
from homecare.queries.nets import Net
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

Key = tuple[str, int]


class NotDeletedError(Exception):
    """The change removed no row of this table, or the row is there again."""


class NeededError(Exception):
    """A row that it belongs to is gone."""

    def __init__(self, resource: str, row_id: int) -> None:
        super().__init__(f"{resource} {row_id}")
        self.resource = resource
        self.row_id = row_id


@dataclass(frozen=True)
class Restored:
    """`along` counts the other rows that came back, by table."""

    row_id: int
    along: dict[str, int]


def may_see(seen: Seen) -> bool:
    """Whether the person may look at deleted rows: who sees all rows, and deletes or edits all. A row that is gone is
    nobody's own, so a role with own rows sees none."""
    return _all_rows(seen, Action.VIEW) and (_all_rows(seen, Action.DELETE) or _all_rows(seen, Action.EDIT))


def may_restore(session: Session, seen: Seen, change_ids: Collection[int]) -> set[int]:
    """Of changes that removed rows those that the person may bring back; the own scope is asked when they do it. One
    statement, of names of columns."""
    if not (may_see(seen) and seen.may(Action.CREATE)):
        return set()
    if seen.access.role.everything:
        return set(change_ids)
    held = select(Change.id, func.jsonb_object_keys(func.jsonb_strip_nulls(Change.old)).label("name"))
    filled: dict[int, set[str]] = {}
    for change_id, name in session.execute(held.where(Change.id.in_(change_ids)), execution_options=UNSCOPED):
        filled.setdefault(change_id, set()).add(name)
    shut = giving_back.shut_columns
    return {one for one, names in filled.items() if not shut(seen.by, seen.name, Action.CREATE, names)}


def _all_rows(seen: Seen, action: Action) -> bool:
    verdict = seen.access.verdicts[action]
    return verdict.allowed and verdict.scope is Scope.ALL


@retried
def restore(*, session: Session, seen: Seen, change_id: int) -> Restored:
    """Brings back the row that this change removed, and what went with it, all or nothing. The caller must have asked
    `may_see`. Raises NotDeletedError, NotAllowedError, NeededError, RuleError.
    """
    table = seen.table.name
    with transaction(session, by=seen.by, doing=Doing("restore", f"change {change_id}", table)):
        removed = _removal(session, table, change_id)
        key = (table, removed.row_id)
        nets = _of_transaction(session, removed)
        gone = _went_along(key, [net for net in nets if net.new is None])
        mine = [net for net in gone.values() if net.resource == table]
        giving_back.need_rights(seen.by, table, Action.CREATE, mine)
        with own_rows(session, seen.by, {(table, Action.CREATE)}):
            restoring.restore(session, _with_parents(session, gone), table, seen.by)
        _link_again(session, gone, [net for net in nets if net.new is not None])
    counts: dict[str, int] = {}
    for resource in (name for name, _ in gone.keys() - {key} if name in business_models()):
        counts[resource] = counts.get(resource, 0) + 1
    return Restored(removed.row_id, dict(sorted(counts.items())))


def _removal(session: Session, table: str, change_id: int) -> Change:
    """The change, if it is the last of its row. A second restoring at once is refused by the row's key."""
    asked = select(Change).where(Change.id == change_id, Change.resource == table, Change.kind == "removed")
    found = session.scalar(asked, execution_options=UNSCOPED)
    if found is None:
        raise NotDeletedError
    later = select(Change.id).where(Change.resource == table, Change.row_id == found.row_id, Change.id > change_id)
    if session.scalar(later.limit(1), execution_options=UNSCOPED) is not None:
        raise NotDeletedError
    return found


def _of_transaction(session: Session, removed: Change) -> list[Net]:
    """What happened to each row in the transaction that removed it. One statement, one line an entry."""
    entries = (
        select(Change.resource, Change.row_id, Change.old, Change.new)
        .where(Change.transaction_id == removed.transaction_id, Change.made_at == removed.made_at)
        .order_by(Change.id)
    )
    if removed.change_set is not None:
        entries = entries.where(Change.change_set == removed.change_set)
    found: dict[Key, Net] = {}
    for resource, row_id, old, new in session.execute(entries, execution_options=UNSCOPED):
        before = found.get((resource, row_id))
        found[resource, row_id] = Net(resource, row_id, before.old if before else old, new)
    return [net for net in found.values() if net.old is not None]


def _went_along(key: Key, removed: Sequence[Net]) -> dict[Key, Net]:
    """The row and all that hung on it, and on that, where deleting the parent deletes the row."""
    known = {(net.resource, net.row_id): net for net in removed}
    found = {key: known.pop(key)}
    while hanging := {
        one: net
        for one, net in known.items()
        if any(fk.ondelete == "CASCADE" and _parent(fk, net.old) in found for fk in _links(net.resource))
    }:
        found |= hanging
        for one in hanging:
            del known[one]
    return found


def _links(resource: str) -> list[ForeignKey]:
    model = trailed_models().get(resource)
    return sorted(model.__table__.foreign_keys, key=lambda fk: fk.parent.name) if model else []


def _parent(fk: ForeignKey, row: Mapping[str, Any] | None) -> Key | None:
    value = (row or {}).get(fk.parent.name)
    return None if value is None else (fk.column.table.name, value)


def _with_parents(session: Session, gone: Mapping[Key, Net]) -> list[Net]:
    """The rows, without the links that a parent's deletion would have emptied meanwhile. Raises NeededError for a
    parent without which there can be no row. One statement for each table of parents.
    """
    wanted: dict[str, tuple[FromClause, set[int]]] = {}
    for net in gone.values():
        for fk in _links(net.resource):
            if (parent := _parent(fk, net.old)) and parent not in gone:
                wanted.setdefault(parent[0], (fk.column.table, set()))[1].add(parent[1])
    there = {(name, row_id) for name, asked in sorted(wanted.items()) for row_id in _existing(session, *asked)}
    found = []
    for net in gone.values():
        row = dict(net.old or {})
        for fk in _links(net.resource):
            parent = _parent(fk, row)
            if parent is None or parent in gone or parent in there:
                continue
            if fk.ondelete != "SET NULL":
                raise NeededError(*parent)
            row[fk.parent.name] = None
        found.append(replace(net, old=row))
    return found


def _existing(session: Session, table: FromClause, ids: set[int]) -> Sequence[int]:
    return session.scalars(select(table.c.id).where(table.c.id.in_(ids)), execution_options=UNSCOPED).all()


def _link_again(session: Session, gone: Mapping[Key, Net], changed: Sequence[Net]) -> None:
    """The rows that stayed without their link get it back where it is still empty."""
    emptied: dict[tuple[str, str], dict[int, int]] = {}
    for net in changed:
        for fk in _links(net.resource):
            parent = _parent(fk, net.old)
            if parent in gone and parent and (net.new or {}).get(fk.parent.name) is None:
                emptied.setdefault((net.resource, fk.parent.name), {})[net.row_id] = parent[1]
    for (resource, name), keys in sorted(emptied.items()):
        # Names of the models' tables and columns.
        statement = text(
            f"UPDATE {qualified(trailed_models()[resource])} t SET {name} = given.value::bigint "  # noqa: S608
            f"FROM jsonb_each_text(CAST(:keys AS jsonb)) given WHERE t.id = given.key::bigint AND t.{name} IS NULL"
        )
        try:
            session.execute(statement, {"keys": json.dumps(keys)}, execution_options=UNSCOPED)
        except DBAPIError as error:
            raise refusal(error, trailed_models()[resource]) or error from error


def said(error: RuleError, seen: Seen) -> str:
    """Why the database did not take the row back, without naming a column the person does not see."""
    field = seen.table.fields.get(error.field)
    if field is None or not seen.access.sees(field.name):
        return "Something of it is taken by another record or gone by now, so nothing was restored."
    return f"{field.label}: {error.message[0].lower()}{error.message[1:]} Nothing was restored."


def name_of(error: NeededError) -> str:
    return f"{shown_table(error.resource).one} #{error.row_id}"
