"""A person's own notifications: everybody has some, and nobody those of another."""

from __future__ import annotations

from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.told.own_notices import mark_read
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.queries.notices import PAGE_ROWS, notices
from homecare.web import urls
from homecare.web.errors import SpokenError


class Notifications(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": None, "read_view": None}
    # The bell is one's own, whomever one looks as.
    as_oneself = frozenset(needs)
    page = PAGES["notifications"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`after` is the last one of the page before, as "1-12" if it was read and "0-12" if it was not."""
        found = notices(db.session(), acting(), after=_place(request.args.get("after", "")))
        shown = found[:PAGE_ROWS]
        last = shown[-1] if len(found) > PAGE_ROWS else None
        more = f"{urls.page('notifications')}/?after={int(last.is_read)}-{last.id}" if last else ""
        return self.render("pages/notifications/notifications.html", notices=shown, more=more, when=when)

    @expose("/read", methods=("POST",))
    def read_view(self) -> ResponseReturnValue:
        """`id` marks one, `newest` all up to that one."""
        name = "id" if "id" in request.form else "newest"
        number = _number(request.form.get(name, ""))
        mark_read(session=db.session(), by=acting(), **{"notice_id" if name == "id" else "newest": number})
        return redirect(f"{urls.page('notifications')}/")


def _place(text: str) -> tuple[bool, int] | None:
    if not text:
        return None
    read, _, number = text.partition("-")
    if read not in ("0", "1"):
        raise SpokenError(400, "The place to go on from is not one of this page. Open the notifications again.")
    return read == "1", _number(number)


def _number(text: str) -> int:
    try:
        return parse_id(text)
    except ValueError as error:
        raise SpokenError(400, "A notification's number consists of digits. Open the notifications again.") from error
