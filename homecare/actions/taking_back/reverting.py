"""Taking back one change of one row, by whoever made it, as far as the person may set its columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.change_sets import Doing
from homecare.access.row_scope import UNSCOPED
from homecare.access.table_access import UNWRITABLE
from homecare.actions.rows import RowGoneError, Saved, update_row
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import restoring
from homecare.actions.transaction import retried, transaction
from homecare.models import Change
from homecare.queries import nets
from homecare.records import lookup
from homecare.records.seen import Seen

PARENT_GONE = "What it was before is gone, or you may not see it, so nothing was put back. Edit the record instead."


class UnknownChangeError(Exception):
    """The row has no such change."""


class ChangedAgainError(Exception):
    """These columns are no longer as the change left them, so nothing was put back."""

    def __init__(self, columns: list[str]) -> None:
        super().__init__(str(columns))
        self.columns = columns


class NothingToSetError(Exception):
    """The change touched only columns that the person may not set."""


def settable(seen: Seen, names: Collection[str]) -> list[str]:
    """Of these columns those that the person sees and may set in a saved row."""
    may = lookup.settable(seen) - {*UNWRITABLE}
    return [n for n in names if n in may and seen.access.sees(n) and seen.access.sets(n, creating=False)]


@retried
def revert(*, session: Session, seen: Seen, row_id: int, change_id: int, answered: Collection[str] = ()) -> Saved:
    """Sets what the change set back to what it was. The columns that the person may not set stay.

    Raises RowGoneError, UnknownChangeError, NothingToSetError, ChangedAgainError, RuleError, AskedError.
    """
    model, doing = seen.table.model, Doing("revert", f"change {change_id}")
    with transaction(session, by=seen.by, model=model, doing=doing):
        old, new = _change(session, seen, row_id, change_id)
        names = settable(seen, [name for name in seen.table.fields if old.get(name) != new.get(name)])
        if not names:
            raise NothingToSetError
        now = nets.live(session, model, [row_id]).get(row_id)
        if now is None:
            raise RowGoneError
        if lost := [name for name in names if now.row.get(name) != new.get(name)]:
            raise ChangedAgainError(lost)
        before = restoring.values(session, model, [old])[row_id]
        values = {name: before[name] for name in names}
        _refuse_hidden_parents(session, seen, values)
        return update_row(
            session=session,
            model=model,
            row_id=row_id,
            values=values,
            version=now.version,
            token=None,
            by=seen.by,
            answered=answered,
        )


def _change(session: Session, seen: Seen, row_id: int, change_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = select(Change.old, Change.new).where(
        Change.id == change_id,
        Change.resource == seen.table.name,
        Change.row_id == row_id,
        Change.kind == "changed",
    )
    found = session.execute(asked, execution_options=UNSCOPED).first()
    if found is None or found.old is None or found.new is None:
        raise UnknownChangeError
    return found.old, found.new


def _refuse_hidden_parents(session: Session, seen: Seen, values: Mapping[str, Any]) -> None:
    """A form would not take them either."""
    for name, key in values.items():
        field = seen.table.fields[name]
        if field.traits.links and key is not None and lookup.label_of(session, seen, field, key) is None:
            raise RuleError(name, PARENT_GONE)
