"""The read log: which patients and leads a request selected, written in one statement before the answer leaves.
It listens to the session instead of being called, so no page can bypass it. `access.shown` tells whose rows a select
shows. If the read cannot be recorded, the answer is not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from flask import Flask, Response, g, has_request_context, request, session
from sqlalchemy import Result, Row, TextClause, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState

from homecare.access.acting import Acting
from homecare.access.row_scope import inside_request
from homecare.access.shown import Shown, is_private
from homecare.audit.log import by_itself, session_hash
from homecare.db import db, listen_to_sessions
from homecare.models import business_models
from homecare.web import errors

# By view method of a table, and of home. Any other has the name of its page.
KINDS = {
    "index": "home",
    "index_view": "list",
    "related_view": "related",
    "details_view": "details",
    "reveal_view": "details",
    "create_view": "form",
    "edit_view": "form",
    "delete_view": "delete",
    "action_view": "bulk",
    "ajax_lookup": "lookup",
    "ajax_update": "inline",
    "undo_view": "undo",
    "history_view": "history",
    "revert_view": "history",
    "deleted_view": "deleted",
    "restore_view": "deleted",
}
UNWRITTEN = (
    "This is not shown, because your access could not be recorded. If you were saving, check "
    "whether it was saved before you send it again."
)
# A line is added if it has a row that no line of the same session, kind, table and columns had within the hour. A line
# without rows (part of a map) is compared by its query string.
WRITE = text("""
    INSERT INTO dashboard.reads
        (staff_id, staff_name, staff_email, session_hash, kind, resource, row_id, ids, columns, reason)
    SELECT :staff_id, :staff_name, :staff_email, :session_hash, :kind, line.resource,
        CASE cardinality(line.ids) WHEN 1 THEN line.ids[1]::text END, line.ids, line.columns, :reason
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line (resource text, ids bigint[], columns text[])
    WHERE :always OR CASE cardinality(line.ids)
        WHEN 0 THEN NOT EXISTS (
            SELECT FROM dashboard.reads AS said
            WHERE said.session_hash = :session_hash AND said.read_at > timezone('utc', now()) - interval '1 hour'
                AND said.kind = :kind AND said.resource = line.resource AND said.reason = :reason
        )
        ELSE EXISTS (
            SELECT unnest(line.ids) EXCEPT SELECT unnest(said.ids) FROM dashboard.reads AS said
            WHERE said.session_hash = :session_hash AND said.read_at > timezone('utc', now()) - interval '1 hour'
                AND said.kind = :kind AND said.resource = line.resource AND said.columns @> line.columns
        )
    END
""")


class UnsaidReadError(Exception):
    """A select of people's private columns does not say whose rows it shows. This is a bug; nothing is shown."""


class Lines:
    """What an answer shows: per table the row ids and columns, without duplicates."""

    def __init__(self) -> None:
        self.tables: dict[str, tuple[dict[int, None], dict[str, None]]] = {}

    def add(self, table: str, ids: Iterable[int], columns: Iterable[str] = ()) -> None:
        known_ids, known_columns = self.tables.setdefault(table, ({}, {}))
        known_ids.update(dict.fromkeys(ids))
        known_columns.update(dict.fromkeys(columns))

    def add_rows(self, shown: Iterable[Shown], rows: Sequence[Row[Any]]) -> None:
        for one in shown:
            mine = [row for row in rows if not one.among or getattr(row, one.among) == one.table]
            ids = [key for row in mine if (key := getattr(row, one.key)) is not None]
            if ids:
                self.add(one.table, ids, one.columns)

    def as_json(self) -> str:
        lines = [
            {"resource": table, "ids": list(ids), "columns": list(columns)}
            for table, (ids, columns) in self.tables.items()
        ]
        return json.dumps(lines)


def note(table: str, ids: Iterable[int], columns: Iterable[str] = ()) -> None:
    """This answer shows these rows. Without ids it shows the table as a whole, identified by the query string."""
    _noted().add(table, ids, columns)


def note_rows(shown: Iterable[Shown], rows: Sequence[Row[Any]]) -> None:
    """These rows are shown, from a select that ran as NOT_SHOWN because it also returned others."""
    _noted().add_rows(shown, rows)


def note_lines(lines: Lines) -> None:
    """This answer shows what these lines hold."""
    for table, (ids, columns) in lines.tables.items():
        _noted().add(table, ids, columns)


def log_export(by: Acting, table: str, shown: Iterable[Shown], rows: Sequence[Row[Any]]) -> None:
    """Records one piece of an export of a table before the caller sends it. Raises SpokenError: then send nothing."""
    lines = Lines()
    lines.add(table, [row._id for row in rows])
    lines.add_rows(shown, rows)
    log_exported(by, lines)


def log_exported(by: Acting, lines: Lines) -> None:
    """Records what one piece of an export shows before the caller sends it. Raises SpokenError: then send nothing."""
    try:
        _write(by, "export", lines, always=True)
    except (SQLAlchemyError, psycopg.Error) as error:
        errors.log(error, 503)
        raise errors.SpokenError(503, UNWRITTEN) from error


def _noted() -> Lines:
    if not has_request_context():
        raise UnsaidReadError("No answer of a job shows rows; say NOT_SHOWN, and write down what a file of it holds.")
    if "shown" not in g:
        g.shown = Lines()
    found: Lines = g.shown
    return found


def _note_selected(state: ORMExecuteState) -> Result[Any] | None:
    if not inside_request() or state.is_column_load:
        return None
    if isinstance(state.statement, TextClause) and not state.execution_options.get("unscoped"):
        raise UnsaidReadError("Textual SQL cannot be inspected. Mark it UNSCOPED if it reads nobody's rows.")
    shown = state.execution_options.get("shown")
    if shown is None and state.is_select and is_private(state.statement):
        raise UnsaidReadError("A select of private columns must say in `shown` whose rows it shows.")
    if not shown:
        return None
    frozen = state.invoke_statement().freeze()
    note_rows(shown, frozen().all())
    return frozen()


def _write_down(answer: Response) -> Response:
    lines: Lines | None = g.pop("shown", None)
    if lines is None or not lines.tables:
        return answer
    view = (request.endpoint or "").rpartition(".")
    try:
        # No more queries follow, and the log line needs this connection.
        db.session.rollback()
        _write(g.acting, _kind(*view), lines)
    except (SQLAlchemyError, psycopg.Error) as error:
        errors.log(error, 503)
        answer.close()
        # A message for the next page can name the person concerned.
        session.pop("_flashes", None)
        return errors.respond(errors.ANSWERS[503], UNWRITTEN)
    return answer


def _kind(page: str, _dot: str, method: str) -> str:
    return KINDS.get(method, page) if page == "admin" or page in business_models() else page


def _write(by: Acting, kind: str, lines: Lines, *, always: bool = False) -> None:
    asked = request.query_string.decode("utf-8", "replace").replace("\0", "")
    values = {"kind": kind, "lines": lines.as_json(), "always": always, "reason": f"?{asked}" if asked else ""}
    with by_itself() as connection:
        connection.execute(WRITE, values | by.accountable.by_whom | {"session_hash": session_hash()})


def init_app(app: Flask) -> None:
    listen_to_sessions("do_orm_execute", _note_selected)
    app.after_request(_write_down)
