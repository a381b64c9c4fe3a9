"""The breakdown as a file: counts and money as numbers, empty where the page says "—"."""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_UP, Decimal

from flask import Response

from homecare.admin.list import exporter, workbook
from homecare.pages.funnel.breakdown_table import Table, TableLine
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.spending import CENT

TYPES = ("csv", "xlsx")
Value = str | float | None


def answer(table: Table, question: Question, export_type: str) -> Response:
    """Sums alone, so nobody's record is in it and nothing is recorded as read."""
    heads = [
        (table.label, 32),
        *([("Verdict", 12)] if table.has_verdicts else []),
        *((h.label, 12) for h in table.heads),
    ]
    rows = [_values(line, table) for line in (*table.lines, table.total)]
    if export_type == "csv":
        made = Response(_csv([head for head, _ in heads], rows), mimetype="text/csv")
    else:
        file = workbook.of_values("Funnel", heads, [[_number(value) for value in row] for row in rows])
        made = Response(workbook.pieces(file), mimetype=workbook.TYPE)
        made.call_on_close(file.close)
    name = f"funnel-by-{question.by}-{question.first}-{question.last}.{export_type}"
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made


def _values(line: TableLine, table: Table) -> list[str | int | Decimal | None]:
    numbers = [
        cell.value.quantize(CENT, ROUND_HALF_UP) if isinstance(cell.value, Decimal) else cell.value
        for cell in line.cells
    ]
    return [line.name, *([line.verdict or None] if table.has_verdicts else []), *numbers]


def _number(value: str | int | Decimal | None) -> Value:
    return float(value) if isinstance(value, Decimal) else value


def _csv(heads: list[str], rows: list[list[str | int | Decimal | None]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(exporter.BYTE_ORDER_MARK)
    writer.writerow([exporter.safe(head) for head in heads])
    writer.writerows(["" if value is None else exporter.safe(str(value)) for value in row] for row in rows)
    return buffer.getvalue()
