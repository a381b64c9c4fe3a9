"""The export as a workbook: text stays text, dates are dates, money is a number, and nothing is a live formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy import Row
from sqlalchemy.orm import Session

from homecare import clock
from homecare.admin.list.exporter import FORMULA_STARTS, begun, blocks, cell
from homecare.records.list_request import ListRequest
from homecare.records.row_select import RowSelect
from homecare.tables.table import Field

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The most rows of one sheet, including the header. Further rows go on the next sheet.
ROWS_OF_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
# A workbook counts days from this year. Older days are written as text.
FIRST_YEAR = 1900
PIECE_BYTES = 64 * 1024


def written(scoped: Session, request: ListRequest, columns: list[str]) -> IO[bytes]:
    """The whole file, open at its start. The caller must close it.
    Written to disk row by row, because a workbook's index is at its end. About 5,000 rows per second.
    """
    selected = request.selected(columns)
    read = begun(blocks(scoped, request, selected))
    book = Workbook(write_only=True)
    sheet, length = _new_sheet(book, request, selected), 1
    for block in read:
        for row in block:
            if length == ROWS_OF_A_SHEET:
                sheet, length = _new_sheet(book, request, selected), 1
            sheet.append([_cell(sheet, field, row, selected) for field in selected.fields])
            length += 1
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    book.save(file)
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _new_sheet(book: Workbook, request: ListRequest, selected: RowSelect) -> Any:
    number = len(book.worksheets) + 1
    sheet = book.create_sheet(request.table.many if number == 1 else f"{request.table.many} {number}")
    sheet.freeze_panes = "A2"
    for position, field in enumerate(selected.fields, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = field.traits.width
    heads = [_text(sheet, field.label) for field in selected.fields]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    return sheet


def _cell(sheet: Any, field: Field, row: Row[Any], selected: RowSelect) -> Any:
    """None for an empty cell. A masked value is text, whatever the column's type."""
    value = getattr(row, field.name)
    is_day = isinstance(value, date) and value.year >= FIRST_YEAR
    if is_day and isinstance(value, datetime):
        return _formatted(sheet, field, clock.to_addis(value))
    if is_day or (field.traits.is_number and not isinstance(value, str | bool | None)):
        return _formatted(sheet, field, value)
    text = cell(field, row, selected)
    return _text(sheet, text) if text else None


def _formatted(sheet: Any, field: Field, value: Any) -> Any:
    made = WriteOnlyCell(sheet, value=value)
    if field.traits.number_format:
        made.number_format = field.traits.number_format
    return made


def _text(sheet: Any, text: str) -> Any:
    """A text cell. One that looks like a formula is marked as quoted, or editing it would turn it into a formula."""
    made = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL])
    made.data_type = "s"
    if text.lstrip(" ").startswith(FORMULA_STARTS):
        made.quotePrefix = True
    return made
