"""How long a person stays signed in: pages ask before they warn, and working on a page extends the session."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, session
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from homecare.db import db
from homecare.login import sessions
from homecare.records import saved_forms
from homecare.tables.table import coded_tables
from homecare.web import urls

page = Blueprint("session", __name__, url_prefix="/session")


@page.get("")
def show() -> Response:
    """Open to strangers, because the session may be over when a page asks. Asking does not extend it.
    `left_s` is 0 if it is over. `csrf_token` is valid for this browser's next requests.
    """
    token = session.get("_user_id")
    found = sessions.remaining(token) if isinstance(token, str) else None
    return jsonify(
        account=found.account_id if found else None,
        left_s=int(found.left.total_seconds()) if found else 0,
        ends_in_s=int(found.ends_in.total_seconds()) if found else 0,
        viewing=bool(found and found.viewing),
        csrf_token=generate_csrf(),
    )


@page.get("/form")
def form() -> Response:
    """Whether this person's form `token` was saved, and where its row is, for a page that lost its connection."""
    found = saved_forms.find(db.session(), request.args.get("token", ""), current_user.staff_id)
    if found is None:
        return jsonify(saved=False)
    # Nothing of it is set by IT, and this page passes no door.
    table = coded_tables().get(found.table)
    there = urls.record(found.table, found.row_id) if table and found.row_id is not None else None
    return jsonify(saved=True, url=there, one=table.one if table else None)


@page.post("")
def keep() -> Response:
    """Extends the session while somebody works on a long form. Any signed-in request does that."""
    return jsonify(account=current_user.account_id)
