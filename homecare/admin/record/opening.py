"""A record's page, and break-glass on it: a reason opens columns for a while, and the page says until when."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from homecare.access.policy import Action, folded
from homecare.actions.assigning.rights import plans_everybody
from homecare.actions.rules import RuleError
from homecare.actions.told.break_glass import end_glass, open_glass
from homecare.admin.asked import Asked
from homecare.admin.door import not_found, refuse
from homecare.admin.record.details import DetailsScreen
from homecare.audit.log import log_read, session_hash
from homecare.db import db
from homecare.kinds.say import when
from homecare.kinds.texts import one_line
from homecare.queries.booked.known_times import VISITS
from homecare.queries.booked.listed import ENDING, offered
from homecare.queries.booked.visit_plans import plan_of, said_of, versioned
from homecare.queries.workdays.told_moments import told_otherwise
from homecare.records import glass
from homecare.records.bookings import IDLE
from homecare.records.seen import Seen
from homecare.records.stored import Stored, revealed, stored_row
from homecare.web import urls

FEWEST_LETTERS = 5
MOST_LETTERS = 1000


def page(asked: Asked, row_id: int, shown_once: frozenset[str] = frozenset()) -> ResponseReturnValue:
    """The record with what is open of it to the person of this session, and with what is `shown_once`."""
    seen, session = asked.seen, db.session()
    stored = stored_row(session, seen, row_id)
    if stored is None:
        not_found(seen.name, "view", str(row_id))
    opened = glass.find_open(session, seen, row_id, session_hash())
    names = sorted(shown_once | (opened.columns if opened else frozenset()))
    values = revealed(session, seen.table, names, row_id) if names else {}
    plans = seen.name == VISITS and plans_everybody(seen.by)
    plan = plan_of(session, row_id) if plans else None
    return asked.render(
        "tables/record/details.html",
        screen=DetailsScreen.of(seen, stored, values, session),
        table=seen.table,
        access=seen.access,
        opened=opened,
        plan=plan,
        told=told_otherwise(session, row_id, stored.values) if plans else [],
        endings=_endings(seen, stored) if plans else [],
        version=versioned(stored.version, said_of(plan)),
        when=when,
    )


def _endings(seen: Seen, stored: Stored) -> list[str]:
    """What may be said of why a visit ended; nothing of one that goes on."""
    ended = seen.access.may(Action.EDIT) and folded(stored.values.get("status")) in IDLE
    return [*offered(db.session(), ENDING)] if ended else []


def answer(asked: Asked, row_id: int) -> ResponseReturnValue:
    """Opens what is hidden of the record for the `reason`. `_do=end` shuts it."""
    details = urls.record(asked.table.name, row_id)
    if request.form.get("_do") == "end":
        end_glass(session=db.session(), seen=asked.seen, row_id=row_id)
        flash("What you opened here is closed again.", "success")
        return redirect(details)
    try:
        names = _open_for_a_reason(asked.seen, row_id)
    except RuleError as error:
        flash(error.message, "error")
        return redirect(details)
    return page(asked, row_id, names)


def _open_for_a_reason(seen: Seen, row_id: int) -> frozenset[str]:
    """The columns that the `reason` opened: those named by `column`, or all where the form has no choice of columns.
    The reason is recorded first. Raises RuleError for a reason of nothing, or if no column was chosen.
    """
    reason = _reason()
    names = glass.behind_glass(seen)
    chosen = request.form.getlist("column") if "choice" in request.form else names
    if not names or set(chosen) - set(names):
        refuse(seen.name, "reveal", f"reveal anything of {seen.table.many.lower()}", str(row_id))
    if not chosen:
        raise RuleError("column", "Choose what you need to read.")
    if stored_row(db.session(), seen, row_id, ()) is None:
        not_found(seen.name, "view", str(row_id))
    read_id = log_read(seen.by, kind="reveal", resource=seen.name, row_id=str(row_id), reason=reason)
    open_glass(
        session=db.session(),
        seen=seen,
        row_id=row_id,
        columns=chosen,
        reason=reason,
        session_hash=session_hash(),
        read_id=read_id,
    )
    return frozenset(chosen)


def _reason() -> str:
    try:
        reason = " ".join(one_line(request.form.get("reason", "")).split())
    except ValueError:
        reason = ""
    if len(reason) < FEWEST_LETTERS:
        raise RuleError("reason", "Give a reason of a few words; it is recorded with your name.")
    return reason[:MOST_LETTERS]
