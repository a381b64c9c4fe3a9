"""A series: made of weekdays until a day, or moved and cancelled, whole or from one visit on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.planning import series_moves
from homecare.actions.assigning.planning.series import MOST, Series, create_series, draft_series
from homecare.actions.assigning.planning.series_moves import (
    Move,
    Reach,
    cancel_series,
    draft_cancel,
    draft_move,
    move_series,
)
from homecare.actions.assigning.rights import NotAllowedError, plans_everybody
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, refuse
from homecare.db import db
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.pages.visit_series import answers, draft_lines
from homecare.pages.visit_series.answers import Outcome, amount
from homecare.pages.visit_series.typed_words import PEOPLE, VISITS, Typed
from homecare.queries.booked.listed import ENDING, PURPOSE, offered
from homecare.queries.booked.visit_plans import running
from homecare.web import urls
from homecare.web.errors import SpokenError

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HERE, WHOLE = REACHES = ("here", "whole")
MOVE, CANCEL = DEEDS = ("move", "cancel")
SAME, NOBODY = CARERS = ("same", "nobody")


class VisitSeriesPage(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW, "make_view": Action.VIEW}
    page = PAGES["visit_series"]

    def is_accessible(self) -> bool:
        return super().is_accessible() and plans_everybody(acting())

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The form; with `preview` the draft of what it says. `visit_id` opens the series of that visit."""
        answers.need_all()
        typed = Typed.of_request()
        visit_id = _visit_id(typed)
        if visit_id is not None:
            return self._of_visit(typed, visit_id)
        outcome = Outcome()
        if not typed.word("preview"):
            typed.words.setdefault("first_day", (clock.today() + timedelta(days=1)).isoformat())
        if typed.word("preview") and (series := _series(typed)) is None:
            outcome = Outcome(status=422)
        elif typed.word("preview") and series is not None:
            outcome = answers.drafted(typed, lambda: draft_series(db.session(), acting(), series, typed.blocked))
        return self._new(typed, outcome)

    @expose("/", methods=("POST",))
    def make_view(self) -> ResponseReturnValue:
        """What the preview of the key `seen` shows; `answered` is the same key where it warned of something."""
        answers.need_all()
        typed = Typed.of_request()
        visit_id = _visit_id(typed)
        if visit_id is not None:
            return self._change(typed, visit_id)
        series = _series(typed)
        if series is None:
            return self._new(typed, Outcome(status=422))
        outcome = answers.done(
            typed,
            lambda: create_series(
                session=db.session(),
                by=acting(),
                series=series,
                blocked=typed.blocked,
                seen=typed.word("seen"),
                answered=typed.word("answered"),
                label=f"A series: {_words(series)}",
            ),
            lambda: draft_series(db.session(), acting(), series, typed.blocked),
        )
        if outcome.booked is None:
            return self._new(typed, outcome)
        sentence = f"{amount(len(outcome.booked.ids))} made: {_words(series)}."
        return answers.leave(outcome.booked, sentence, _address(outcome.booked.ids[0]), _address())

    def _new(self, typed: Typed, outcome: Outcome) -> ResponseReturnValue:
        session, by = db.session(), acting()
        known = [] if outcome.draft else draft_lines.running(session, by, running(session))
        return self._page(
            "pages/visit_series/new_series.html", typed, outcome, weekdays=WEEKDAYS, most=MOST, running=known
        )

    def _of_visit(self, typed: Typed, visit_id: int) -> ResponseReturnValue:
        outcome = Outcome()
        if typed.word("preview"):
            reach, deed, move = _change_of(typed, visit_id)
            outcome = answers.drafted(typed, lambda: _draft(typed, reach, deed, move))
        return self._series(typed, visit_id, outcome)

    def _change(self, typed: Typed, visit_id: int) -> ResponseReturnValue:
        reach, deed, move = _change_of(typed, visit_id)
        seen, session, by = typed.word("seen"), db.session(), acting()
        said = "the whole series" if reach.whole else "a series from one visit on"

        def do() -> Any:
            if deed == CANCEL:
                reason, label = typed.word("reason"), f"Cancelled {said}"
                return cancel_series(session=session, by=by, reach=reach, reason=reason, seen=seen, label=label)
            return move_series(
                session=session,
                by=by,
                reach=reach,
                move=move,
                blocked=typed.blocked,
                seen=seen,
                answered=typed.word("answered"),
                label=f"Moved {said}",
            )

        outcome = answers.done(typed, do, lambda: _draft(typed, reach, deed, move))
        if outcome.booked is None:
            return self._series(typed, visit_id, outcome)
        sentence = f"{amount(len(outcome.booked.ids))} {'cancelled' if deed == CANCEL else 'moved'}."
        return answers.leave(outcome.booked, sentence, _address(visit_id), _address(visit_id))

    def _series(self, typed: Typed, visit_id: int, outcome: Outcome) -> ResponseReturnValue:
        session, by = db.session(), acting()
        try:
            waiting, staying = series_moves.reached(session, by, Reach(visit_id, whole=True))
        except RuleError as error:
            raise SpokenError(404, error.message) from error
        except NotAllowedError as error:
            refuse(error.resource, error.action, error.right)
        visits = sorted([*waiting, *staying], key=lambda one: one.start)
        reach = Reach(visit_id, typed.word("reach") == WHOLE)
        stays = [one for one in staying if reach.whole or one.start >= _start(visits, visit_id)]
        return self._page(
            "pages/visit_series/series.html",
            typed,
            outcome,
            visits=draft_lines.listed(session, by, visits),
            patient=draft_lines.patient_of(session, by, visits[0]),
            here=next((say.when(one.start) for one in visits if one.row_id == visit_id), ""),
            number=len(visits),
            waiting=len(waiting),
            staying=series_moves.said_of(stays) if outcome.draft else "",
            visit_id=visit_id,
            of_two=draft_lines.of_two(session, by, visits, visit_id),
            endings=[("", ""), *((word, word) for word in offered(session, ENDING))],
            deed=typed.word("deed") or MOVE,
        )

    def _page(self, template: str, typed: Typed, outcome: Outcome, **shown: Any) -> ResponseReturnValue:
        session, by = db.session(), acting()
        draft = draft_lines.screen(session, by, outcome.draft) if outcome.draft else None
        page = self.render(
            template,
            typed=typed,
            problems=typed.problems,
            draft=draft,
            labels=typed.labels(),
            purposes=[(word, word) for word in offered(session, PURPOSE)],
            pickers={name: urls.lookup(VISITS, column) for name, column in PEOPLE.items()},
            amount=amount,
            **shown,
        )
        return page, outcome.status


def _address(visit_id: int | None = None) -> str:
    path = f"{urls.page(PAGES['visit_series'].path)}/"
    return f"{path}?{urlencode({'visit_id': visit_id})}" if visit_id else path


def _visit_id(typed: Typed) -> int | None:
    """Raises SpokenError for one that is no number."""
    text = typed.word("visit_id")
    try:
        return parse_id(text) if text else None
    except ValueError as error:
        raise SpokenError(400, "visit_id is a visit's number. Open the series from one of its visits.") from error


def _start(visits: list[Any], visit_id: int) -> Any:
    return next((one.start for one in visits if one.row_id == visit_id), visits[0].start)


def _series(typed: Typed) -> Series | None:
    """None with the problems said, where something needed is missing or cannot be read."""
    patient_id = typed.person("patient_id")
    if patient_id is None:
        typed.problems.setdefault("patient_id", "Choose a patient.")
    staff_id, second_id = typed.person("staff_id"), typed.person("second_id")
    days = {int(word) for word in typed.words.getlist("weekday") if word in {*"1234567"}}
    if not days:
        typed.problems.setdefault("weekdays", "Choose one weekday or several.")
    at, first, last = typed.time("at"), typed.day("first_day"), typed.day("last_day")
    if at is None:
        typed.problems.setdefault("at", "Write a time of the day, such as 09:00.")
    minutes, _ = typed.minutes(), typed.blocked
    if typed.problems or patient_id is None or at is None or first is None or last is None:
        return None
    pair = typed.word("pair") == "1" or second_id is not None
    purpose = typed.word("purpose")
    return Series(patient_id, staff_id, frozenset(days), at, first, last, minutes, purpose, pair, second_id)


def _change_of(typed: Typed, visit_id: int) -> tuple[Reach, str, Move]:
    reach = Reach(visit_id, typed.choice("reach", REACHES) == WHOLE)
    deed, carer = typed.choice("deed", DEEDS), typed.choice("carer", CARERS)
    if deed == CANCEL:
        return reach, deed, Move()
    staff_id = typed.person("staff_id")
    if carer == NOBODY and staff_id is not None:
        typed.problems.setdefault("staff_id", "Choose a new carer or nobody, not both.")
    days = typed.read("days", int, "Write by how many days, such as 1 or -1.") or 0
    move = Move(days, typed.time("at"), None if carer == SAME and staff_id is None else (staff_id,), typed.minutes())
    return reach, deed, move


def _draft(typed: Typed, reach: Reach, deed: str, move: Move) -> Any:
    session, by = db.session(), acting()
    if deed == CANCEL:
        return draft_cancel(session, by, reach, typed.word("reason"))
    return draft_move(session, by, reach, move, typed.blocked)


def _words(series: Series) -> str:
    """Mon, Wed, Fri at 09:00 until 25 Jan 2027."""
    days = ", ".join(WEEKDAYS[number - 1] for number in sorted(series.weekdays))
    last: date = series.last_day
    return f"{days} at {series.at:%H:%M} until {say.day(last)}"
