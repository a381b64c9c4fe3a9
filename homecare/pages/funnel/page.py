"""The campaign funnel as a page, and its figures as JSON."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, refuse
from homecare.db import db
from homecare.pages.funnel import figures_json
from homecare.queries.funnel import figures_of, question
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.web import urls
from homecare.web.errors import SpokenError


class CampaignFunnel(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"funnel_data": Action.VIEW}
    page = PAGES["funnel"]

    @expose("/data.json")
    def funnel_data(self) -> ResponseReturnValue:
        """The figures of a period, `from` to `to`, by `window`, `attribution` and `by`."""
        asked, sight = self._asked(question.WORDS)
        found = figures_of.funnel(db.session(), acting(), asked)
        return jsonify(figures_json.as_json(found, asked, sight))

    def _asked(self, words: Collection[str]) -> tuple[Question, Sight]:
        """What the address asks, and what of it this person is shown."""
        unknown = [name for name in request.args if name not in words]
        try:
            if unknown:
                raise ValueError(f"There is no condition {unknown[0][:60]!r} on the funnel.")
            asked = question.parse(request.args)
        except (ValueError, OverflowError) as error:
            raise SpokenError(400, str(error), back=(f"{urls.page('funnel')}/", "The last 180 days")) from error
        sight = Sight.of(acting())
        if not sight.may_break_down(asked.by):
            refuse(PAGES["map"].resource, Action.VIEW, "see where patients live")
        return asked, sight
