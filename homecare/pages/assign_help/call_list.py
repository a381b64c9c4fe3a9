"""Patients to call because something became of their visit, until somebody ticks that they were told."""

from __future__ import annotations

from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions import rows
from homecare.actions.assigning.telling import tell
from homecare.admin.change import undo
from homecare.admin.door import acting
from homecare.clock import known, to_addis
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.pages.assign_help.planning import PlanningView
from homecare.queries.assigned.to_call import MOST, Call, calls
from homecare.web import urls
from homecare.web.errors import SpokenError

REASONS = {"moved": "The visit was moved", "no carer": "The visit has no carer", "cancelled": "The visit is cancelled"}


class Calls(PlanningView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW, "told_view": Action.VIEW}
    page = PAGES["calls"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._page()

    def _page(self, problem: str = "", status: int = 200) -> ResponseReturnValue:
        found = calls(db.session(), acting())
        page = self.render(
            "pages/assign_help/calls.html",
            calls=found,
            reasons=REASONS,
            when=when,
            where=_where,
            is_cut=len(found) == MOST,
            problem=problem,
        )
        return page, status

    @expose("/told/", methods=("POST",))
    def told_view(self) -> ResponseReturnValue:
        """`told`, repeated: a plan's id and version, "12:3456"."""
        here, versions = f"{urls.page('assign/calls')}/", _versions()
        if not versions:
            return self._page("Nothing is ticked. Tick whom you told first.", 422)
        try:
            token = tell(session=db.session(), by=acting(), versions=versions)
        except rows.RowsChangedError as error:
            sentence = "Somebody else told one of them meanwhile, or the visit changed again. Look at the list anew."
            raise SpokenError(409, sentence, back=(here, "Whom to call")) from error
        some = "1 patient" if len(versions) == 1 else f"{len(versions):,} patients"
        undo.offer(f"Told: {some}.", urls.undo("visit_services"), [("token", token), ("url", here)])
        return redirect(here)


def _where(call: Call) -> str:
    """The visit on its day of the roster, where it can be put right; the record of one that stands on no day."""
    at = known(call.at)
    if at is None or call.reason == "cancelled":
        return urls.record("visit_services", call.visit_id)
    return urls.assign({"day": to_addis(at).date().isoformat()}, at=f"visit-{call.visit_id}")


def _versions() -> dict[int, str]:
    try:
        given = [told.split(":") for told in request.form.getlist("told")]
        return {parse_id(number): version for number, version in given}
    except ValueError as error:
        raise SpokenError(400, "What was ticked is not readable. Open the list again.") from error
