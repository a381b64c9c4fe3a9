"""Why a visit ended, said afterwards on the visit's own page: of one that another application ended, or put right."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from homecare.actions import rows
from homecare.actions.assigning import booking
from homecare.actions.assigning.held import VISITS
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import NotAllowedError
from homecare.admin.change import undo
from homecare.admin.door import acting, refuse
from homecare.db import db
from homecare.pages.assign import sending
from homecare.web import urls
from homecare.web.errors import SpokenError


def say_why() -> ResponseReturnValue:
    """Form: `visit_id`, `version` and `ending_reason`. Leads back to the visit."""
    try:
        visit_id = sending.row_id(request.form, "visit_id")
    except RuleError as error:
        raise SpokenError(400, error.message) from error
    here = urls.record(VISITS, visit_id)
    try:
        values = sending.values(request.form, {"ending_reason": sending.OF_VISIT["ending_reason"]})
        change = booking.VisitChange(visit_id, request.form.get("version", ""), {"ending_reason": "", **values})
        booked = booking.change_visits(
            session=db.session(), by=acting(), changes=[change], answered=(), label="Why a visit ended", together=False
        )
    except rows.RowsChangedError as error:
        sentence = "Somebody changed this visit meanwhile. Look at it, then say why it ended."
        raise SpokenError(409, sentence, back=(here, "The visit")) from error
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)
    except RuleError as error:
        flash(error.message, "error")
        return redirect(here)
    undo.offer("The reason is saved.", urls.undo(VISITS), [("token", booked.change_set), ("url", here)])
    return redirect(here)
