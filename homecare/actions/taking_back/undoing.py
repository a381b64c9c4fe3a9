"""Taking back what was done in one go, days later too: whole, or in the rows that nobody touched since.

It is read from the trail and is a change set itself. Whoever takes back passes the doors of today: nobody gets back a
value that they may not set, or a row that is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import BOOKED, Doing
from homecare.access.policy import Action
from homecare.access.table_access import UNWRITABLE
from homecare.actions import many, pricing, role_names, rows
from homecare.actions.assigning.reach import own_rows
from homecare.actions.assigning.rights import NotAllowedError, need_planning
from homecare.actions.refusals import refusal
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import giving_back, restoring
from homecare.actions.transaction import retried, transaction
from homecare.models import ChangeSet, Staff, Tariff, business_models, trailed_models
from homecare.queries import nets as trail
from homecare.queries.nets import Live, Net, Touched

__all__ = ["NotAllowedError", "NotTheirsError", "TouchedError", "Undone", "UndoneError", "undo"]

HANGS_ON = "Other records hang on what was added by now. Delete them first, or leave it as it is."


class NotTheirsError(Exception):
    """Nobody knows such a change set, or another person made it."""


class UndoneError(Exception):
    """It was taken back already."""


class TouchedError(Exception):
    """Some rows are no longer as they were left, so nothing was taken back; `others` are as they were left."""

    def __init__(self, touched: list[Touched], others: int) -> None:
        super().__init__(str(touched))
        self.touched = touched
        self.others = others


@dataclass(frozen=True)
class Undone:
    """The rows that are as before, and how many were left because somebody touched them since."""

    nets: list[Net]
    left: int


@retried
def undo(*, session: Session, token: str, resource: str, by: Acting, untouched_only: bool = False) -> Undone:
    """Takes back the person's own change set about `resource`.

    Raises NotTheirsError, UndoneError, TouchedError, NotAllowedError, RuleError, many.RowsRefusedError and
    rows.RowsChangedError; nothing is written then.
    """
    made = trail.change_set(session, token)
    if made is None or made.staff_id != by.person.staff_id or made.resource != resource:
        raise NotTheirsError
    with transaction(session, by=by, doing=Doing("undo", made.label, made.resource, undoes=made.id)) as change_set:
        if trail.is_undone(session, made.id):
            raise UndoneError
        found = trail.nets(session, made.id)
        now = {name: trail.live(session, trailed_models()[name], ids) for name, ids in _by_table(found).items()}
        left = [net for net in found if not trail.is_as_left(net, now[net.resource].get(net.row_id))]
        others = [net for net in found if net not in left]
        if left and not (untouched_only and others):
            raise TouchedError(_touched(session, left), len(others))
        _need_rights(made, others, by)
        _take_back(session, made, others, now, by)
        if trail.took_along(session, change_set, others):
            raise RuleError("", HANGS_ON)
    return Undone(others, len(left))


def _by_table(nets: Iterable[Net]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for net in nets:
        found.setdefault(net.resource, []).append(net.row_id)
    return dict(sorted(found.items()))


def _touched(session: Session, left: Sequence[Net]) -> list[Touched]:
    return [one for name, ids in _by_table(left).items() for one in trail.touched(session, name, ids)]


def _action(net: Net) -> Action:
    """What taking it back does to the row."""
    return Action.DELETE if net.old is None else Action.CREATE if net.new is None else Action.EDIT


def _followed(made: ChangeSet, net: Net) -> bool:
    """What a deletion took along or emptied elsewhere comes back with what was deleted."""
    return made.kind == "delete" and net.resource != made.resource


def _need_rights(made: ChangeSet, nets: Sequence[Net], by: Acting) -> None:
    for resource, action in sorted({(net.resource, _action(net)) for net in nets if not _followed(made, net)}):
        if resource == Tariff.__tablename__:
            pricing.need_to_take_back(by, action)
            continue
        if resource not in business_models():
            if not all(_follows(net) for net in nets if net.resource == resource):
                need_planning(by)
            continue
        mine = [net for net in nets if net.resource == resource and _action(net) is action]
        if made.kind in BOOKED and action is Action.DELETE:
            # Who makes bookings may say that one was a mistake, as long as nothing has come of it.
            need_planning(by)
            giving_back.need_rights(by, resource, Action.CREATE, mine)
        else:
            giving_back.need_rights(by, resource, action, mine)


def _follows(net: Net) -> bool:
    """A note to call the patient, or that a visit that goes on has no reason to have ended: they follow from the visit
    and need no right of their own."""
    given = {name for name, value in (net.new or {}).items() if value not in (None, "")} if net.old is None else set()
    kept = {*UNWRITABLE, "visit_id", "call_reason", "told_at", "told_by"}
    if net.new is not None and net.new.get("ending_reason") == "":
        kept.add("ending_reason")
    return net.resource == "visit_plans" and net.new is not None and not (net.changed | given) - kept


def _take_back(
    session: Session, made: ChangeSet, nets: Sequence[Net], now: Mapping[str, Mapping[int, Live]], by: Acting
) -> None:
    """Rows that were removed first, because others may hang on them; those that were added last."""
    reached = {(net.resource, _action(net)) for net in nets}
    with own_rows(session, by, reached):
        restoring.restore(session, [net for net in nets if net.new is None], made.resource, by)
        for action in (Action.EDIT, Action.DELETE):
            for name, group in groupby(sorted(nets, key=_table), key=_table):
                chosen = {net.row_id: net for net in group if _action(net) is action}
                if chosen:
                    versions = {row_id: now[name][row_id].version for row_id in chosen}
                    _write(session, made, name, action, chosen, versions, by)


def _table(net: Net) -> str:
    return net.resource


def _write(
    session: Session,
    made: ChangeSet,
    name: str,
    action: Action,
    nets: Mapping[int, Net],
    versions: Mapping[int, str],
    by: Acting,
) -> None:
    model = trailed_models()[name]
    if action is Action.DELETE:
        try:
            rows.delete_rows(session=session, model=model, versions=versions, by=by)
        except DBAPIError as error:
            raise refusal(error, model) or error from error
        return
    before = restoring.values(session, model, [net.old for net in nets.values() if net.old is not None])
    values = {row_id: {column: before[row_id][column] for column in nets[row_id].changed} for row_id in nets}
    if model in (Staff, Tariff):
        values = {key: _role_of_now(session, made, held) for key, held in values.items()}
    many.put_back(session=session, model=model, versions=versions, values=values, by=by)


def _role_of_now(session: Session, made: ChangeSet, held: dict[str, Any]) -> dict[str, Any]:
    """A role that was taken from a row is given back under the name that it has today."""
    return held | ({"role": role_names.name_now(session, held["role"], made.made_at)} if "role" in held else {})
