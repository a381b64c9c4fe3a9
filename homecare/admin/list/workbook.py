"""The export as a workbook: text stays text, dates are dates, money is a number, and nothing is a live formula."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any, TypeVar

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

T = TypeVar("T")

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The most rows of one sheet, including the header. Further rows go on the next sheet.
ROWS_OF_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
# A workbook counts days from this year. Older days are written as text.
FIRST_YEAR = 1900
PIECE_BYTES = 64 * 1024


def written(scoped: Session, request: ListRequest, columns: list[str]) -> IO[bytes]:
    """The whole file, open at its start. The caller must close it."""
    selected = request.selected(columns)
    heads = [(field.label, field.traits.width) for field in selected.fields]
    rows = (row for block in blocks(scoped, request, selected) for row in block)
    return filled(
        request.table.many, heads, rows, lambda sheet, row: [_cell(sheet, f, row, selected) for f in selected.fields]
    )


def of_texts(title: str, heads: list[tuple[str, int]], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A file of texts alone, open at its start. The caller must close it."""
    return filled(title, heads, rows, lambda sheet, row: [_text(sheet, word) if word else None for word in row])


def of_values(title: str, heads: list[tuple[str, int]], rows: Iterable[Sequence[str | float | None]]) -> IO[bytes]:
    """A file of texts and numbers, open at its start. The caller must close it."""

    def cells(sheet: Any, row: Sequence[str | float | None]) -> list[Any]:
        return [_text(sheet, value) if isinstance(value, str) else value for value in row]

    return filled(title, heads, rows, cells)


def filled(
    title: str, heads: list[tuple[str, int]], rows: Iterable[T], cells_of: Callable[[Any, T], list[Any]]
) -> IO[bytes]:
    """Written to disk row by row, because a workbook's index is at its end. About 5,000 rows per second. `heads` are
    the columns' labels and widths.
    """
    # Where the first row is refused no workbook is begun: one that is not saved leaves files behind.
    read = begun(iter(rows))
    book = Workbook(write_only=True)
    sheet, length = _new_sheet(book, title, heads), 1
    for row in read:
        if length == ROWS_OF_A_SHEET:
            sheet, length = _new_sheet(book, title, heads), 1
        sheet.append(cells_of(sheet, row))
        length += 1
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    book.save(file)
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _new_sheet(book: Workbook, title: str, heads: list[tuple[str, int]]) -> Any:
    number = len(book.worksheets) + 1
    sheet = book.create_sheet(title if number == 1 else f"{title} {number}")
    sheet.freeze_panes = "A2"
    for position, (_, width) in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    labels = [_text(sheet, label) for label, _ in heads]
    for label in labels:
        label.font = Font(bold=True)
    sheet.append(labels)
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
