"""Hours per person and month, each figure with the visits behind it, and as a file for payroll."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, refuse, right
from homecare.db import db
from homecare.pages.hours import payroll
from homecare.queries.workdays import hours, months
from homecare.queries.workdays.hours import Line
from homecare.queries.workdays.months import Month
from homecare.web import urls
from homecare.web.errors import SpokenError

WORDS = ("month", "calendar")


class Hours(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"hours_view": Action.VIEW, "export": Action.VIEW}
    page = PAGES["hours"]

    @expose("/")
    def hours_view(self) -> ResponseReturnValue:
        """`month` is `2026-11`, or `2019-03` with `calendar=ethiopian`; this month where nothing is said."""
        month, own = _month(), _own()
        lines = _lines(month, own)
        measures = hours.measures_of(acting(), own=own)
        return self.render(
            "pages/hours/hours.html",
            month=month,
            own=own,
            lines=lines,
            measures=[measure for measure, _ in measures.values()],
            totals=hours.totals(lines),
            total_urls={key: hours.address(month, condition) for key, (_, condition) in measures.items()},
            in_hours=in_hours,
            here=here,
            calendars=(months.GREGORIAN, months.ETHIOPIAN),
        )

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The month's lines as csv or xlsx, hours as decimal numbers."""
        if export_type not in payroll.TYPES:
            raise SpokenError(404, "There is no export of this kind.")
        month, own = _month(), _own()
        measures = [measure for measure, _ in hours.measures_of(acting(), own=own).values()]
        answer: Response = payroll.answer(acting(), month, _lines(month, own), measures, export_type)
        return answer


def _own() -> bool:
    """Whether the person sees their own hours alone. The visits are asked for too, or nothing could be counted."""
    who = acting()
    if not who.may(hours.VISITS):
        refuse(hours.VISITS, Action.VIEW, right(hours.VISITS, Action.VIEW))
    return who.decide(PAGES["hours"].resource, Action.VIEW).level != "all"


def _month() -> Month:
    unknown = [name for name in request.args if name not in WORDS]
    if unknown:
        raise SpokenError(400, f"There is no condition {unknown[0][:60]!r} on the hours.")
    doubled = [name for name in WORDS if len(request.args.getlist(name)) > 1]
    if doubled:
        raise SpokenError(400, f"{doubled[0]} is said twice. Say it once.", back=(here({}), "This month"))
    try:
        return months.parse(request.args.get("month", "").strip(), request.args.get("calendar", months.GREGORIAN))
    except (ValueError, OverflowError) as error:
        raise SpokenError(400, str(error), back=(here({}), "This month")) from error


def _lines(month: Month, own: bool) -> list[Line]:
    return hours.hours(db.session(), acting(), month, own=own)


def here(words: dict[str, str], export_type: str = "") -> str:
    path = f"{urls.page('hours')}/" + (f"export/{export_type}/" if export_type else "")
    return f"{path}?{urlencode(words)}" if words else path


def in_hours(minutes: int) -> str:
    """12.5 h, with at most two digits after the point."""
    return f"{minutes / 60:,.2f}".rstrip("0").rstrip(".") + " h"
