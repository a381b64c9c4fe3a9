"""A log as a file, every entry that meets the conditions: one line an entry, recorded before it leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import Select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.admin.list import exporter, workbook
from homecare.audit.reads import Lines, log_exported
from homecare.pages.audit.entries import NOT_YOURS, Line, Told, line
from homecare.queries import audit_lines
from homecare.queries.audit import Log

HEADS = [("When", 18), ("Who", 28), ("What", 28), ("Of what", 28), ("Columns", 60), ("More", 60)]


def answer(session: Session, log: Log, statement: Select[Any], who: Acting, export_type: str, about: Lines) -> Response:
    """`about` is whose entries they are besides those of their rows."""
    found = _rows(session, log, statement, who, about)
    if export_type == "csv":
        lines = _csv(found)
        made = Response(stream_with_context(exporter.begun(lines)), mimetype="text/csv")
        made.call_on_close(lines.close)
    else:
        file = workbook.of_texts(log.name.capitalize(), HEADS, found)
        made = Response(workbook.pieces(file), mimetype=workbook.TYPE)
        made.call_on_close(file.close)
    made.headers["Content-Disposition"] = f'attachment; filename="{log.name}.{export_type}"'
    return made


def _rows(
    session: Session, log: Log, statement: Select[Any], who: Acting, about: Lines
) -> Generator[list[str], None, None]:
    log_exported(who, about)
    with closing(exporter.streamed(session, statement.order_by(*log.order), who.person.staff_id)) as blocks:
        for block in blocks:
            lines = audit_lines.shown(session, log, block)
            if lines.tables:
                log_exported(who, lines)
            yield from (_cells(line(log, row, who)) for row in block)


def _cells(one: Line) -> list[str]:
    changed = "; ".join(_change(field) for field in one.fields)
    return [one.moment, one.who, f"{one.what} {one.where}".strip(), one.subject, changed, "; ".join(one.facts)]


def _change(field: Told) -> str:
    if field.withheld:
        return f"{field.label}: {NOT_YOURS}"
    return f"{field.label}: {field.before or '(empty)'} → {field.after or '(empty)'}"


def _csv(rows: Iterator[list[str]]) -> Generator[str, None, None]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(exporter.BYTE_ORDER_MARK)
    writer.writerow([label for label, _ in HEADS])
    for number, row in enumerate(rows, start=1):
        writer.writerow([exporter.safe(word) for word in row])
        if number % exporter.ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
