"""The first page after signing in: what this role has to do today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import Session

from homecare import calendars, clock
from homecare.access.acting import Acting
from homecare.access.pages import PAGES
from homecare.access.policy import Action, Scope
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds.say import day as day_words
from homecare.pages.home import charts, on_roster
from homecare.pages.home.work_lists import WorkList, work_lists
from homecare.queries import figures
from homecare.queries.figures import Figure
from homecare.queries.recent import Recent, recent
from homecare.queries.workdays import own_day
from homecare.queries.workdays.own_visit import OwnVisit
from homecare.web import urls

start = Blueprint("start", __name__)


@start.get("/")
def to_home() -> ResponseReturnValue:
    return redirect(urls.HOME)


@dataclass(frozen=True)
class HomeScreen:
    """`numbers` are counts by figure key, `urls` what each opens. `also` are the figures after the first six that
    have rows.
    Cost: one statement for all figures, one for each list and chart, two for the next visit, and those of `recent`.
    """

    day: str
    figures: list[Figure]
    also: list[Figure]
    numbers: dict[str, int]
    urls: dict[str, str]
    lists: list[WorkList]
    drawings: list[charts.Drawing]
    recent: list[Recent]
    # Who has a schedule of their own and nobody else's begins with it.
    own_day: bool = False
    next_visit: OwnVisit | None = None

    @classmethod
    def load(cls, session: Session, who: Acting) -> HomeScreen:
        chosen, left = figures.figures_of(who)
        numbers = figures.counted(session, who, [*chosen, *left])
        drawings = [
            charts.draw(
                chart,
                figures.weeks(session, who, chart),
                own=who.decide(chart.table, Action.VIEW).scope is Scope.OWN,
            )
            for chart in figures.charts_of(who)
        ]
        today = clock.today()
        carer = own_day.may_see(who) and who.decide(PAGES["own_day"].resource, Action.VIEW).level == "own"
        return cls(
            day=f"{today:%A} {today.day} {today:%B %Y} · {calendars.ethiopian_words(today)}",
            figures=chosen,
            also=[figure for figure in left if numbers[figure.key]],
            numbers=numbers,
            urls={figure.key: on_roster.address(who, figure) for figure in (*chosen, *left)},
            lists=work_lists(session, who),
            drawings=drawings,
            recent=recent(session, who),
            own_day=carer,
            next_visit=own_day.next_visit(session, who) if carer else None,
        )


class Home(GuardedView):
    """Open to everybody who is signed in, even without a role; then it says so."""

    needs: ClassVar[dict[str, Action | None]] = {"index": None}
    page = PAGES["home"]
    roleless = frozenset({"index"})

    def __init__(self) -> None:
        # The endpoint is Flask-Admin's own. There is no static folder, so none of its front end is served.
        super().__init__(endpoint="admin", url=urls.ADMIN)

    @expose("/")
    def index(self) -> ResponseReturnValue:
        who = acting()
        screen = HomeScreen.load(db.session(), who) if who.role else None
        may_check = {kind: own_day.may_check(who, kind) for kind in own_day.KINDS} if screen else {}
        return self.render(
            "pages/home/home.html", screen=screen, today=clock.today(), may_check=may_check, day_words=day_words
        )
