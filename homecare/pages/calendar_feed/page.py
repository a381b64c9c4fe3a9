"""The calendar of who has its private address: no session, no name, no place."""

from __future__ import annotations

from flask import Blueprint, Response

from homecare.access.row_scope import enter_request
from homecare.audit.log import by_itself
from homecare.audit.reads import Lines, log_exported
from homecare.db import db
from homecare.login import calendar_feeds, throttle
from homecare.login.addresses import client_address, network
from homecare.login.browsers import keyed
from homecare.queries.workdays import feed, own_day
from homecare.web.errors import ANSWERS, respond
from homecare.web.settings import current_config
from homecare.work import workers_door

page = Blueprint("calendar_feed", __name__, url_prefix="/calendar")

TYPE = "text/calendar; charset=utf-8"


@page.get("/<secret>.ics")
def show(secret: str) -> Response:
    """404 for an address that is unknown or revoked, and while its person may not see a day of their own."""
    with by_itself() as connection:
        found = calendar_feeds.find(connection, secret)
    text = _calendar(found.staff_id) if found is not None else None
    if found is None or text is None:
        return _not_found()
    with by_itself() as connection:
        calendar_feeds.note_fetch(connection, found.id)
    answer = Response(text, content_type=TYPE)
    answer.headers["Content-Disposition"] = 'inline; filename="visits.ics"'
    return answer


def _calendar(staff_id: int) -> str | None:
    """The file, once it is recorded what it shows. None for who may not see it, or is not Active."""
    try:
        with workers_door.opened(
            db.engine, current_config(), because="a calendar asks", payload={}, staff_id=staff_id
        ) as work:
            if not own_day.may_see(work.by):
                return None
            found = feed.entries(work.session, work.by)
            log_exported(work.by, _shown(found))
            return feed.written(found)
    except workers_door.RefusedError:
        return None
    finally:
        enter_request()


def _shown(found: list[feed.Entry]) -> Lines:
    lines = Lines()
    lines.add("visit_services", [one.visit_id for one in found], ["scheduled_at"])
    lines.add("patients", [one.patient_id for one in found if one.patient_id], ["patient_code"])
    return lines


def _not_found() -> Response:
    """Counts wrong addresses from one network as guesses of a password are counted."""
    try:
        throttle.reserve("", browser=keyed("calendar", network(client_address())))
    except throttle.TooManyFailuresError as refused:
        answer = respond(ANSWERS[429])
        answer.headers["Retry-After"] = str(refused.retry_after_s)
        return answer
    return respond(ANSWERS[404])
