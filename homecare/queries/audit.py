"""What was recorded, as the audit page asks for it: changes, reads, refusals and sign-ins, newest first, by conditions.

The conditions have the same names in every log: `staff_id__eq=5`, `resource__eq=patients`, `row_id__eq=12`,
`kind__in=list,export`, `at__gte=-7d`, `at__lte=today`. Days are those of Addis Ababa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, cast, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.pages import PAGES
from homecare.audit.reads import KINDS
from homecare.kinds.read import parse_id
from homecare.kinds.times import parse_day_or_moment
from homecare.login.events import EventKind
from homecare.models import Change, Denial, Read, SignInEvent, business_models
from homecare.records.conditions import UnknownConditionError

PAGE_SIZE = 50
PLACE = ("after", "before")
# Reads of one row by itself, and of rows that left in a file; all others are of lists and the like.
OPENED = ("details", "form", "reveal", "file", "delete", "inline", "undo", "history")
EXPORTED = ("export",)
# A page of its own is the kind of what it shows.
SHOWING = ("page:assign", "page:hours", "page:map", "page:funnel", "page:break_glass", "page:notifications")
OF_PAGES = tuple(page.name for page in PAGES.values() if page.module and page.resource in SHOWING)
READ_KINDS = tuple(
    dict.fromkeys((*KINDS.values(), *OPENED, *EXPORTED, "search", "audit", "view-as", "break-glass", *OF_PAGES))
)
_FIRST = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Log:
    """One of the things recorded. `rows` finds the entries about one row of a table; None if they are about none."""

    name: str
    many: str
    model: Any
    at: Any
    kind: Any
    kinds: tuple[str, ...]
    rows: Callable[[int], ColumnElement[bool]] | None

    @property
    def order(self) -> tuple[Any, Any]:
        """Newest first. Every index that a filter uses ends with the time."""
        return self.at.desc(), self.model.id.desc()


LOGS = {
    log.name: log
    for log in (
        Log(
            "changes", "changes", Change, Change.made_at, Change.kind, ("added", "changed", "removed"),
            lambda row_id: Change.row_id == row_id,
        ),
        Log(
            "reads", "reads", Read, Read.read_at, Read.kind, READ_KINDS,
            lambda row_id: Read.ids.bool_op("@>")(numbers([row_id])),
        ),
        Log(
            "refusals", "refusals", Denial, Denial.denied_at, Denial.action,
            (
                "view", "create", "edit", "delete", "export", "filter", "lookup", "file", "reveal", "guess", "view-as",
                "bulk", "share", "rename",
            ),
            lambda row_id: Denial.row_id == str(row_id),
        ),
        Log(
            "sign-ins", "sign-ins", SignInEvent, SignInEvent.happened_at, SignInEvent.kind,
            tuple(kind.value for kind in EventKind), None,
        ),
    )
}  # fmt: skip


def numbers(ids: Iterable[int]) -> ColumnElement[Any]:
    """As the read log's column has them; an array of four-byte numbers would find no index."""
    return cast(array([*ids]), ARRAY(BigInteger))


@dataclass(frozen=True)
class Asked:
    """What an address asks of a log. `words` are its conditions as written, `clauses` the same in SQL."""

    log: Log
    words: dict[str, str]
    clauses: tuple[ColumnElement[bool], ...]
    after: tuple[datetime, int] | None = None
    before: tuple[datetime, int] | None = None

    def narrowed(self, statement: Select[Any]) -> Select[Any]:
        return statement.where(*self.clauses)


def parse(log: Log, pairs: Iterable[tuple[str, str]]) -> Asked:
    """Raises UnknownConditionError. Words without a value are what a form sends for an input that was left empty."""
    words: dict[str, str] = {}
    for name, value in pairs:
        if name in words:
            raise UnknownConditionError(f"{name} may appear once; the address has it twice.")
        if name not in (*READERS, *PLACE) or (log.rows is None and name in OF_ROWS):
            raise UnknownConditionError(f"There is no condition {name[:60]!r} on the {log.many}.")
        if value.strip():
            words[name] = value.strip()
    if "row_id__eq" in words and "resource__eq" not in words:
        raise UnknownConditionError("A record is identified by its table and its number. Choose the table too.")
    places = [_anchor(words.pop(name)) if name in words else None for name in PLACE]
    try:
        clauses = tuple(READERS[name](log, value) for name, value in words.items())
    except ValueError as error:
        raise UnknownConditionError(str(error)) from error
    return Asked(log, words, clauses, *places)


def _person(log: Log, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = log.model.staff_id == parse_id(text)
    return found


def _nobody(log: Log, text: str) -> ColumnElement[bool]:
    if text not in ("1", "0"):
        raise ValueError("isnull takes 1 (nobody of the staff) or 0 (somebody).")
    found: ColumnElement[bool] = log.model.staff_id.is_(None) if text == "1" else log.model.staff_id.is_not(None)
    return found


def _table(log: Log, text: str) -> ColumnElement[bool]:
    if text not in business_models() and text not in {f"page:{name}" for name in PAGES}:
        raise ValueError(f"There is no table {text[:60]!r}. Choose one from the list.")
    found: ColumnElement[bool] = log.model.resource == text
    return found


def _record(log: Log, text: str) -> ColumnElement[bool]:
    assert log.rows is not None  # noqa: S101 - parse refused it
    return log.rows(parse_id(text))


def _kind(log: Log, text: str) -> ColumnElement[bool]:
    wanted = text.split(",")
    for kind in wanted:
        if kind not in log.kinds:
            raise ValueError(f"There is no kind {kind[:60]!r} among the {log.many}. Choose one from the list.")
    found: ColumnElement[bool] = log.kind == wanted[0] if len(wanted) == 1 else log.kind.in_(wanted)
    return found


def _since(log: Log, text: str) -> ColumnElement[bool]:
    value = parse_day_or_moment(text)
    found: ColumnElement[bool] = log.at >= (value if isinstance(value, datetime) else clock.day_start(value))
    return found


def _until(log: Log, text: str) -> ColumnElement[bool]:
    """A day means all of it, so `today` includes this evening."""
    value = parse_day_or_moment(text)
    if isinstance(value, datetime):
        moment: ColumnElement[bool] = log.at <= value
        return moment
    day: ColumnElement[bool] = log.at < clock.day_start(value + timedelta(days=1))
    return day


READERS: dict[str, Callable[[Log, str], ColumnElement[bool]]] = {
    "staff_id__eq": _person,
    "staff_id__isnull": _nobody,
    "resource__eq": _table,
    "row_id__eq": _record,
    "kind__eq": _kind,
    "kind__in": _kind,
    "at__gte": _since,
    "at__lte": _until,
}
OF_ROWS = ("resource__eq", "row_id__eq")


@dataclass(frozen=True)
class Page:
    """`rows` newest first. `before` and `after` lead to newer and older entries, empty at the ends."""

    rows: Sequence[Row[Any]]
    before: str = ""
    after: str = ""


def page(session: Session, asked: Asked, statement: Select[Any]) -> Page:
    """One page of a statement that selects `id` and `at`, by key. One statement, whose rows the caller notes."""
    at, key = asked.log.at, asked.log.model.id
    backwards = asked.before is not None
    statement = asked.narrowed(statement)
    if asked.before is not None:
        statement = statement.where(tuple_(at, key) > tuple_(*asked.before)).order_by(at, key)
    else:
        if asked.after is not None:
            statement = statement.where(tuple_(at, key) < tuple_(*asked.after))
        statement = statement.order_by(*asked.log.order)
    found = [*session.execute(statement.limit(PAGE_SIZE + 1)).all()]
    more, rows = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    newer = more if backwards else asked.after is not None
    older = True if backwards else more
    return Page(rows, _place(rows[0]) if rows and newer else "", _place(rows[-1]) if rows and older else "")


def _place(row: Row[Any]) -> str:
    """Where an entry stands, to the microsecond."""
    return f"{row.id}~{(row.at - _FIRST) // timedelta(microseconds=1)}"


def _anchor(text: str) -> tuple[datetime, int]:
    number, _, moment = text.partition("~")
    digits = number.isascii() and moment.isascii() and number.isdigit() and moment.isdigit()
    if not digits or len(number) > 18 or len(moment) > 17:
        raise UnknownConditionError("The page cannot be found. Begin with the newest entries.")
    return _FIRST + timedelta(microseconds=int(moment)), int(number)
