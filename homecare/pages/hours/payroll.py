"""A month's hours as a file: one line a person, hours as decimal numbers, recorded before it leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from flask import Response

from homecare.access.acting import Acting
from homecare.admin.list import exporter, workbook
from homecare.audit.reads import Lines, log_exported
from homecare.queries.workdays.hours import Line, Measure
from homecare.queries.workdays.months import Month

TYPES = ("csv", "xlsx")
Cell = str | float | int | None


def answer(who: Acting, month: Month, lines: Sequence[Line], measures: Sequence[Measure], export_type: str) -> Response:
    told = Lines()
    told.add("staff", [line.staff_id for line in lines], ["first_name", "last_name"])
    log_exported(who, told)
    heads, rows = _heads(measures), [[*_cells(line, month, measures)] for line in lines]
    if export_type == "csv":
        made = Response(_csv([head for head, _ in heads], rows), mimetype="text/csv")
    else:
        file = workbook.of_values("Hours", heads, rows)
        made = Response(workbook.pieces(file), mimetype=workbook.TYPE)
        made.call_on_close(file.close)
    made.headers["Content-Disposition"] = f'attachment; filename="hours-{month.calendar}-{month.word}.{export_type}"'
    return made


def _heads(measures: Sequence[Measure]) -> list[tuple[str, int]]:
    """The columns' labels and widths."""
    heads = [("Staff number", 12), ("Name", 28), ("Month", 18), ("From", 12), ("To", 12), ("Contracted hours", 16)]
    for measure in measures:
        if measure.timed:
            heads.append((f"{measure.label}, hours", 18))
        heads.append((f"{measure.label}, visits", 18))
    return heads


def _cells(line: Line, month: Month, measures: Sequence[Measure]) -> Iterator[Cell]:
    yield from (line.staff_id, line.name, month.title, month.first.isoformat(), month.last.isoformat())
    yield None if line.contracted is None else _hours(line.contracted)
    for measure in measures:
        figure = line.figures[measure.key]
        if measure.timed:
            yield _hours(figure.minutes)
        yield figure.visits


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _csv(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(exporter.BYTE_ORDER_MARK)
    writer.writerow([exporter.safe(head) for head in heads])
    writer.writerows([exporter.safe(_said(cell)) for cell in row] for row in rows)
    return buffer.getvalue()


def _said(cell: Cell) -> str:
    return "" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell)
