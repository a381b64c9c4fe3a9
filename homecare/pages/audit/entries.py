"""Entries of the logs in words, for the page and for its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from homecare import calendars, clock
from homecare.access.acting import Acting
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.pages.audit import log_words
from homecare.queries import audit_lines, authors
from homecare.queries.audit import Log
from homecare.tables.labels import plain_text
from homecare.tables.table import Field, ShownTable, shown_tables
from homecare.web import urls

NOT_YOURS = "not for your role"
# By table and number, as text.
Names = Mapping[tuple[str, str], str]
NAMELESS: Names = {}
# So many rows of a read are told by name, more of them by number.
FEW = 5
FROM = {
    "page": "on a page", "import": "by an import", "command": "on the command line", "system": "by the system",
    "other application": "from another application",
}  # fmt: skip
STORED: dict[type, Callable[[str], Any]] = {
    int: int, Decimal: Decimal, bool: "true".__eq__, date: date.fromisoformat, datetime: datetime.fromisoformat,
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A column that differs. `before` and `after` are empty where the row had nothing, or both say so where the role
    does not see the values."""

    label: str
    before: str
    after: str
    withheld: bool = False


@dataclass(frozen=True)
class Line:
    """An entry. `what` is "changed", "saw"; `subject` is what it was done to, `where` is "in a list" or empty; `url` is
    its record, `about` the entries of the same record, `theirs` those of the same person; the first two are empty
    where there is no record.
    """

    id: int
    day: str
    time: str
    moment: str
    who: str
    theirs: str
    what: str
    subject: str
    where: str
    url: str
    about: str
    fields: tuple[Told, ...]
    facts: tuple[str, ...]


def line(log: Log, row: Row[Any], who: Acting, names: Names = NAMELESS) -> Line:
    """`names` are those of the records that the entry speaks of; who has none is told by number."""
    local = clock.to_addis(row.at)
    table = shown_tables().get(getattr(row, "resource", ""))
    url, about = _addresses(log, row, table, who)
    what, where = _what(log, row, table)
    return Line(
        id=row.id,
        day=calendars.in_words(local.date()),
        time=f"{local:%H:%M:%S}",
        moment=when(row.at),
        who=_who(log, row),
        theirs=urls.audit(log.name, {"staff_id__eq": row.staff_id} if row.staff_id else {"staff_id__isnull": 1}),
        what=what,
        subject=_subject(log, row, table, names),
        where=where,
        url=url,
        about=about,
        fields=tuple(told(table, one, names) for one in row.fields or ()) if log.name == "changes" and table else (),
        facts=tuple(_facts(log, row, table, who, names)),
    )


def _addresses(log: Log, row: Row[Any], table: ShownTable | None, who: Acting) -> tuple[str, str]:
    number = getattr(row, "row_id", None)
    if table is None or not number or not str(number).isdigit():
        return "", ""
    is_there = audit_lines.opens(who, table.name) and not (log.name == "changes" and row.kind == "removed")
    about = urls.audit(log.name, {"resource__eq": table.name, "row_id__eq": number})
    return urls.record(table.name, number) if is_there else "", about


def _who(log: Log, row: Row[Any]) -> str:
    if row.staff_id or row.staff_name.strip():
        return row.staff_name.strip() or f"Staff #{row.staff_id}"
    return authors.nameless(row.origin) if log.name == "changes" else "Nobody of the staff"


def _what(log: Log, row: Row[Any], table: ShownTable | None) -> tuple[str, str]:
    # The log itself was asked, and shown of no table.
    if log.name == "reads" and row.kind == "audit" and table is None:
        return "opened", ""
    return log_words.did(log.name, row.kind)


def _subject(log: Log, row: Row[Any], table: ShownTable | None, names: Names) -> str:
    if log.name == "sign-ins":
        return ""
    if table is None:
        return f"{log_words.of_no_table(row.resource)}{f' #{row.row_id}' if row.row_id else ''}"
    if log.name == "reads" and row.rows > 1:
        return table.amount(row.rows)
    if not row.row_id:
        return table.many
    name = names.get((table.name, str(row.row_id)), "")
    return f"{table.one} #{row.row_id}{f' · {name}' if name else ''}"


def told(table: ShownTable, one: tuple[str, str, str | None, str | None], names: Names) -> Told:
    name, how, before, after = one
    field = table.fields[name]
    if how in (audit_lines.MASKED, audit_lines.HIDDEN):
        return Told(field.label, "", "", withheld=True)
    return Told(field.label, value(field, before, names), value(field, after, names))


def value(field: Field, text: str | None, names: Names) -> str:
    """A value of the trail as people read it. What is no value of its column, such as `infinity`, stays as it is."""
    if text is None:
        return ""
    if field.traits.links:
        return names.get((field.target, text), f"#{text}")
    read = STORED.get(field.column.type.python_type) if not field.traits.is_place else None
    try:
        return plain_text(field, read(text) if read else text)
    except (ValueError, ArithmeticError):
        return text


def _facts(log: Log, row: Row[Any], table: ShownTable | None, who: Acting, names: Names) -> list[str]:
    if log.name == "changes":
        found = [FROM.get(row.origin, row.origin)] if row.staff_id else []
        found += [f"while viewing as staff #{row.as_staff_id}"] if row.as_staff_id else []
        return [*found, *([] if row.fields or table is None else [_no_columns(row, table, who)])]
    if log.name == "reads":
        return _facts_of_read(row, table, names)
    return [word for word in (getattr(row, "role", ""), log_words.reason(row.reason)) if word]


def _no_columns(row: Row[Any], table: ShownTable, who: Acting) -> str:
    if not audit_lines.opens(who, table.name):
        return f"what it says is {NOT_YOURS}"
    return "nothing but the time of its last change" if row.kind == "changed" else "empty"


def _facts_of_read(row: Row[Any], table: ShownTable | None, names: Names) -> list[str]:
    found = []
    if row.columns and table:
        labels = [table.fields[name].label if name in table.fields else name for name in row.columns]
        found.append(f"shown: {', '.join(labels)}")
    if row.rows > 1:
        more = row.rows - len(row.ids)
        numbers = ", ".join(_called(row, number, names) for number in row.ids)
        found.append(f"which: {numbers}{f' and {more:,} more' if more > 0 else ''}")
    if row.reason:
        found.append(f"reason: {row.reason}" if row.kind == "reveal" else f"file: {row.reason}")
    given = [word for word in row.conditions.removeprefix("?").split("&") if word]
    conditions = [said for word in given if (said := log_words.condition(table, word))]
    if conditions:
        found.append(f"asked by: {', '.join(dict.fromkeys(conditions))}")
    return found


def spoken_of(log: Log, rows: Iterable[Row[Any]]) -> dict[str, set[int]]:
    """The records whose names these entries need, by table: of reads of many rows only where those are few."""
    found: dict[str, set[int]] = {}
    for row in rows:
        table = shown_tables().get(getattr(row, "resource", ""))
        if table is None:
            continue
        for number in _numbers(log, row):
            _add(found, table.name, str(number))
        for name, how, before, after in (row.fields or ()) if log.name == "changes" else ():
            field = table.fields[name]
            if field.traits.links and how not in (audit_lines.MASKED, audit_lines.HIDDEN):
                for number in (before, after):
                    _add(found, field.target, number or "")
    return found


def _numbers(log: Log, row: Row[Any]) -> list[Any]:
    """The rows that the entry is about and that are told by name."""
    if log.name != "reads" or row.rows <= 1:
        return [row.row_id or ""]
    return row.ids if row.rows <= FEW else []


def _called(row: Row[Any], number: int, names: Names) -> str:
    name = names.get((row.resource, str(number)), "") if row.rows <= FEW else ""
    return f"#{number}{f' · {name}' if name else ''}"


def _add(found: dict[str, set[int]], table: str, number: str) -> None:
    # A refusal keeps whatever stood in the address; what is no row's number has no name.
    with suppress(ValueError):
        found.setdefault(table, set()).add(parse_id(number))
