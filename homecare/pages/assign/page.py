"""The roster of a day or a week, its data, and what is booked on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from homecare import calendars, clock
from homecare.access.pages import PAGES, is_at_least
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, refuse
from homecare.admin.list import own_views
from homecare.db import db
from homecare.pages.assign import changing, ending, roster_words, sending, week_bars
from homecare.pages.assign.roster_words import PLACES, Words
from homecare.queries.assigned import roster, roster_beside, roster_week
from homecare.records import lookup
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls

# The fields of the day's JSON; the page's own data has more.
STAFF = ("id", "name", "role", "status", "minutes_booked")
VISIT = (
    "id", "patient_id", "patient", "staff_id", "start", "end", "minutes", "purpose", "status", "place", "late",
    "missed", "stuck", "version",
)  # fmt: skip
SHIFT = ("id", "patient_id", "staff_id", "start", "end", "status")


class Assign(GuardedView):
    """Open on every level: `all` has the roster, `own` and `marketing` are led to their own tab."""

    needs: ClassVar[dict[str, Action | None]] = {
        "roster_view": Action.VIEW,
        "data_view": Action.VIEW,
        "refresh_view": Action.VIEW,
        "change_visit": Action.VIEW,
        "new_visit": Action.VIEW,
        "change_shift": Action.VIEW,
        "new_shift": Action.VIEW,
        "say_ending": Action.VIEW,
        "undo": Action.VIEW,
    }
    page = PAGES["assign"]

    @expose("/")
    def roster_view(self) -> ResponseReturnValue:
        level = self._level()
        if led := self.page.leads.get(level):
            return redirect(f"{urls.page(PAGES[led].path)}/")
        read = partial(roster_words.read, by=acting(), own=level == "own")
        if default := own_views.default_address(urls.assign(), read):
            return redirect(default)
        words = read(request.args)
        return self.render(
            "pages/assign/assign.html",
            words=words,
            here="assign",
            ethiopian=_ethiopian(words),
            choices=roster_beside.words(db.session(), acting()),
            places=PLACES,
            chips=roster_words.chips(words, db.session(), acting()),
            patients=_picker("visit_services"),
            may_create=self._may()["create_visit"],
            chosen=roster_words.chosen_patient(words, db.session(), acting()),
            **(self._week(words) if words.is_week else {"data": self._day(words)}),
        )

    @expose("/data.json")
    def data_view(self) -> ResponseReturnValue:
        """`day`; today without it. What another program reads of the day."""
        level = self._level()
        day = roster_words.read_day(request.args.get("day", ""))
        found = roster.Day(day, clock.now_utc())
        if level != "marketing":
            found = roster.day_of(db.session(), acting(), roster.Asked(day, own=level == "own"))
        return jsonify(
            day=day.isoformat(),
            as_of=roster.iso(found.as_of),
            staff=[{name: one[name] for name in STAFF} for one in found.staff],
            visits=[{name: one[name] for name in VISIT} for one in found.visits],
            shifts=[{name: one[name] for name in SHIFT} for one in found.shifts],
            absences=found.absences,
            counts=found.counts,
        )

    @expose("/refresh.json")
    def refresh_view(self) -> ResponseReturnValue:
        """The page's data anew, by the page's own words. Sent with X-Refresh it does not extend the session."""
        return jsonify(self._day(roster_words.read(request.args, acting(), own=self._level() == "own")))

    @expose("/visits/", methods=("POST",))
    def change_visit(self) -> ResponseReturnValue:
        """`visit_id`, `version`, the columns that change, `answered`; `check` alone tells the conflicts."""
        return self._carried(changing.change_visit)

    @expose("/visits/new/", methods=("POST",))
    def new_visit(self) -> ResponseReturnValue:
        return self._carried(changing.new_visit)

    @expose("/visits/ending/", methods=("POST",))
    def say_ending(self) -> ResponseReturnValue:
        """The form on a visit's page: `visit_id`, `version`, `ending_reason`."""
        self._need_all()
        return ending.say_why()

    @expose("/shifts/", methods=("POST",))
    def change_shift(self) -> ResponseReturnValue:
        return self._carried(changing.change_shift)

    @expose("/shifts/new/", methods=("POST",))
    def new_shift(self) -> ResponseReturnValue:
        return self._carried(changing.new_shift)

    @expose("/undo/", methods=("POST",))
    def undo(self) -> ResponseReturnValue:
        """`token` and `table`, as the answer of a change has them."""
        return self._carried(changing.take_back)

    def _carried(self, work: Callable[[MultiDict[str, str]], Any]) -> ResponseReturnValue:
        self._need_all()
        return sending.carried(work)

    def _need_all(self) -> None:
        if self._level() != "all":
            refuse(self.resource, Action.EDIT, "plan everybody's work")

    def _level(self) -> str:
        """How much of the page the person has: all, own or marketing."""
        level = acting().decide(self.resource, Action.VIEW).level
        return next(name for name in ("all", "own", "marketing") if is_at_least("assign", level, name))

    def _day(self, words: Words) -> dict[str, Any]:
        by, asked = acting(), words.asked
        if self._level() == "marketing":
            return self._frame(roster.Day(asked.day, clock.now_utc()), {}, {})
        found = roster.day_of(db.session(), by, asked)
        beside = roster_beside.elsewhere(db.session(), by, asked.day) if not asked.own else {}
        return self._frame(found, roster_beside.working_hours(db.session(), by, asked), beside)

    def _frame(self, day: roster.Day, hours: dict[int, Any], elsewhere: dict[str, int]) -> dict[str, Any]:
        return {
            "account": current_user.account_id,
            "day": day.day.isoformat(),
            "as_of": roster.iso(day.as_of),
            "staff": day.staff,
            "visits": day.visits,
            "before": day.before,
            "shifts": day.shifts,
            "absences": day.absences,
            "hours": hours,
            "counts": day.counts,
            "elsewhere": elsewhere,
            "may": self._may(),
        }

    def _may(self) -> dict[str, bool]:
        by = acting()
        everybody = self._level() == "all" and by.behind is None
        return {
            f"{action}_{kind}": everybody and by.may(table, action)
            for kind, table in (("visit", "visit_services"), ("shift", "caregiver_assignments"))
            for action in (Action.EDIT, Action.CREATE)
        }

    def _week(self, words: Words) -> dict[str, Any]:
        found = roster_week.week(db.session(), acting(), words.asked)
        hours = week_bars.hours_of([cell for line in found.lines for cell in line.cells] + found.nobody)
        return {"week": found, "hours": hours, "today": clock.today()}


def _ethiopian(words: Words) -> str:
    """The day, or the days of the week, in the Ethiopian calendar."""
    if not words.is_week:
        return calendars.ethiopian_words(words.asked.day)
    first = roster_week.monday_of(words.asked.day)
    return f"{calendars.ethiopian_words(first)} to {calendars.ethiopian_words(first + timedelta(days=6))}"


def _picker(name: str) -> str:
    """Where a form of that table looks up its patients. Empty for who may not."""
    by = acting()
    if not by.may(name):
        return ""
    seen = Seen.of(by, shown_table(name))
    return urls.lookup(name, "patient_id") if lookup.may_look_up(seen, seen.table.fields["patient_id"]) else ""
