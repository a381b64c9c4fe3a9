"""Undo of a list change: offered beside its message, for an hour, to the person who made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from homecare.actions import many, rows, undoing
from homecare.actions.transaction import retried, transaction
from homecare.admin.asked import Asked
from homecare.admin.change.in_place import as_listed, listed
from homecare.admin.door import refuse
from homecare.admin.form import editing
from homecare.db import db
from homecare.models import Overwritten
from homecare.records.seen import Seen
from homecare.tables.table import ShownTable
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json

LONGEST = 2000
NOT_UNDONE = "It was not undone"


def offer(sentence: str, action: str, fields: Sequence[tuple[str, str]]) -> None:
    """Shows what was done on the next page, with an undo button that posts the fields.
    The message waits in the cookie, which holds 4 kB. A message that is too long gets no button.
    """
    if sum(len(value) for _, value in fields) > LONGEST:
        flash(sentence, "success")
        return
    # A message can be any JSON value, but Flask's annotation allows only str.
    told: Any = {"text": sentence, "action": action, "fields": list(fields)}
    flash(told, "undo")


def offer_rows(asked: Asked, sentence: str, token: str) -> None:
    """Offers undo if the change has a token."""
    if token:
        offer(sentence, urls.undo(asked.table.name), [("token", token), ("url", asked.back())])
    else:
        flash(sentence, "success")


def answer(asked: Asked) -> ResponseReturnValue:
    """Restores all rows of the change `token`, or none."""
    table = asked.table
    wanted = listed(asked)
    token = request.form.get("token", "")
    done, row_ids = _take_back(session=db.session(), seen=asked.seen, token=token, back=asked.to_list())
    sentence = f"Undone: {table.amount(done)} as before."
    if wants_json():
        return jsonify(done=sentence, **as_listed(wanted, row_ids[0]))
    flash(sentence, "success")
    return redirect(asked.back())


@retried
def _take_back(*, session: Session, seen: Seen, token: str, back: tuple[str, str]) -> tuple[int, list[int]]:
    """One transaction that uses up the token and restores the rows. Returns how many were restored, and their ids."""
    with transaction(session, by=seen.by):
        return _put_back(session, seen, token, back)


def _put_back(session: Session, seen: Seen, token: str, back: tuple[str, str]) -> tuple[int, list[int]]:
    table, by = seen.table, seen.by
    overwritten = undoing.find(session=session, model=table.model, token=token, by=by)
    if overwritten is None:
        sentence = "This was already undone, or it was done more than an hour ago."
        raise SpokenError(409, sentence, back=back, title=NOT_UNDONE)
    _refuse_unsettable(seen, overwritten)
    row_ids = [int(row_id) for row_id in overwritten.held]
    try:
        return many.take_back(session=session, model=table.model, overwritten=overwritten, by=by), row_ids
    except rows.RowsChangedError as error:
        sentence = f"Somebody changed {_some(table, len(row_ids))} since, so nothing was undone."
        raise SpokenError(409, sentence, back=back, title=NOT_UNDONE) from error
    except many.RowsRefusedError as error:
        sentence = next(iter(error.refused.values())).message
        raise SpokenError(422, sentence, back=back, title=NOT_UNDONE) from error


def _refuse_unsettable(seen: Seen, overwritten: Overwritten) -> None:
    """Refuses if the right was taken away since. Times that followed a status are restored with it."""
    name = overwritten.column_name
    if name not in editing.settable(seen) or not seen.access.sets(name, creating=False):
        refuse(seen.table.name, "edit", f"set {name} of {seen.table.many.lower()}")


def _some(table: ShownTable, number: int) -> str:
    return table.the() if number == 1 else f"some of the {table.amount(number)}"
