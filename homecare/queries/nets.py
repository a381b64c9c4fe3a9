"""What a change set did to each row in all, and who touched a row since. Read from the trail; each says its cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from homecare.access.row_scope import UNSCOPED
from homecare.access.table_access import UNWRITABLE
from homecare.db import Base
from homecare.models import Change, ChangeSet, qualified

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Net:
    """One row before and after a change set, by column as JSON has it; None where it was not there."""

    resource: str
    row_id: int
    old: Row | None
    new: Row | None

    @property
    def changed(self) -> frozenset[str]:
        """The columns that differ, of a row that was there before and after."""
        if self.old is None or self.new is None:
            return frozenset()
        return frozenset(name for name in self.old if self.old[name] != self.new.get(name)) - {*UNWRITABLE}


@dataclass(frozen=True)
class Touched:
    """A row that is no longer as a change set left it: by whom (empty: another application) and when it was last."""

    resource: str
    row_id: int
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Live:
    """A row as it is now, locked."""

    row: Row
    version: str


def change_set(session: Session, token: str) -> ChangeSet | None:
    """By its id as a form carries it. One statement."""
    try:
        key = UUID(token)
    except ValueError:
        return None
    return session.scalar(select(ChangeSet).where(ChangeSet.id == key), execution_options=UNSCOPED)


def is_undone(session: Session, key: UUID) -> bool:
    undoing = select(ChangeSet.id).where(ChangeSet.undoes == key).limit(1)
    return session.scalar(undoing, execution_options=UNSCOPED) is not None


def in_one_go(session: Session, change_ids: Collection[int], staff_id: int) -> dict[int, tuple[UUID, str]]:
    """Of these changes those that the person made together with others of the same table and that are not taken back
    yet: the change set, and the table that it was about. One statement."""
    mine, other, undoing = aliased(Change), aliased(Change), aliased(ChangeSet)
    together = exists().where(
        other.change_set == mine.change_set,
        # The same moment, too: then one month is looked at.
        other.made_at == mine.made_at,
        other.resource == mine.resource,
        other.row_id != mine.row_id,
    )
    asked = (
        select(mine.id, ChangeSet.id, ChangeSet.resource)
        .join(ChangeSet, ChangeSet.id == mine.change_set)
        .where(mine.id.in_(change_ids), ChangeSet.staff_id == staff_id)
        .where(together, ~exists().where(undoing.undoes == ChangeSet.id))
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(asked, execution_options=UNSCOPED)}


def nets(session: Session, key: UUID) -> list[Net]:
    """What differs, in the order in which the rows came. One statement, one line an entry."""
    columns = (Change.resource, Change.row_id, Change.old, Change.new)
    entries = select(*columns).where(Change.change_set == key).order_by(Change.id)
    found: dict[tuple[str, int], Net] = {}
    for resource, row_id, old, new in session.execute(entries, execution_options=UNSCOPED):
        before = found.get((resource, row_id))
        found[resource, row_id] = Net(resource, row_id, before.old if before else old, new)
    return [net for net in found.values() if net.old is None or net.new is None or net.changed]


def live(session: Session, model: type[Base], ids: Collection[int]) -> dict[int, Live]:
    """The rows as they are now, locked in the order of their ids, whoever's they are. One statement."""
    asked = text(
        f"SELECT t.id, to_jsonb(t) AS row, t.xmin::text AS version FROM {qualified(model)} t "  # noqa: S608 - of a model
        "WHERE t.id = ANY(:ids) ORDER BY t.id FOR UPDATE"
    )
    found = session.execute(asked, {"ids": [*ids]}, execution_options=UNSCOPED)
    return {row.id: Live(row.row, row.version) for row in found}


def is_as_left(net: Net, now: Live | None) -> bool:
    """Whether the row is as the change set left it; when it was last written is no part of it."""
    if net.new is None or now is None:
        return net.new is None and now is None
    known = net.new.keys() & now.row.keys() - {*UNWRITABLE}
    return all(net.new[name] == now.row[name] for name in known)


def touched(session: Session, resource: str, ids: Collection[int]) -> list[Touched]:
    """Who wrote these rows last. One statement."""
    newest = (
        select(Change.row_id, Change.staff_name, Change.made_at)
        .where(Change.resource == resource, Change.row_id.in_(ids))
        .ext(distinct_on(Change.row_id))
        .order_by(Change.row_id, Change.id.desc())
    )
    found = {row.row_id: row for row in session.execute(newest, execution_options=UNSCOPED)}
    return [
        Touched(resource, row_id, found[row_id].staff_name, found[row_id].made_at)
        if row_id in found
        else Touched(resource, row_id, "", None)
        for row_id in sorted(ids)
    ]


def took_along(session: Session, key: UUID, known: Collection[Net]) -> list[tuple[str, int]]:
    """Rows that a change set of this transaction removed beside the known ones. One statement."""
    removed = select(Change.resource, Change.row_id).where(Change.change_set == key, Change.kind == "removed")
    mine = {(net.resource, net.row_id) for net in known}
    found = [(row.resource, row.row_id) for row in session.execute(removed, execution_options=UNSCOPED)]
    return [pair for pair in found if pair not in mine]
