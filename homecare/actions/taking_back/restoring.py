"""Rows put back as the trail has them, with the ids they had: parents before what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, column, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.actions import widening
from homecare.actions.refusals import refusal
from homecare.actions.rules import RuleError
from homecare.db import Base
from homecare.kinds.traits import traits_of
from homecare.models import qualified, trailed_models
from homecare.queries.nets import Net, Row

NOT_YOURS = "Put back like this, the record would not be one of yours. Ask a Coordinator to do it."


def restore(session: Session, nets: Sequence[Net], about: str, by: Acting) -> None:
    """Inserts what was removed; of the table `about` only what is the person's own. Raises RuleError."""
    rows: dict[str, list[Row]] = {}
    for net in nets:
        if net.old is not None:
            rows.setdefault(net.resource, []).append(net.old)
    models = trailed_models()
    order = [table.name for table in Base.metadata.sorted_tables if table.name in rows and table.name in models]
    for name in order:
        late = _late_keys(models[name])
        _run(session, models[name], _insert(models[name]), [{**row, **dict.fromkeys(late)} for row in rows[name]])
    for name in order:
        for key in _late_keys(models[name]):
            filled = [row for row in rows[name] if row.get(key) is not None]
            if filled:
                _run(session, models[name], _fill(models[name], key), filled)
    if about in rows:
        _stay_own(session, models[about], [row["id"] for row in rows[about]], by)


def values(session: Session, model: type[Base], rows: Sequence[Row]) -> dict[int, dict[str, Any]]:
    """Rows of the trail by id, as the columns' own types have them. One statement."""
    typed, said = [], []
    for each in model.__table__.columns:
        # A place as the text that a form sets it by, with all its digits.
        is_place = traits_of(each).is_place
        typed.append(column(each.name, Text if is_place else each.type))
        said.append(f"ST_AsEWKT(r.{each.name}, 15) AS {each.name}" if is_place else f"r.{each.name}")
    asked = text(f"SELECT {', '.join(said)} FROM {_records(model)} r").columns(*typed)  # noqa: S608 - a table of ours
    found = session.execute(asked, {"rows": json.dumps([*rows])}, execution_options=UNSCOPED)
    return {row["id"]: dict(row) for row in found.mappings()}


def _late_keys(model: type[Base]) -> list[str]:
    """Keys of the circle between patients and their caregivers: filled in when both are there."""
    return sorted(key.parent.name for key in model.__table__.foreign_keys if key.use_alter)


def _records(model: type[Base]) -> str:
    return f"jsonb_populate_recordset(NULL::{qualified(model)}, CAST(:rows AS jsonb))"


def _insert(model: type[Base]) -> str:
    return f"INSERT INTO {qualified(model)} SELECT r.* FROM {_records(model)} r"  # noqa: S608


def _fill(model: type[Base], key: str) -> str:
    return f"UPDATE {qualified(model)} t SET {key} = r.{key} FROM {_records(model)} r WHERE t.id = r.id"  # noqa: S608


def _run(session: Session, model: type[Base], statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        session.execute(text(statement), {"rows": json.dumps([*rows])}, execution_options=UNSCOPED)
    except DBAPIError as error:
        raise refusal(error, model) or error from error


def _stay_own(session: Session, model: Any, ids: Sequence[int], by: Acting) -> None:
    found = session.scalars(select(model).where(model.id.in_(ids)), execution_options=NOT_SHOWN).all()
    if len(found) < len(ids):
        raise RuleError("", NOT_YOURS)
    for row in found:
        widening.refuse(session, model, None, row, by)
