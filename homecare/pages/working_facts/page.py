"""The working days of one staff member, their contracted hours, and woman or man for patients who ask for one."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.people_facts import set_working
from homecare.actions.assigning.rights import plans_everybody
from homecare.actions.rows import RowGoneError
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, not_found, refuse
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.queries.booked.facts_of_people import said_working, working
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table
from homecare.web import urls

DAYS = dict(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 1))
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")
HOURS = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")


class WorkingFacts(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"people_view": Action.VIEW}
    page = PAGES["working_facts"]

    @expose("/", methods=("GET", "POST"))
    def people_view(self) -> ResponseReturnValue:
        """`staff_id`. Form: `from.<weekday>` and `to.<weekday>`, both empty for a free day; `contracted`, `gender`."""
        if not plans_everybody(acting()):
            refuse(self.resource, "view", "plan everybody's work")
        staff_id, name = _person(self.resource)
        if request.method == "GET":
            return self._page(staff_id, name), 200
        try:
            set_working(session=db.session(), by=acting(), staff_id=staff_id, days=_days(),
                        contracted_minutes=_contracted(), gender=request.form.get("gender", ""),
                        seen=request.form.get("seen"))  # fmt: skip
        except RuleError as error:
            return self._page(staff_id, name, error), 422
        except RowGoneError:
            not_found("staff", "view", str(staff_id))
        flash(f"Saved: when {name} works.", "success")
        return redirect(urls.record("staff", staff_id))

    def _page(self, staff_id: int, name: str, error: RuleError | None = None) -> str:
        hours, minutes, gender = working(db.session(), staff_id)
        typed: dict[str, Any] = {"gender": gender, "contracted": f"{minutes / 60:g}" if minutes is not None else ""}
        for day, (starts, ends) in hours.items():
            typed |= {f"from.{day}": f"{starts:%H:%M}", f"to.{day}": f"{ends:%H:%M}"}
        return self.render(
            "pages/working_facts/working_facts.html",
            staff_id=staff_id,
            name=name,
            days=DAYS,
            seen=said_working(hours, minutes, gender),
            typed=request.form if error else typed,
            error=error,
        )


def _person(resource: str) -> tuple[int, str]:
    """The staff member that the address names, as this person may see them; else 404."""
    text = request.args.get("staff_id", "")
    try:
        staff_id = parse_id(text)
    except ValueError:
        not_found("staff", "view", text)
    seen = Seen.of(acting(), shown_table("staff"))
    names = names_of(db.session(), seen, [staff_id]) if seen.may(Action.VIEW) else {}
    if staff_id not in names:
        not_found("staff", "view", text)
    return staff_id, names[staff_id]


def _days() -> dict[int, tuple[time, time]]:
    found = {}
    for day in DAYS:
        texts = [request.form.get(f"{end}.{day}", "").strip() for end in ("from", "to")]
        if any(texts):
            starts, ends = (_clock(text, f"day-{day}") for text in texts)
            found[day] = (starts, ends)
    return found


def _clock(text: str, field: str) -> time:
    found = CLOCK.fullmatch(text)
    if found is None:
        raise RuleError(field, f"Write both times of the day as 08:00; this is {text!r}.")
    return time(int(found[1]), int(found[2]))


def _contracted() -> int | None:
    text = request.form.get("contracted", "").strip()
    if not text:
        return None
    if not HOURS.fullmatch(text):
        raise RuleError("contracted", f"Write the hours of a week as a number such as 40 or 37.5; this is {text!r}.")
    return round(float(text.replace(",", ".")) * 60)
