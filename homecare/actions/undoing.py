"""What a list change overwrote, stored for an hour so that the person can undo it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, literal_column, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.db import Base
from homecare.kinds.traits import traits_of
from homecare.kinds.write import can_restore, keep, restore
from homecare.models import Overwritten

UNDOABLE_FOR = timedelta(hours=1)


def remember(
    *, session: Session, model: type[Base], column: str, overwritten: Mapping[int, Mapping[str, Any]], by: Acting
) -> str:
    """Stores the rows' earlier values, in the transaction of the change, and returns the undo token.
    Empty if nothing changed or a value cannot be stored. Also deletes changes that can no longer be undone.
    """
    session.execute(
        delete(Overwritten).where(Overwritten.made_at < clock.now_utc() - UNDOABLE_FOR),
        execution_options={"synchronize_session": False},
    )
    if not overwritten or not all(_is_kept(model, row) for row in overwritten.values()):
        return ""
    table: Any = model
    version = session.scalar(select(_version(model)).where(table.id == next(iter(overwritten))))
    held = {str(key): {name: keep(value) for name, value in row.items()} for key, row in overwritten.items()}
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(Overwritten).values(
            token=token,
            staff_id=by.person.staff_id,
            resource=model.__tablename__,
            column_name=column,
            version=version,
            held=held,
        )
    )
    return token


def find(*, session: Session, model: type[Base], token: str, by: Acting) -> Overwritten | None:
    """The person's own change of this table within the last hour. It is deleted here, so it can be used only once."""
    return session.scalar(
        delete(Overwritten)
        .where(
            Overwritten.token == token,
            Overwritten.staff_id == by.person.staff_id,
            Overwritten.resource == model.__tablename__,
            Overwritten.made_at > clock.now_utc() - UNDOABLE_FOR,
        )
        .returning(Overwritten),
        execution_options={"synchronize_session": False},
    )


def values(model: type[Base], row: Mapping[str, str | None]) -> dict[str, Any]:
    """The column values as Python objects."""
    columns = model.__table__.columns
    return {name: restore(columns[name], text) for name, text in row.items()}


def _is_kept(model: type[Base], row: Mapping[str, Any]) -> bool:
    columns: Any = model.__table__.columns
    return all(traits_of(columns[name]).undone and can_restore(columns[name], row[name]) for name in row)


def _version(model: type[Base]) -> Any:
    return literal_column(f"{model.__tablename__}.xmin::text")
