"""An absence that is recorded already: another time, another kind, or removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.absences import change_absence, remove_absence
from homecare.actions.rows import RowsChangedError
from homecare.actions.rules import RuleError
from homecare.admin.change import undo
from homecare.admin.door import acting, not_found
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.pages.assign_help.absence_form import Asked, read, typed_of
from homecare.pages.assign_help.planning import PlanningView
from homecare.queries.assigned.affected import affected
from homecare.queries.assigned.known_absences import KnownAbsence, absence
from homecare.queries.booked.findings import span_words
from homecare.queries.booked.listed import ABSENCE, offered
from homecare.web import urls
from homecare.web.errors import SpokenError

LIST = "assign/absent"


class ChangedAbsence(PlanningView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "change_view": Action.VIEW,
        "remove_view": Action.VIEW,
    }
    page = PAGES["absence"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`id`: the form as the absence is, and whether it shall go."""
        known = _known(request.args.get("id", ""))
        return self._answer(known, Asked(typed_of(known)), 200)

    @expose("/", methods=("POST",))
    def change_view(self) -> ResponseReturnValue:
        """`id`, `version`; `from`, `to` (local time), `kind`, `note`."""
        known = _known(request.form.get("id", ""))
        asked = read(request.form, known)
        away = asked.away
        if away is None:
            return self._answer(known, asked, 422)
        try:
            token = _written(
                lambda: change_absence(
                    session=db.session(), by=acting(), absence_id=known.absence_id, version=_version(),
                    starts_at=away.starts_at, ends_at=away.ends_at, kind=away.kind, note=away.note,
                ), known
            )  # fmt: skip
        except RuleError as error:
            asked.refused(error)
            return self._answer(known, asked, 422)
        left = len(affected(db.session(), acting(), away.staff_id, away.starts_at, away.ends_at))
        when = span_words(away.starts_at, away.ends_at)
        more = (
            f" {left} of what is planned for then still {'stands' if left == 1 else 'stand'} with them." if left else ""
        )
        return _done(f"{known.name} is absent on {when}.{more}", token, known)

    @expose("/remove/", methods=("POST",))
    def remove_view(self) -> ResponseReturnValue:
        """`id`, `version`."""
        known = _known(request.form.get("id", ""))
        token = _written(
            lambda: remove_absence(session=db.session(), by=acting(), absence_id=known.absence_id, version=_version()),
            known,
        )
        when = span_words(known.starts_at, known.ends_at)
        return _done(f"{known.name} is no longer absent on {when}.", token, known)

    def _answer(self, known: KnownAbsence, asked: Asked, status: int) -> ResponseReturnValue:
        page = self.render(
            "pages/assign_help/absence.html",
            known=known,
            asked=asked,
            kinds=[*dict.fromkeys([*offered(db.session(), ABSENCE), known.kind])],
            may_change=acting().behind is None,
            span_words=span_words,
        )
        return page, status


def _known(text: str) -> KnownAbsence:
    """The absence of that number; else 404."""
    try:
        found = absence(db.session(), acting(), parse_id(text))
    except ValueError:
        found = None
    return found or not_found("absences", "view", text)


def _version() -> str:
    return request.form.get("version", "")


def _written(deed: Callable[[], str], known: KnownAbsence) -> str:
    try:
        return deed()
    except RowsChangedError as error:
        here = f"{urls.page(PAGES['absence'].path)}/?id={known.absence_id}"
        sentence = "Somebody else changed or removed this absence meanwhile. Look at it anew."
        raise SpokenError(409, sentence, back=(here, "The absence")) from error


def _done(sentence: str, token: str, known: KnownAbsence) -> ResponseReturnValue:
    here = f"{urls.page(LIST)}/"
    undo.offer(sentence, urls.undo("visit_services"), [("token", token), ("url", here)])
    return redirect(here)
