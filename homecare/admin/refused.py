"""Many rows that were to be changed and some that cannot be: named, with the reason, and the way on without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request

from homecare.access.acting import Acting
from homecare.access.policy import State
from homecare.actions.many import RowsRefusedError
from homecare.admin.editing import Stored, row_name
from homecare.admin.guard import acting
from homecare.admin.rowselect import build
from homecare.admin.tables import TableInfo
from homecare.db import db

if TYPE_CHECKING:
    from homecare.admin.table_view import TableView

MOST_NAMED = 10


@dataclass(frozen=True)
class Reason:
    """One sentence and the rows it is about, as (id, name); `more` are not named."""

    sentence: str
    rows: list[tuple[int, str]]
    more: int


def page(view: TableView, ids: list[int], error: RowsRefusedError, most: int) -> str:
    """The way on is offered where it is known which rows are left, and they are not more than `most`."""
    info = view.info
    others = [row_id for row_id in ids if row_id not in error.refused]
    return view.render(
        "pages/bulk_refused.html",
        info=info,
        reasons=_reasons(info, acting(), error),
        refused=len(error.refused),
        number=len(ids),
        complete=error.complete,
        others=others if error.complete and len(others) <= most else [],
        form=request.form,
        back=view.back(),
    )


def _reasons(info: TableInfo, by: Acting, error: RowsRefusedError) -> list[Reason]:
    """One statement for all the names."""
    ids_of: dict[str, list[int]] = {}
    for row_id, rule in error.refused.items():
        ids_of.setdefault(rule.message, []).append(row_id)
    names = _names(info, by, [row_id for ids in ids_of.values() for row_id in ids[:MOST_NAMED]])
    return [
        Reason(
            sentence,
            [(row_id, names.get(row_id, f"{info.one} #{row_id}")) for row_id in ids[:MOST_NAMED]],
            len(ids[MOST_NAMED:]),
        )
        for sentence, ids in ids_of.items()
    ]


def _names(info: TableInfo, by: Acting, ids: list[int]) -> dict[int, str]:
    access = by.access(info.name)
    selected = build(info, by, [name for name in info.naming if access.states[name] is not State.HIDDEN])
    model: Any = info.model
    found = db.session.execute(selected.statement.where(model.id.in_(ids))).all()
    return {row._id: row_name(info, Stored(row, selected, {})) for row in found}
