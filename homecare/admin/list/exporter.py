"""CSV export: streamed, with a byte order mark for Excel, without live formulas, and with all digits preserved."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from homecare.access.policy import State
from homecare.access.row_scope import acting_staff
from homecare.access.shown import NOT_SHOWN
from homecare.audit.reads import log_export
from homecare.kinds import say, write
from homecare.kinds.traits import Traits
from homecare.records.list_request import ListRequest
from homecare.records.paging import ordering
from homecare.records.row_select import RowSelect, file_name, relation_label
from homecare.tables.table import Field

T = TypeVar("T")

BYTE_ORDER_MARK = "\ufeff"
ROWS_AT_ONCE = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A spreadsheet treats digits in groups as text.
GROUP = 4
READABLE_PHONE = re.compile(r"\+\d{7,15}|\+\d{1,3}(?: \d+)+")
# Digits that are not a number: a spreadsheet would drop leading zeros, or turn digits after the 15th into zeros.
SHORTENED = re.compile(r"0\d{4,}|\d{16,}", re.ASCII)
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


# In regions that separate cells by something other than commas, the rest becomes a cell of its own.
OTHER_CELL = re.compile(
    rf"([;\t\r\n] *)(?=[=+\-@＝＋－＠])(?!(?:{READABLE_PHONE.pattern}|{PLAIN_NUMBER.pattern}) *(?:[;\t\r\n]|$))"
)


def safe(value: str) -> str:
    """The text with a quote before everything that a spreadsheet would run as a formula."""
    if READABLE_PHONE.fullmatch(value) or PLAIN_NUMBER.fullmatch(value):
        return value
    quoted = f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value
    return OTHER_CELL.sub(r"\1'", quoted)


def readable(traits: Traits, text: str) -> str:
    """A phone number as screens show it; other long digits in groups, so that a spreadsheet keeps them.
    Foreign numbers lose their hyphens, which a spreadsheet would read as a sum.
    """
    if traits.is_phone and not text.startswith("•"):
        return say.phone(text).replace("-", " ").strip()
    if traits.is_number or not (SHORTENED.fullmatch(text) or (traits.is_fayda and text.isdecimal())):
        return text
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def exported_columns(request: ListRequest, columns: Iterable[str] | None = None) -> list[str]:
    """The requested columns, by default all, without those whose values the role does not see.
    A masked relation is exported as the code it shows.
    """
    access = request.access
    names = request.table.fields if columns is None else columns
    return [
        name
        for name in names
        if access.sees(name) or (access.states[name] is State.MASKED and request.table.fields[name].traits.links)
    ]


def cell(field: Field, row: Row[Any], selected: RowSelect) -> str:
    if field.traits.links:
        return relation_label(row, selected, field.name) or ""
    value = getattr(row, field.name)
    if field.traits.holds_file and (name := file_name(row, selected, field.name)):
        return name
    return write.exported(field.kind, value)


def csv_lines(scoped: Session, request: ListRequest, columns: list[str]) -> Generator[str, None, None]:
    """The rows of the list in its order, a thousand at a time, so memory stays flat."""
    selected = request.selected(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe(field.label) for field in selected.fields])
    with closing(blocks(scoped, request, selected)) as found:
        for block in found:
            writer.writerows(
                [safe(readable(field.traits, cell(field, row, selected))) for field in selected.fields] for row in block
            )
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def begun(pieces: Iterator[T]) -> Iterator[T]:
    """The same pieces, with the first already made: a refusal then becomes an answer, not a broken file."""
    return chain([*islice(pieces, 1)], pieces)


def blocks(scoped: Session, request: ListRequest, selected: RowSelect) -> Generator[Sequence[Row[Any]], None, None]:
    """The rows of the list in its order, a thousand at a time.

    Runs while the answer is sent, after the request's own session has ended. So it uses a session of its own, under
    the same row scope.
    """
    order = ordering(request.sort.column, request.table.key, descending=request.descending)
    statement = request.narrowed(selected.statement).order_by(*order)
    with Session(scoped.get_bind(), info=dict(scoped.info)) as session:
        # A slow reader keeps the statement open. The usual time limit would cut the file off.
        session.execute(text("SET LOCAL statement_timeout = '10min'"), execution_options={"unscoped": True})
        # When the statement runs, no person is acting any more, so it is told whose own rows to read.
        with acting_staff(request.acting.person.staff_id):
            result = session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE} | NOT_SHOWN)
        empty = True
        with closing(result):
            for block in result.partitions():
                # Logged before it leaves. A long export is one log line per thousand rows.
                log_export(request.acting, request.table.name, selected.shown, block)
                yield block
                empty = False
        if empty:
            log_export(request.acting, request.table.name, (), [])
