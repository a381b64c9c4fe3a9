"""Break-glass on a record's page: a reason opens columns of it for a while, and the page says until when."""

from __future__ import annotations

from flask import request

from homecare.actions.rules import RuleError
from homecare.actions.told.break_glass import end_glass, open_glass
from homecare.admin.door import not_found, refuse
from homecare.audit.log import log_read, session_hash
from homecare.db import db
from homecare.kinds.texts import one_line
from homecare.records import glass
from homecare.records.seen import Seen
from homecare.records.stored import stored_row

FEWEST_LETTERS = 5
MOST_LETTERS = 1000


def opened(seen: Seen, row_id: int) -> glass.Opened | None:
    """What of the record is open to the person of this session."""
    return glass.find_open(db.session(), seen, row_id, session_hash())


def open_for_a_reason(seen: Seen, row_id: int) -> frozenset[str]:
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


def end(seen: Seen, row_id: int) -> None:
    end_glass(session=db.session(), seen=seen, row_id=row_id)


def _reason() -> str:
    try:
        reason = " ".join(one_line(request.form.get("reason", "")).split())
    except ValueError:
        reason = ""
    if len(reason) < FEWEST_LETTERS:
        raise RuleError("reason", "Give a reason of a few words; it is recorded with your name.")
    return reason[:MOST_LETTERS]
