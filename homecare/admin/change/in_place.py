"""Changes one column of one row in the list itself. Answers with the row as the list shows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from homecare.actions import rows
from homecare.actions.questions import AskedError, Question
from homecare.actions.rules import RuleError
from homecare.admin.asked import Asked
from homecare.admin.door import not_found
from homecare.admin.form import one_value
from homecare.admin.list import screens
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.records.list_request import ListRequest


def update(asked: Asked) -> ResponseReturnValue:
    """`id`, `field`, `value`, `version`, and the list's `columns`. Answers `version`, `cells` and the token `undo`.
    A doubtful value is refused with a key that confirms it when sent as `sure`. Where a word has to be chosen, `choose`
    has each with its key.
    """
    table, by = asked.table, asked.by
    wanted, answered = listed(asked), request.form.getlist("sure")
    try:
        row_id = parse_id(request.form.get("id", ""))
    except ValueError:
        not_found(table.name, "edit", request.form.get("id"))
    try:
        values = one_value.one_value(asked.seen, request.form)
        version = request.form.get("version", "")
        saved = rows.update_row(
            session=db.session(),
            model=table.model,
            row_id=row_id,
            values=values,
            version=version,
            token=None,
            by=by,
            answered=answered,
        )
    except RuleError as error:
        return jsonify(error=error.message, field=error.field), 422
    except AskedError as doubtful:
        return jsonify(_asked(doubtful.questions, answered)), 422
    except rows.StaleError:
        return jsonify(error="Somebody changed this row meanwhile. Check it again."), 409
    except rows.RowGoneError:
        not_found(table.name, "edit", str(row_id))
    return jsonify(undo=saved.undo, **as_listed(wanted, row_id))


def _asked(questions: Sequence[Question], answered: Collection[str]) -> dict[str, Any]:
    """What is confirmed comes first: a word is chosen for what is saved then."""
    doubts = [one for one in questions if not one.words]
    if not all(one.is_answered(answered) for one in doubts):
        return {"error": " ".join(one.sentence for one in doubts), "sure": [one.key for one in doubts]}
    question = next(one for one in questions if not one.is_answered(answered))
    return {"error": question.sentence, "choose": question.words}


def listed(asked: Asked) -> ListRequest:
    """A list with the `columns` of the answer. Read before anything is written, because columns may be refused."""
    return asked.listed(MultiDict({"columns": request.form.get("columns", "")}))


def as_listed(wanted: ListRequest, row_id: int) -> dict[str, Any]:
    """The row as the list shows it, including the times that changed with a status."""
    found = screens.as_listed(wanted, db.session(), row_id)
    if found is None:
        not_found(wanted.table.name, "view", str(row_id))
    return {"version": found.version, "cells": [str(cell) for cell in found.cells]}
