"""Rows locked as the database has them now, if they are in the person's scope and still as they were shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from homecare.access.shown import NOT_SHOWN


class RowGoneError(Exception):
    """The row does not exist, or not for this person."""


class StaleError(Exception):
    """Somebody saved the row after the form was opened; `version` is the row's version now."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class RowsChangedError(Exception):
    """Some of many rows are not as they were shown, or are gone; `ids` says which."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(str(ids))
        self.ids = ids


def lock(session: Session, model: Any, row_id: int, version: str) -> Any:
    """The row, locked, as the database has it now, if it is in scope and still at `version`."""
    found = _locked(session, model, [row_id])
    if not found:
        raise RowGoneError
    row, current = found[row_id]
    if version != current:
        raise StaleError(current)
    return row


def lock_all(session: Session, model: Any, versions: Mapping[int, str]) -> dict[int, Any]:
    """The rows, locked in the order of their ids, if all are in scope and at their versions. One statement.

    All before the first is written: what is written to one can change another, such as a key that is emptied.
    """
    found = _locked(session, model, versions)
    rows = {row_id: row for row_id, (row, current) in found.items() if current == versions[row_id]}
    if len(rows) < len(versions):
        raise RowsChangedError(sorted({*versions} - {*rows}))
    return rows


def _locked(session: Session, model: Any, row_ids: Collection[int]) -> dict[int, tuple[Any, str]]:
    columns = select(model, literal_column(f"{model.__tablename__}.xmin::text"))
    statement = columns.where(model.id.in_(row_ids)).order_by(model.id).with_for_update(of=model)
    found = session.execute(statement, execution_options={"populate_existing": True} | NOT_SHOWN).all()
    return {row.id: (row, current) for row, current in found}
