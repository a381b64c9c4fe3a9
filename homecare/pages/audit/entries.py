"""Entries of the logs in words, for the page and for its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from homecare import calendars, clock
from homecare.access.acting import Acting
from homecare.access.pages import PAGES
from homecare.kinds.say import when
from homecare.queries import audit_lines
from homecare.queries.audit import Log
from homecare.tables.labels import plain_text
from homecare.tables.table import Field, ShownTable, shown_tables
from homecare.web import urls

NOT_YOURS = "not for your role"
FROM = {
    "page": "on a page", "import": "by an import", "command": "on the command line", "system": "by the system",
    "other application": "from another application",
}  # fmt: skip
DID = {
    "list": "saw in the list of", "related": "saw beside another record", "details": "opened",
    "form": "opened the form of",
    "reveal": "gave a reason and read of", "file": "opened a file of", "delete": "was asked about deleting",
    "bulk": "chose among many", "lookup": "was offered in a choice", "inline": "saw while changing in the list",
    "undo": "saw while taking back", "export": "exported", "home": "saw on the home page", "search": "found by search",
    "audit": "saw in this log", "view-as": "viewed the product as", "history": "read the history of",
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
    """An entry. `what` is "changed", "opened"; `subject` is what it was done to, `url` its record, `about` the entries
    of the same record, `theirs` those of the same person; the first two are empty where there is no record.
    """

    id: int
    day: str
    time: str
    moment: str
    who: str
    theirs: str
    what: str
    subject: str
    url: str
    about: str
    fields: tuple[Told, ...]
    facts: tuple[str, ...]


def line(log: Log, row: Row[Any], who: Acting) -> Line:
    local = clock.to_addis(row.at)
    table = shown_tables().get(getattr(row, "resource", ""))
    url, about = _addresses(log, row, table, who)
    return Line(
        id=row.id,
        day=calendars.in_words(local.date()),
        time=f"{local:%H:%M:%S}",
        moment=when(row.at),
        who=row.staff_name.strip() or (f"Staff #{row.staff_id}" if row.staff_id else "Nobody of the staff"),
        theirs=urls.audit(log.name, {"staff_id__eq": row.staff_id} if row.staff_id else {"staff_id__isnull": 1}),
        what=_what(log, row),
        subject=_subject(log, row, table),
        url=url,
        about=about,
        fields=tuple(told(table, one) for one in row.fields or ()) if log.name == "changes" and table else (),
        facts=tuple(_facts(log, row, table, who)),
    )


def _addresses(log: Log, row: Row[Any], table: ShownTable | None, who: Acting) -> tuple[str, str]:
    number = getattr(row, "row_id", None)
    if table is None or not number or not str(number).isdigit():
        return "", ""
    is_there = audit_lines.opens(who, table.name) and not (log.name == "changes" and row.kind == "removed")
    about = urls.audit(log.name, {"resource__eq": table.name, "row_id__eq": number})
    return urls.record(table.name, number) if is_there else "", about


def _what(log: Log, row: Row[Any]) -> str:
    if log.name == "reads":
        return DID.get(row.kind, f"saw on the page {row.kind}")
    if log.name == "refusals":
        return f"was refused: {row.kind}"
    return str(row.kind)


def _subject(log: Log, row: Row[Any], table: ShownTable | None) -> str:
    if log.name == "sign-ins":
        return ""
    if table is None:
        page = PAGES.get(row.resource.removeprefix("page:"))
        return f"{page.title if page else row.resource}{f' #{row.row_id}' if row.row_id else ''}"
    if log.name == "reads" and row.rows > 1:
        return table.amount(row.rows)
    return f"{table.one} #{row.row_id}" if row.row_id else table.many


def told(table: ShownTable, one: tuple[str, str, str | None, str | None]) -> Told:
    name, how, before, after = one
    field = table.fields[name]
    if how in (audit_lines.MASKED, audit_lines.HIDDEN):
        return Told(field.label, "", "", withheld=True)
    return Told(field.label, value(field, before), value(field, after))


def value(field: Field, text: str | None) -> str:
    """A value of the trail as people read it. What is no value of its column, such as `infinity`, stays as it is."""
    if text is None:
        return ""
    if field.traits.links:
        return f"#{text}"
    read = STORED.get(field.column.type.python_type) if not field.traits.is_place else None
    try:
        return plain_text(field, read(text) if read else text)
    except (ValueError, ArithmeticError):
        return text


def _facts(log: Log, row: Row[Any], table: ShownTable | None, who: Acting) -> list[str]:
    if log.name == "changes":
        found = [FROM.get(row.origin, row.origin)]
        found += [f"while viewing as staff #{row.as_staff_id}"] if row.as_staff_id else []
        return [*found, *([] if row.fields or table is None else [_no_columns(row, table, who)])]
    if log.name == "reads":
        return _facts_of_read(row, table)
    return [word for word in (getattr(row, "role", ""), row.reason) if word]


def _no_columns(row: Row[Any], table: ShownTable, who: Acting) -> str:
    if not audit_lines.opens(who, table.name):
        return f"what it says is {NOT_YOURS}"
    return "nothing but the time of its last change" if row.kind == "changed" else "empty"


def _facts_of_read(row: Row[Any], table: ShownTable | None) -> list[str]:
    found = []
    if row.columns and table:
        labels = [table.fields[name].label if name in table.fields else name for name in row.columns]
        found.append(f"columns: {', '.join(labels)}")
    if row.rows > 1:
        more = row.rows - len(row.ids)
        numbers = ", ".join(f"#{number}" for number in row.ids)
        found.append(f"numbers: {numbers}{f' and {more:,} more' if more > 0 else ''}")
    if row.reason:
        found.append(f"reason: {row.reason}" if row.kind == "reveal" else f"file: {row.reason}")
    conditions = [word for word in row.conditions.removeprefix("?").split("&") if word]
    if conditions:
        found.append(f"asked by: {', '.join(conditions)}")
    return found
