"""File downloads. They pass the checks of their row: its scope, its column's rule, and first the read log."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from flask import Response, request, send_file
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from homecare.access.policy import State
from homecare.access.shown import NOT_SHOWN
from homecare.admin.door import not_found, refuse
from homecare.audit.log import log_read
from homecare.db import db
from homecare.files import store
from homecare.files.keeping import Kept, find_of_row
from homecare.files.kinds import PREVIEWED
from homecare.records.seen import Seen
from homecare.tables.table import ShownTable
from homecare.web.errors import SpokenError
from homecare.web.headers import FILE_POLICY
from homecare.web.settings import current_config

# How long a link from a reveal works, in the session that revealed it.
PASS_SECONDS = 600
MISSING = "This file is not in the store. Another application put it there, or it was lost; tell IT its table and row."


def answer(seen: Seen, row_id: int, *, preview: bool) -> Response:
    """The file of `?name=<column>` as an attachment, or one of our pictures for an <img>. 403, 404 as for the row."""
    name = request.args.get("name", "")
    _refuse_unseen(seen, row_id, name)
    kept = _kept(seen, row_id, name)
    if preview and kept.media_type not in PREVIEWED:
        raise SpokenError(404, "Only pictures can be previewed. Download the file instead.")
    try:
        # At most 10 MB. Read first, so that the log does not record a file that could not be opened.
        data = store.read(current_config().files_dir, kept.key)
    except FileNotFoundError as error:
        raise SpokenError(404, MISSING) from error
    reason = f"{name}, preview" if preview else name
    log_read(seen.by, kind="file", resource=seen.table.name, row_id=str(row_id), reason=reason)
    sent = send_file(
        io.BytesIO(data), mimetype=kept.media_type, as_attachment=not preview, download_name=kept.original_name
    )
    sent.headers["Content-Security-Policy"] = FILE_POLICY
    return sent


def _refuse_unseen(seen: Seen, row_id: int, name: str) -> None:
    field = seen.table.fields.get(name)
    if field is None or not field.traits.holds_file:
        raise SpokenError(404, f"{seen.table.many} have no file of this name.")
    state = seen.access.states[name]
    if state is State.SHOWN or (state is State.BREAK_GLASS and _has_pass(seen.table, row_id, name)):
        return
    refuse(seen.table.name, "file", f"open {field.label.lower()} of {seen.table.many.lower()}", str(row_id))


def _kept(seen: Seen, row_id: int, name: str) -> Kept:
    model: Any = seen.table.model
    # NOT_SHOWN, because opening the file is logged each time.
    row = db.session.execute(
        select(getattr(model, name)).where(model.id == row_id), execution_options=NOT_SHOWN
    ).first()
    if row is None:
        not_found(seen.table.name, "file", str(row_id))
    kept = find_of_row(db.session(), row[0], resource=seen.table.name, column=name, row_id=row_id) if row[0] else None
    if kept is None:
        raise SpokenError(404, MISSING if row[0] else f"There is no {seen.table.fields[name].label.lower()} here.")
    return kept


def new_pass(table: ShownTable, row_id: int, name: str) -> str:
    """The token in a link to a break-glass file, once a reason was given and logged."""
    return str(_serializer().dumps(_subject(table, row_id, name)))


def _has_pass(table: ShownTable, row_id: int, name: str) -> bool:
    try:
        given = _serializer().loads(request.args.get("pass", ""), max_age=PASS_SECONDS)
    except BadSignature:
        return False
    return bool(given == _subject(table, row_id, name))


def _subject(table: ShownTable, row_id: int, name: str) -> list[str]:
    session = hashlib.sha256(current_user.get_id().encode()).hexdigest()
    return [table.name, str(row_id), name, session]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_config().secret_key, salt="file behind glass")
