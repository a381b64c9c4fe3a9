"""Deleting one row: the confirmation page with its consequences, and the deletion."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from homecare.actions import rows
from homecare.actions.rules import RuleError
from homecare.admin.asked import Asked
from homecare.admin.change import consequences
from homecare.admin.door import not_found
from homecare.db import db
from homecare.records.stored import Stored, row_name, stored_row
from homecare.web.errors import SpokenError


def answer(asked: Asked, row_id: int) -> ResponseReturnValue:
    """GET asks and shows how many rows go with it. POST deletes the version that was shown."""
    table, session = asked.table, db.session()
    stored = stored_row(session, asked.seen, row_id, table.naming)
    if stored is None:
        not_found(table.name, "delete", str(row_id))
    if request.method == "GET":
        return _ask(asked, row_id, stored)
    version = request.form.get("_version", "")
    if not version:
        flash("Check what will be deleted, then confirm.", "error")
        return _ask(asked, row_id, stored), 422
    try:
        rows.delete_rows(session=session, model=table.model, versions={row_id: version}, by=asked.by)
    except rows.RowsChangedError:
        stored = stored_row(session, asked.seen, row_id)
        if stored is None:
            not_found(table.name, "delete", str(row_id))
        flash("Somebody changed it meanwhile. Check it again before you delete it.", "error")
        return _ask(asked, row_id, stored), 409
    except RuleError as error:
        raise SpokenError(422, error.message, title="Nothing was deleted") from error
    flash(f"{row_name(table, stored)} is deleted.", "success")
    return redirect(asked.back())


def _ask(asked: Asked, row_id: int, stored: Stored) -> str:
    return asked.render(
        "tables/change/delete.html",
        table=asked.table,
        row_id=row_id,
        name=row_name(asked.table, stored),
        version=stored.version,
        consequences=consequences.consequences(db.session(), asked.table, [row_id]),
        back=asked.back(),
    )
