"""Copies a day or a week of one person or of all to another, after a preview of every visit and shift."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.planning.copying import MOST, SPANS, Copying, create_copy, draft_copy
from homecare.actions.assigning.rights import plans_everybody
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds import say
from homecare.pages.visit_series import answers, draft_lines
from homecare.pages.visit_series.answers import Outcome, amount
from homecare.pages.visit_series.typed_words import VISITS, Typed
from homecare.web import urls


class CopiedDaysPage(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW, "make_view": Action.VIEW}
    page = PAGES["copied_days"]

    def is_accessible(self) -> bool:
        return super().is_accessible() and plans_everybody(acting())

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The form; with `preview` the draft of what it says."""
        answers.need_all()
        typed, outcome = Typed.of_request(), Outcome()
        if not typed.word("preview"):
            _next_week(typed)
        else:
            copying = _copying(typed)
            outcome = answers.drafted(typed, lambda: _draft(typed, copying))
        return self._page(typed, outcome)

    @expose("/", methods=("POST",))
    def make_view(self) -> ResponseReturnValue:
        """What the preview of the key `seen` shows; `answered` is the same key where it warned of something."""
        answers.need_all()
        typed = Typed.of_request()
        copying = _copying(typed)
        outcome = answers.done(typed, lambda: _create(typed, copying), lambda: _draft(typed, copying))
        if outcome.booked is None or copying is None:
            return self._page(typed, outcome)
        path = f"{urls.page(PAGES['copied_days'].path)}/"
        sentence = f"{_label(copying)}: {amount(len(outcome.booked.ids))} made."
        return answers.leave(outcome.booked, sentence, path, path)

    def _page(self, typed: Typed, outcome: Outcome) -> ResponseReturnValue:
        draft = draft_lines.screen(db.session(), acting(), outcome.draft) if outcome.draft else None
        page = self.render(
            "pages/visit_series/copied_days.html",
            typed=typed,
            problems=typed.problems,
            draft=draft,
            labels=typed.labels(),
            pickers={"staff_id": urls.lookup(VISITS, "staff_id")},
            amount=amount,
            most=MOST,
        )
        return page, outcome.status


def _next_week(typed: Typed) -> None:
    """What is mostly copied: this week to the next one."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    usual = {"span": "week", "source": monday.isoformat(), "target": (monday + timedelta(days=7)).isoformat()}
    for name, word in usual.items():
        typed.words.setdefault(name, word)


def _copying(typed: Typed) -> Copying | None:
    """None with the problems said, where something needed is missing or cannot be read."""
    source, target = typed.day("source"), typed.day("target")
    span, staff_id, _ = typed.choice("span", SPANS), typed.person("staff_id"), typed.blocked
    if typed.problems or source is None or target is None:
        return None
    return Copying(source, target, span, staff_id, typed.word("shifts") == "1")


def _draft(typed: Typed, copying: Copying | None) -> Any:
    assert copying is not None  # noqa: S101 - without it there are problems, and nothing is drafted
    return draft_copy(db.session(), acting(), copying, typed.blocked)


def _create(typed: Typed, copying: Copying | None) -> Any:
    assert copying is not None  # noqa: S101 - as above
    return create_copy(
        session=db.session(),
        by=acting(),
        copying=copying,
        blocked=typed.blocked,
        seen=typed.word("seen"),
        answered=typed.word("answered"),
        label=_label(copying),
    )


def _label(copying: Copying) -> str:
    """The week of 7 Dec 2026 copied to that of 14 Dec 2026."""
    if copying.span == "week":
        return f"The week of {say.day(copying.source)} copied to that of {say.day(copying.target)}"
    return f"{say.day(copying.source)} copied to {say.day(copying.target)}"
