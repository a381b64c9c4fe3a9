"""CSV as it leaves: streamed, with a byte order mark for Excel, no live formula, and no digits that it would drop."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import State
from homecare.access.rows import acting_staff
from homecare.access.shown import NOT_SHOWN
from homecare.admin.cells import phone
from homecare.admin.listing import ListRequest
from homecare.admin.rowselect import RowSelect, file_name, relation_label
from homecare.admin.tables import Field
from homecare.audit.reading import log_export
from homecare.models.columns import Kind
from homecare.queries.paging import ordering

T = TypeVar("T")

BYTE_ORDER_MARK = "\ufeff"
ROWS_AT_ONCE = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Digits in groups are text to a spreadsheet.
GROUP = 4
READABLE_PHONE = re.compile(r"\+\d{7,15}|\+\d{1,3}(?: \d+)+")
# Digits that are no number: a spreadsheet would drop the zeros before them, or make zeros of those past the 15th.
SHORTENED = re.compile(r"0\d{4,}|\d{16,}", re.ASCII)
NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.SHARE, Kind.PERCENT)
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


# Where the region of a computer separates cells by something else than commas, what follows is a cell of its own.
OTHER_CELL = re.compile(
    rf"([;\t\r\n] *)(?=[=+\-@＝＋－＠])(?!(?:{READABLE_PHONE.pattern}|{PLAIN_NUMBER.pattern}) *(?:[;\t\r\n]|$))"
)


def safe(value: str) -> str:
    """The text with a quote before whatever in it a spreadsheet would run as a formula."""
    if READABLE_PHONE.fullmatch(value) or PLAIN_NUMBER.fullmatch(value):
        return value
    quoted = f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value
    return OTHER_CELL.sub(r"\1'", quoted)


def readable(kind: Kind, text: str) -> str:
    """A phone as screens show it, and in groups what else has digits that a spreadsheet would drop.

    A phone abroad without its strokes, which make it a sum.
    """
    if kind is Kind.PHONE and not text.startswith("•"):
        return phone(text).replace("-", " ").strip()
    if kind in NUMBERS or not (SHORTENED.fullmatch(text) or (kind is Kind.FAYDA and text.isdecimal())):
        return text
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def exported_columns(request: ListRequest, columns: Iterable[str] | None = None) -> list[str]:
    """The columns asked for, by default all, without those the role does not see in the clear.

    A masked relation is exported, as the code it shows.
    """
    access = request.access
    names = request.info.fields if columns is None else columns
    return [
        name
        for name in names
        if access.sees(name)
        or (access.states[name] is State.MASKED and request.info.fields[name].kind is Kind.RELATION)
    ]


def cell(field: Field, row: Row[Any], selected: RowSelect) -> str:
    if field.kind is Kind.RELATION:
        return relation_label(row, selected, field.name) or ""
    value = getattr(row, field.name)
    if field.kind is Kind.FILE and (name := file_name(row, selected, field.name)):
        return name
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.to_addis(value).isoformat(" ", "seconds")
    if field.kind is Kind.BOOL:
        return "Yes" if value else "No"
    return "" if field.kind is Kind.POINT and value == "," else str(value)


def csv_lines(scoped: Session, request: ListRequest, columns: list[str]) -> Generator[str, None, None]:
    """The rows of the list in its order, a thousand at a time: memory stays flat however long it is."""
    selected = request.selected(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe(field.label) for field in selected.fields])
    with closing(blocks(scoped, request, selected)) as found:
        for block in found:
            writer.writerows(
                [safe(readable(field.kind, cell(field, row, selected))) for field in selected.fields] for row in block
            )
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def begun(pieces: Iterator[T]) -> Iterator[T]:
    """The same with the first of them made already: what is refused then is an answer, not a file that breaks off."""
    return chain([*islice(pieces, 1)], pieces)


def blocks(scoped: Session, request: ListRequest, selected: RowSelect) -> Generator[Sequence[Row[Any]], None, None]:
    """The rows of the list in its order, a thousand at a time.

    Runs while the answer is sent, when the request's own session is gone: hence on one of its own, under the same
    row scope.
    """
    order = ordering(request.sort.column, request.info.key, descending=request.descending)
    statement = request.narrowed(selected.statement).order_by(*order)
    with Session(scoped.get_bind(), info=dict(scoped.info)) as session:
        # A slow reader holds the statement open; the limit of an ordinary request would cut the file off.
        session.execute(text("SET LOCAL statement_timeout = '10min'"), execution_options={"unscoped": True})
        # The statement is sent once nobody acts any more, so it says itself whose own rows it is for.
        with acting_staff(request.acting.person.staff_id):
            result = session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE} | NOT_SHOWN)
        empty = True
        with closing(result):
            for block in result.partitions():
                # Before any of it leaves; an export of a million rows is a line for each thousand.
                log_export(request.acting, request.info.name, selected.shown, block)
                yield block
                empty = False
        if empty:
            log_export(request.acting, request.info.name, (), [])
