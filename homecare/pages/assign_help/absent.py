"""Somebody is absent: what was planned for then, who could have it, and all of it given away in one go."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare import clock
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
from homecare.kinds.say import when
from homecare.pages.assign_help.planning import PlanningView
from homecare.queries.assigned.affected import Affected, affected, people, with_choices
from homecare.queries.booked.listed import ABSENCE, offered
from homecare.queries.conflicts import Conflict
from homecare.web import urls
from homecare.web.errors import SpokenError

HERE = "assign/absent"
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
LONGEST = timedelta(days=366)
YEARS = (2000, 2100)


@dataclass
class Asked:
    """What was typed, the absence if it can be read, and what is wrong by field."""

    typed: dict[str, str]
    away: Away | None = None
    wrong: dict[str, str] = field(default_factory=dict)
    rows: list[Affected] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problem: str = ""


class Absent(PlanningView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW, "apply_view": Action.VIEW}
    page = PAGES["absent"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`staff_id`, `from` and `to` (local time), `kind`, `note`: the preview. Without a person the form alone."""
        asked = _read(request.args) if request.args.get("staff_id") is not None else Asked(_typed(request.args))
        return self._answer(asked, 422 if asked.wrong else 200)

    @expose("/", methods=("POST",))
    def apply_view(self) -> ResponseReturnValue:
        """The same fields; `row` repeated, "visit_services-12:3456", `to-visit_services-12` who gets it, `answered`."""
        asked = _read(request.form)
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
            names = {"starts_at": "from", "ends_at": "to", "kind": "kind", "note": "note"}
            names |= {one.key: one.key for one in covers}
            asked.wrong[names.get(error.field, "")] = error.message
        else:
            return self._done(asked.away, token)
        return self._answer(asked, 409 if asked.conflicts else 422, covers)

    def _done(self, away: Away, token: str) -> ResponseReturnValue:
        here = f"{urls.page(HERE)}/"
        sentence = f"{dict(people(db.session(), acting())).get(away.staff_id, 'The person')} is recorded as absent."
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
            when=when,
        )
        return page, status


def _typed(given: MultiDict[str, str]) -> dict[str, str]:
    today = clock.today().isoformat()
    fallback = {"staff_id": "", "from": f"{today}T00:00", "to": f"{today}T23:59", "kind": "", "note": ""}
    return {name: given.get(name, start) for name, start in fallback.items()}


def _read(given: MultiDict[str, str]) -> Asked:
    asked = Asked(_typed(given))
    try:
        staff_id = parse_id(asked.typed["staff_id"])
    except ValueError:
        staff_id = 0
    if staff_id not in dict(people(db.session(), acting())):
        asked.wrong["staff_id"] = "Choose who is absent."
    start, end = (_moment(asked, name) for name in ("from", "to"))
    if start and end and not start < end <= start + LONGEST:
        asked.wrong["to"] = "The absence ends after it begins, and within a year."
    if asked.typed["kind"] not in offered(db.session(), ABSENCE):
        asked.wrong["kind"] = "Choose the kind of absence."
    if start and end and not asked.wrong:
        asked.away = Away(staff_id, start, end, asked.typed["kind"], asked.typed["note"])
    return asked


def _moment(asked: Asked, name: str) -> datetime | None:
    """A local time as stored; until 23:59 is until the end of the day."""
    text = asked.typed[name]
    try:
        if not MOMENT.fullmatch(text):
            raise ValueError
        local = datetime.fromisoformat(text)
        if not YEARS[0] <= local.year < YEARS[1]:
            raise ValueError
    except ValueError:
        asked.wrong[name] = "Write a day and a time, such as 2026-03-09 08:00."
        return None
    full = name == "to" and text.endswith("23:59")
    return clock.to_utc(local + timedelta(minutes=1) if full else local)


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
