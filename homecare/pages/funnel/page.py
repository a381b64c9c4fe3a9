"""The campaign funnel as a page, and its figures as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar
from urllib.parse import urlencode

from flask import Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, refuse
from homecare.admin.list import own_views
from homecare.db import db
from homecare.pages.funnel import breakdown_table, figures_json, said, screen, table_file, trend_charts
from homecare.queries.funnel import comparing, figures_of, question
from homecare.queries.funnel.lists_behind import Behind
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.records.funnel.stages import BREAKDOWNS, WINDOWS
from homecare.records.list_request import ALL
from homecare.web import urls
from homecare.web.errors import SpokenError

WINDOW_WORDS = {window: f"Within {days} days" if days else "At any time" for window, days in WINDOWS.items()}
COMPARED = (
    ("", "No comparison"),
    ("before", "The days before"),
    ("year", "A year before"),
    ("campaigns", "Two campaigns"),
)
WORDS = (*question.WORDS, *comparing.WORDS, screen.COHORT, ALL)


class CampaignFunnel(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "funnel_view": Action.VIEW, "funnel_data": Action.VIEW, "export": Action.VIEW,
    }  # fmt: skip
    page = PAGES["funnel"]

    @expose("/")
    def funnel_view(self) -> ResponseReturnValue:
        """A period by `from` and `to`, by `window`, `attribution` and `by`; `compare` and `cohort` beside."""
        if default := own_views.default_address(here({}), self._screen):
            return redirect(default)
        made = self._screen(request.args)
        return self.render(
            "pages/funnel/funnel.html",
            screen=made,
            said=said,
            address_of=here,
            here="funnel",
            presets=screen.presets(),
            windows=WINDOW_WORDS,
            attributions={"first": "First touch", "last": "Last touch"},
            breakdowns={
                by: f"By {one.label.lower()}" for by, one in BREAKDOWNS.items() if made.sight.may_break_down(by)
            },
            comparisons=COMPARED,
            cohort_stages=screen.COHORT_STAGES,
            trends=trend_charts.trends(made.months, made.behind_months),
        )

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The breakdown's table as csv or xlsx."""
        if export_type not in table_file.TYPES:
            raise SpokenError(404, "There is no export of this kind.")
        asked, sight = self._asked(request.args, WORDS)
        found = figures_of.funnel(db.session(), acting(), asked)
        made = breakdown_table.table(found, asked, Behind(acting(), asked, sight), sight)
        answer: Response = table_file.answer(made, asked, export_type)
        return answer

    @expose("/data.json")
    def funnel_data(self) -> ResponseReturnValue:
        """The figures of a period, `from` to `to`, by `window`, `attribution` and `by`."""
        asked, sight = self._asked(request.args, question.WORDS)
        found = figures_of.funnel(db.session(), acting(), asked)
        return jsonify(figures_json.as_json(found, asked, sight))

    def _screen(self, args: MultiDict[str, str]) -> screen.Screen:
        asked, sight = self._asked(args, WORDS)
        try:
            return screen.screen(db.session(), acting(), asked, sight, args)
        except ValueError as error:
            raise _refused(error) from error

    def _asked(self, args: MultiDict[str, str], words: Collection[str]) -> tuple[Question, Sight]:
        """What the address asks, and what of it this person is shown."""
        unknown = [name for name in args if name not in words]
        try:
            if unknown:
                raise ValueError(f"There is no condition {unknown[0][:60]!r} on the funnel.")
            asked = question.parse(args)
        except (ValueError, OverflowError) as error:
            raise _refused(error) from error
        sight = Sight.of(acting())
        if not sight.may_break_down(asked.by):
            refuse(PAGES["map"].resource, Action.VIEW, "see where patients live")
        return sight.asks(asked), sight


def _refused(error: Exception) -> SpokenError:
    return SpokenError(400, str(error), back=(here({ALL: "1"}), "The last 180 days"))


def here(words: Mapping[str, str], export_type: str = "") -> str:
    path = f"{urls.page('funnel')}/" + (f"export/{export_type}/" if export_type else "")
    return f"{path}?{urlencode(words)}" if words else path
