"""What was opened for a reason: who, what of which record, why, from when until when. Reading it is read-logged."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting
from homecare.audit.log import log_read
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.queries.glass_openings import PAGE_ROWS, openings, people
from homecare.web import urls
from homecare.web.errors import SpokenError


class BreakGlass(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW}
    page = PAGES["break_glass"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`person` is a staff id, `before` the last opening of the page before."""
        staff_id, before = _number("person"), _number("before")
        asked = request.query_string.decode("utf-8", "replace").replace("\0", "")
        log_read(acting(), kind="break-glass", resource=self.resource, row_id=None, reason=asked[:1000])
        found = openings(db.session(), acting(), staff_id=staff_id, before=before)
        shown = found[:PAGE_ROWS]
        more = ""
        if len(found) > PAGE_ROWS:
            words = ({"person": staff_id} if staff_id else {}) | {"before": shown[-1].id}
            more = f"{urls.page('break-glass')}/?{urlencode(words)}"
        return self.render(
            "pages/break_glass/break_glass.html",
            openings=shown,
            people=people(db.session()),
            staff_id=staff_id,
            more=more,
            when=when,
        )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    try:
        return parse_id(text) if text else None
    except ValueError as error:
        raise SpokenError(400, f"{name} is a number. Open the list again.") from error
