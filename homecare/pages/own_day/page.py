"""One's own day: the next visit, its check-in and check-out, and what comes after."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Response, flash, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare import calendars, clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning import checking_in
from homecare.actions.assigning.checking_in import CALLED, Checked, EarlyError, NotOwnVisitError
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, refuse, right
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import day as day_words
from homecare.kinds.say import when
from homecare.kinds.texts import storable
from homecare.queries.workdays import far_checks, own_day
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json

VISITS = "visit_services"
MOST_NOTES = 10_000
# As scripts write a number: float() would also take other scripts' digits, and underscores.
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?(e-[0-9]{1,3})?")
NOT_YOURS = "This is not one of your visits, or it was given to somebody else. Nothing was saved; call the office."


class OwnDay(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "day_view": Action.VIEW,
        "check_view": Action.VIEW,
        "far_view": Action.VIEW,
    }
    page = PAGES["own_day"]

    @expose("/")
    def day_view(self) -> ResponseReturnValue:
        return self._day()

    def _day(self, status: int = 200, problem: str = "", notes: str = "") -> Response:
        who = acting()
        if not who.may(VISITS):
            refuse(VISITS, Action.VIEW, right(VISITS, Action.VIEW))
        found = own_day.own_day(db.session(), who)
        today = clock.today()
        page = self.render(
            "pages/own_day/own_day.html",
            found=found,
            today=today,
            said_today=f"{today:%A} {today.day} {today:%B} · {calendars.ethiopian_words(today)}",
            may_check={kind: own_day.may_check(who, kind) for kind in CALLED},
            may_note=who.access(VISITS).sets("visit_notes", creating=False),
            may_edit=who.may(VISITS, Action.EDIT),
            far=_sees_everybody(),
            problem=problem,
            notes=notes,
            when=when,
            day_words=day_words,
        )
        return make_response(page, status)

    @expose("/check", methods=("POST",))
    def check_view(self) -> ResponseReturnValue:
        """Form: `visit_id`; `kind` in or out; `at`, the phone's moment in ISO 8601 with its zone, left out for now;
        `latitude` and `longitude` of the phone, which are not kept; `visit_notes` with a check-out;
        `early` 1 where a check-in long before the visit is confirmed. Otherwise that is asked, with 409."""
        kind = request.form.get("kind", "")
        if kind not in CALLED:
            raise SpokenError(400, "kind is in or out.")
        visit_id = _visit_id()
        if not own_day.may_check(acting(), kind):
            refuse(VISITS, Action.EDIT, right(VISITS, Action.EDIT), str(visit_id))
        try:
            checked = checking_in.check(
                session=db.session(),
                visit_id=visit_id,
                kind=kind,
                by=acting(),
                told_at=_moment(request.form.get("at", "")),
                place=_place(request.form.get("latitude", ""), request.form.get("longitude", "")),
                notes=_notes(),
                early=request.form.get("early") == "1",
            )
        except NotOwnVisitError as error:
            raise SpokenError(404, NOT_YOURS) from error
        except EarlyError as question:
            if wants_json():
                return jsonify(error=str(question), asked="early"), 409
            return self.render("pages/own_day/early.html", sentence=str(question), visit_id=visit_id), 409
        except RuleError as refused:
            if wants_json():
                raise SpokenError(422, refused.message) from refused
            return self._day(422, refused.message, request.form.get("visit_notes", ""))
        done = _done(checked)
        flash(done, "success")
        if wants_json():
            told: dict[str, Any] = {"visit_id": visit_id, "kind": kind, "at": checked.at.isoformat() + "Z"}
            return jsonify(told | {"done": done, "again": checked.again})
        return redirect(f"{urls.page('assign/own')}/")

    @expose("/far")
    def far_view(self) -> ResponseReturnValue:
        """Check-ins and check-outs far from the patient, of everybody."""
        if not _sees_everybody():
            refuse(self.resource, Action.VIEW, "see everybody's check-ins")
        found = far_checks.far_checks(db.session(), acting())
        return self.render("pages/own_day/far.html", found=found, far_m=far_checks.FAR_M, called=CALLED, when=when)


def _done(checked: Checked) -> str:
    at = f"{CALLED[checked.kind]} at {clock.to_addis(checked.at):%H:%M}"
    if checked.kept is not None:
        return f"{at}, as the office wrote it. Your {clock.to_addis(checked.kept):%H:%M} is kept beside it."
    return f"{at}, as before." if checked.again else f"{at}."


def _sees_everybody() -> bool:
    return acting().decide("page:assign", Action.VIEW).level == "all" and acting().may(VISITS)


def _visit_id() -> int:
    try:
        return parse_id(request.form.get("visit_id", ""))
    except ValueError as error:
        raise SpokenError(400, str(error)) from error


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise SpokenError(400, "at needs a moment in ISO 8601 with its zone, such as 2026-11-25T06:00:00Z.") from error


def _place(latitude: str, longitude: str) -> tuple[float, float] | None:
    if not latitude and not longitude:
        return None
    are_numbers = DEGREES.fullmatch(latitude) and DEGREES.fullmatch(longitude)
    found = (float(latitude), float(longitude)) if are_numbers else (math.nan, math.nan)
    if not (abs(found[0]) <= 90 and abs(found[1]) <= 180):
        raise SpokenError(400, "latitude is a number from -90 to 90, longitude one from -180 to 180.")
    return found


def _notes() -> str | None:
    """None where none were sent, and where the role may not write them."""
    try:
        text = storable(request.form.get("visit_notes", "")).strip()
    except ValueError as error:
        raise SpokenError(422, str(error)) from error
    if not text or not acting().access(VISITS).sets("visit_notes", creating=False):
        return None
    if len(text) > MOST_NOTES:
        raise SpokenError(422, f"The notes have {len(text):,} letters; {MOST_NOTES:,} fit.")
    return text
