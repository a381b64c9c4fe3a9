"""Who may give back what was there: the one rule of undoing and of restoring, by the rights of today.

Nobody gets back a value that they may not set, a link to what they may not look up, or a row that is not theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.reserved import SAID_BY, reserved
from homecare.access.table_access import UNWRITABLE
from homecare.actions.assigning.rights import NotAllowedError
from homecare.models import Staff
from homecare.queries.nets import Net
from homecare.records.lookup import settable
from homecare.records.seen import Seen
from homecare.tables.status_times import TIMES_OF_STATUSES
from homecare.tables.table import shown_table


def need_rights(by: Acting, resource: str, action: Action, nets: Iterable[Net]) -> None:
    """Of what a change did to rows of a table, each in the same way: whether the person may do `action` to the table,
    and set every column that is given back. Raises NotAllowedError.
    """
    table = shown_table(resource)
    if not by.may(resource, action):
        raise NotAllowedError(resource, action, f"{action} {table.many.lower()}")
    # A role with every permission brings back what it may read for a reason alone: nothing of it is shown.
    if action is Action.CREATE and by.role is not None and by.role.everything:
        return
    shut = shut_columns(by, resource, action, {name for net in nets for name in _given_back(net)})
    if shut:
        raise NotAllowedError(resource, Action.EDIT, f"set {min(shut)} of {table.many.lower()}")


def shut_columns(by: Acting, resource: str, action: Action, names: Collection[str]) -> set[str]:
    """Of the columns to be given back those that keep the person from it. With `Action.CREATE` they are those that a
    whole row holds something in."""
    seen, creating = Seen.of(by, shown_table(resource)), action is Action.CREATE
    wanted = {name for name in names if not creating or not _comes_by_itself(resource, name)}
    may = settable(seen)
    shut = {name for name in wanted if name not in may or not seen.access.sets(name, creating=creating)}
    for pair in ({rule.status_column, rule.column} for rule in TIMES_OF_STATUSES.get(resource, ())):
        # A status and its time go together: one that may be set takes the other along.
        if pair <= wanted and pair - shut:
            shut -= pair
    return shut


def _given_back(net: Net) -> Iterable[str]:
    if net.new is not None:
        return net.changed
    return [name for name, value in (net.old or {}).items() if value is not None]


def _comes_by_itself(resource: str, name: str) -> bool:
    """What the program fills comes back with the row; who may sign in as what does not come back by itself."""
    filled = (resource, name) in reserved() or (resource, name) in SAID_BY
    return name in UNWRITABLE or (filled and resource != Staff.__tablename__)
