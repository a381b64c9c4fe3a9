"""Who should go, for the roster's panel: of a stored visit or shift, or of a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.plans import FEWEST, MOST
from homecare.admin.door import acting, not_found, refuse, right
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.times import bookable
from homecare.pages.assign_help.planning import PlanningView
from homecare.queries.assigned import suggestions
from homecare.queries.conflicts import Booking
from homecare.records import lookup
from homecare.web.errors import SpokenError

PATIENTS = "patients"
OF = {"visit": ("visit_services", suggestions.of_visit), "shift": ("caregiver_assignments", suggestions.of_shift)}


class Suggestions(PlanningView):
    needs: ClassVar[dict[str, Action | None]] = {"suggested": Action.VIEW}
    page = PAGES["suggestions"]

    @expose("/")
    @expose("")
    def suggested(self) -> ResponseReturnValue:
        """`visit` or `shift` is an id; else `patient_id`, `start` (ISO 8601 with its zone) and the `minutes` of a visit
        or the `end` of a shift. Best first; moments in ISO 8601 UTC."""
        found = suggestions.suggestions(db.session(), acting(), _about())
        return jsonify(suggestions=[_line(one) for one in found])


def _line(one: suggestions.Suggestion) -> dict[str, Any]:
    return {
        "staff_id": one.staff_id,
        "name": one.name,
        "score": round(one.score, 1),
        "parts": {name: round(part, 1) for name, part in one.parts.items()},
        # Who is chosen with these in sight is not asked about them again.
        "against": [{"key": each.key, "sentence": each.sentence} for each in one.against],
        "free": [[f"{moment.isoformat()}Z" for moment in span] for span in one.free],
    }


def _about() -> Booking:
    for name, (table, read) in OF.items():
        if name in request.args:
            if not acting().may(table):
                refuse(table, Action.VIEW, right(table, Action.VIEW))
            row_id = _number(name)
            return read(db.session(), acting(), row_id) or not_found(table, "view", str(row_id))
    if "end" in request.args:
        return _new_shift()
    minutes = _number("minutes") if request.args.get("minutes") else None
    if minutes is not None and not FEWEST <= minutes <= MOST:
        raise SpokenError(400, f"minutes must be {FEWEST} to {MOST:,}; this is {minutes:,}.")
    return Booking("visit", None, _patient(), None, _moment("start"), minutes)


def _new_shift() -> Booking:
    start, end = _moment("start"), _moment("end")
    if end <= start:
        raise SpokenError(400, "A shift must end after it begins.")
    return Booking("shift", None, _patient(), None, start, end=end)


def _patient() -> int:
    """Who goes to a patient, and from how near, is told of those alone whom the person sees."""
    patient_id = _number("patient_id")
    if not lookup.in_sight(db.session(), PATIENTS, [patient_id]):
        not_found(PATIENTS, "view", str(patient_id))
    return patient_id


def _number(name: str) -> int:
    given = request.args.get(name, "")
    try:
        return parse_id(given)
    except ValueError as error:
        raise SpokenError(400, f"{name} must be a number; this is {given[:40]!r}.") from error


def _moment(name: str) -> datetime:
    given = request.args.get(name, "")
    try:
        return bookable(given)
    except ValueError as error:
        raise SpokenError(400, f"{name} must be {error}; this is {given[:40]!r}.") from error
