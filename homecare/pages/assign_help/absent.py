"""Somebody is absent: what was planned for then, who could have it, and all of it given away in one go."""

from __future__ import annotations

from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions import rows
from homecare.actions.assigning.absence_cover import Away, Cover, cover_absence
from homecare.actions.assigning.refusing import ConflictsError
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.rules import RuleError
from homecare.admin.change import undo
from homecare.admin.door import acting, refuse
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import day, when
from homecare.pages.assign_help.absence_form import Asked, read, typed_in
from homecare.pages.assign_help.planning import PlanningView
from homecare.queries.assigned.affected import affected, people
from homecare.queries.assigned.known_absences import absences_of
from homecare.queries.assigned.who_instead import MOST, with_choices
from homecare.queries.booked.findings import span_words
from homecare.queries.booked.listed import ABSENCE, offered
from homecare.web import urls
from homecare.web.errors import SpokenError

HERE = "assign/absent"


class Absent(PlanningView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW, "apply_view": Action.VIEW}
    page = PAGES["absent"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`staff_id`, `from` and `to` (local time), `kind`, `note`: the preview. Without a person the form alone."""
        asked = read(request.args) if request.args.get("staff_id") is not None else Asked(typed_in(request.args))
        return self._answer(asked, 422 if asked.wrong else 200)

    @expose("/", methods=("POST",))
    def apply_view(self) -> ResponseReturnValue:
        """The same fields; `row` repeated, "visit_services-12:3456", `to-visit_services-12` who gets it, `answered`."""
        asked = read(request.form)
        if asked.away is None:
            return self._answer(asked, 422)
        covers = _covers(request.form)
        try:
            token = cover_absence(
                session=db.session(),
                by=acting(),
                away=asked.away,
                covers=covers,
                answered=frozenset(request.form.getlist("answered")),
                label=f"Absent: {asked.away.kind}",
            )
        except ConflictsError as error:
            asked.conflicts = error.conflicts
            asked.problem = "Nothing was saved yet. Give these to somebody else, or confirm what may stand."
        except rows.RowsChangedError:
            asked.problem = "Nothing was saved: what was planned for then has changed. This is how it is now."
            return self._answer(asked, 409)
        except rows.RowGoneError:
            asked.wrong["staff_id"] = "This person is no longer there. Choose another."
        except NotAllowedError as error:
            refuse(error.resource, error.action, error.right)
        except RuleError as error:
            asked.refused(error, [one.key for one in covers])
        else:
            return self._done(asked.away, covers, token)
        return self._answer(asked, 409 if asked.conflicts else 422, covers)

    def _done(self, away: Away, covers: list[Cover], token: str) -> ResponseReturnValue:
        here = f"{urls.page(HERE)}/"
        sentence = f"{dict(people(db.session(), acting())).get(away.staff_id, 'The person')} is recorded as absent."
        given = sum(one.staff_id is not None for one in covers)
        if covers:
            sentence += f" Given to others: {given}, to nobody: {len(covers) - given}."
        undo.offer(sentence, urls.undo("visit_services"), [("token", token), ("url", here)])
        return redirect(here)

    def _answer(self, asked: Asked, status: int, covers: list[Cover] | None = None) -> ResponseReturnValue:
        session, by = db.session(), acting()
        if asked.away is not None:
            found = affected(session, by, asked.away.staff_id, asked.away.starts_at, asked.away.ends_at)
            sent = {one.key: one.staff_id for one in covers or ()}
            asked.rows = [*with_choices(session, by, found, asked.away.staff_id, sent)]
        page = self.render(
            "pages/assign_help/absent.html",
            asked=asked,
            people=people(session, by),
            kinds=[*offered(session, ABSENCE)],
            known=absences_of(session, by, _number(asked.typed["staff_id"])),
            most=MOST,
            may_change=by.behind is None,
            span_words=span_words,
            when=when,
            day=day,
        )
        return page, status


def _number(text: str) -> int | None:
    try:
        return parse_id(text)
    except ValueError:
        return None


def _covers(form: MultiDict[str, str]) -> list[Cover]:
    found = []
    for sent in form.getlist("row"):
        try:
            key, version = sent.split(":")
            resource, number = key.split("-")
            to = form.get(f"to-{key}", "")
            found.append(Cover(resource, parse_id(number), version, parse_id(to) if to else None))
        except ValueError as error:
            raise SpokenError(400, "What was sent is not readable. Open the page again.") from error
    return found
