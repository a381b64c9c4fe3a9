"""IT sets how strictly each check of a booking is held, and keeps the lists of purposes, absences and reasons."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.check_settings import SetWord, set_levels, set_words
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.queries.booked.checks import CHECKS, levels
from homecare.queries.booked.listed import ABSENCE, ENDING, LISTS, PURPOSE, listed
from homecare.web.errors import SpokenError

TITLES = {PURPOSE: "Purposes of a visit", ABSENCE: "Kinds of absence", ENDING: "Why a visit was cancelled or missed"}
# Wide enough for every value, short enough for every column.
WHOLE = re.compile(r"[0-9]{1,4}")


class BookingSettings(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "checks_view": Action.VIEW,
        "words_view": Action.VIEW,
    }
    page = PAGES["booking_settings"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._page(), 200

    @expose("/checks", methods=("POST",))
    def checks_view(self) -> ResponseReturnValue:
        """Form: a level by the name of each check, and `was.<name>` as it was shown: what was not changed stays as it
        is by now."""
        form = request.form
        chosen = {name: form[name] for name in CHECKS if name in form and form[name] != form.get(f"was.{name}")}
        try:
            set_levels(session=db.session(), by=acting(), levels=chosen)
        except RuleError as error:
            return self._page(problem=f"{CHECKS[error.field].label}: {error.message}"), 422
        flash("The checks are saved. They hold from now on, everywhere.", "success")
        return redirect(url_for(".index_view"))

    @expose("/words", methods=("POST",))
    def words_view(self) -> ResponseReturnValue:
        """Form: `list`, `known` (each word's id) and by id, and of "new", `word.`, `place.`, `minutes.`, `offered.`."""
        name = request.form.get("list", "")
        if name not in LISTS:
            raise SpokenError(400, f"There is no list {name!r}. Open the page again.")
        try:
            set_words(session=db.session(), by=acting(), name=name, words=_words())
        except RuleError as error:
            return self._page(problem=error.message, wrong=name, field=error.field), 422
        flash(f"{TITLES[name]}: saved.", "success")
        return redirect(url_for(".index_view", _anchor=name))

    def _page(self, problem: str = "", wrong: str = "", field: str = "") -> str:
        """With `wrong`, the list that was sent stands as it was typed."""
        session = db.session()
        lists = {name: [_shown(word, name == wrong) for word in listed(session, name)] for name in LISTS}
        return self.render(
            "pages/booking_settings/booking_settings.html",
            checks=CHECKS,
            levels=levels(session),
            lists=lists,
            titles=TITLES,
            typed=request.form if wrong else {},
            wrong=wrong,
            problem=problem,
            field=field,
        )


def _shown(word: Any, is_typed: bool) -> dict[str, Any]:
    if not is_typed:
        return {"id": word.id, "word": word.word, "offered": word.offered, "minutes": word.minutes or ""}
    form = request.form
    return {
        "id": word.id,
        "word": form.get(f"word.{word.id}", word.word),
        "offered": f"offered.{word.id}" in form,
        "minutes": form.get(f"minutes.{word.id}", ""),
        "place": form.get(f"place.{word.id}"),
    }


def _words() -> list[SetWord]:
    """Raises RuleError at the word whose number cannot be read."""
    form = request.form
    found = []
    for key in [*form.getlist("known"), "new"]:
        number = None if key == "new" else _number(key, key)
        word = form.get(f"word.{key}", "")
        if number is None and not word.strip():
            continue
        place = _number(form.get(f"place.{key}", ""), key)
        minutes = _number(form.get(f"minutes.{key}", ""), key)
        last = len(form.getlist("known")) + 1
        is_offered = key == "new" or f"offered.{key}" in form
        found.append(SetWord(number, word, last if place is None else place, is_offered, minutes))
    return found


def _number(text: str, field: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (WHOLE.fullmatch(text) or (field == text and text.isdecimal() and len(text) < 10)):
        raise RuleError(field, f"Write a whole number of at most four digits; this is {text!r}.")
    return int(text)
