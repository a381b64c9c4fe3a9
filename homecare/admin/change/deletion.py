"""Deleting one row: the question with what goes with it, and the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from homecare.actions import rows
from homecare.actions.rules import RuleError
from homecare.admin.change import consequences
from homecare.admin.door import acting, not_found
from homecare.db import db
from homecare.records.stored import Stored, row_name, stored_row
from homecare.web.errors import SpokenError

if TYPE_CHECKING:
    from homecare.admin.table_view import TableView


def answer(view: TableView, row_id: int) -> ResponseReturnValue:
    """GET asks, saying in numbers what goes with the row; POST deletes the version that was shown."""
    info, session = view.info, db.session()
    stored = stored_row(session, info, acting(), row_id, info.naming)
    if stored is None:
        not_found(info.name, "delete", str(row_id))
    if request.method == "GET":
        return _ask(view, row_id, stored)
    version = request.form.get("_version", "")
    if not version:
        flash("Look at what is deleted, then confirm it.", "error")
        return _ask(view, row_id, stored), 422
    try:
        rows.delete_rows(session=session, model=info.model, versions={row_id: version}, by=acting())
    except rows.RowsChangedError:
        stored = stored_row(session, info, acting(), row_id)
        if stored is None:
            not_found(info.name, "delete", str(row_id))
        flash("Somebody changed it meanwhile. Look at it again before you delete it.", "error")
        return _ask(view, row_id, stored), 409
    except RuleError as error:
        raise SpokenError(422, error.message, title="Nothing was deleted") from error
    flash(f"{row_name(info, stored)} is deleted.", "success")
    return redirect(view.back())


def _ask(view: TableView, row_id: int, stored: Stored) -> str:
    return view.render(
        "tables/change/delete.html",
        info=view.info,
        row_id=row_id,
        name=row_name(view.info, stored),
        version=stored.version,
        consequences=consequences.consequences(db.session(), view.info, [row_id]),
        back=view.back(),
    )
