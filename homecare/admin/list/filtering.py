"""A list's conditions as people see them: chips in words, and the filter builder's options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.policy import Action
from homecare.admin.form import editing
from homecare.admin.list import asked_facts
from homecare.kinds import say
from homecare.kinds.operators import IS_FILLED, OPERATORS, Offer
from homecare.kinds.read import parse_value
from homecare.models import Area
from homecare.records.conditions import Condition
from homecare.records.list_request import ListRequest
from homecare.records.named import ANY, NAMED
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.labels import plain_text
from homecare.tables.table import Field

DAYS = re.compile(r"([+-])(\d+)d")
# The most parents a chip names. A condition may contain hundreds.
MOST_NAMED = 5


@dataclass(frozen=True)
class Chip:
    """A condition in words, and the URL of the list without it."""

    text: str
    remove: str


def chips(request: ListRequest, session: Session) -> list[Chip]:
    """One statement per parent that a condition names. A start and an end of the same column are one chip."""
    found: list[Chip] = []
    told: list[Condition] = []
    for condition in request.conditions:
        if any(condition is one for one in told):
            continue
        ends = _ends(condition, request)
        told += ends
        text = _span_text(request, ends[0], ends[1], session) if ends else chip_text(request, condition, session)
        found.append(Chip(text, request.without(condition, *ends)))
    return found


def _ends(condition: Condition, request: ListRequest) -> list[Condition]:
    """The start and end conditions that this one belongs to. Empty unless there are exactly these two."""
    if not condition.column or not request.table.fields[condition.column].traits.in_time:
        return []
    same = [c for c in request.conditions if c.column == condition.column and c.operator in ("gte", "lte")]
    ends = sorted(same, key=lambda c: c.operator)
    is_span = [c.operator for c in ends] == ["gte", "lte"]
    # By identity: comparing two clauses gives another clause.
    return ends if is_span and any(condition is one for one in ends) else []


def _span_text(request: ListRequest, start: Condition, end: Condition, session: Session) -> str:
    """ "Created in the last 30 days", "Created: from 1 Mar 2026 until 9 Mar 2026"."""
    field = request.table.fields[start.column]
    for word, days, other in (("last", start.value, end.value), ("next", end.value, start.value)):
        if other == "today" and (relative := DAYS.fullmatch(days)) and (relative[1] == "-") == (word == "last"):
            return f"{field.label} in the {word} {relative[2]} days"
    texts = [value_text(field, condition, request.seen, session) for condition in (start, end)]
    return f"{field.label}: from {texts[0]} until {texts[1]}"


def chip_text(request: ListRequest, condition: Condition, session: Session) -> str:
    """ "Status is Pending", "Patient is Almaz Bekele", "Due date: from 7 days ago"."""
    if not condition.column:
        return named_text(request, condition, session)
    field = request.table.fields[condition.column]
    if condition.problem:
        return f"{field.label}: {condition.value}"
    operator = OPERATORS[condition.operator]
    word = operator.words
    if condition.operator == "isnull":
        return f"{field.label} {word if condition.value == '1' else IS_FILLED}"
    if field.traits.in_time:
        word = f": {operator.words_in_time}"
        return f"{field.label}{word} {value_text(field, condition, request.seen, session)}"
    if condition.operator == "in":
        word = "is"
    return f"{field.label} {word} {value_text(field, condition, request.seen, session)}"


def named_text(request: ListRequest, condition: Condition, session: Session) -> str:
    """ "Active caregiver: Almaz Kebede", "In Bole school zone". The number where the person may not read the name."""
    if condition.about is None:
        return condition.label
    table, row_id = condition.about
    number = f"#{row_id}"
    if table == Area.__tablename__:
        name = session.scalar(select(Area.name).where(Area.id == row_id)) or "an area that was removed"
    else:
        name = _parent_names(session, request.seen.other(table), [row_id]).get(row_id, number)
    return condition.label.replace(number, name)


def value_text(field: Field, condition: Condition, seen: Seen, session: Session) -> str:
    """The value in words. Empty if the operator says everything."""
    if condition.operator == "isnull" or condition.problem:
        return condition.value if condition.problem else ""
    parts = condition.value.split(",") if condition.operator == "in" else [condition.value]
    if field.traits.links:
        keys = [parse_value(field.kind, part) for part in parts if part]
        names = _parent_names(session, seen.other(field.target), keys[:MOST_NAMED])
        rest = [f"{len(keys) - MOST_NAMED:,} more"] if len(keys) > MOST_NAMED else []
        return " or ".join([names.get(key, f"#{key}") for key in keys[:MOST_NAMED]] + rest)
    return " or ".join(_spoken(field, part) for part in parts)


def _parent_names(session: Session, seen: Seen, row_ids: list[int]) -> dict[int, str]:
    """The names of parents by id, if the person may open them. One statement, or none."""
    if not row_ids or not seen.by.may(seen.table.name):
        return {}
    selected = build(seen, seen.table.naming)
    rows = session.execute(selected.statement.where(seen.table.key.in_(row_ids))).all()
    return {row._id: row_name(seen.table, Stored(row, selected, {})) for row in rows}


def _spoken(field: Field, text: str) -> str:
    if relative := DAYS.fullmatch(text):
        days = f"{int(relative[2])} day{'' if int(relative[2]) == 1 else 's'}"
        return f"in {days}" if relative[1] == "+" else f"{days} ago"
    if field.traits.is_words or text == "today":
        return text
    try:
        value = parse_value(field.kind, text)
    except ValueError:
        return text
    return say.day(value) if type(value) is date else plain_text(field, value)


def quick_filters(request: ListRequest) -> list[tuple[str, str, bool]]:
    """The named conditions this role may use here: label, URL that turns it on or off, whether it is on."""
    found = []
    for (table, key, value), named in NAMED.items():
        if table != request.table.name or named.unseen_by(request.access, request.acting.policy) is not None:
            continue
        on = next((c for c in request.conditions if c.key == key and value in (ANY, c.value)), None)
        offered = named.offered(key)
        if offered is None:
            continue
        usual, label = offered
        url = request.without(on) if on else request.query(**{key: value or usual})
        found.append((on.label if on and not on.problem else label, url, on is not None))
    return found


def builder(request: ListRequest, session: Session) -> dict[str, Any]:
    """The options of the list's dialogs: the columns the role sees, named conditions with a value of their own, and the
    current conditions.
    """
    table = request.table
    asked = {
        field.name: field.traits.offers
        for field in table.fields.values()
        if request.access.sees(field.name) and not field.column.primary_key
    }
    facts = asked_facts.facts(request)
    offers = {one.key: [one.words, one.parts] for offers in asked.values() for one in offers}
    return {
        "table": table.name,
        "columns": _columns(request, asked),
        "facts": facts,
        "offers": offers | (asked_facts.OFFER if facts else {}),
        "order": list(request.columns),
        **_conditions(request, asked, facts, session),
        "keep": {"search": request.search, "sort": request.sort_word if request.sort_word != table.order else ""},
        "chosen": request.chosen_columns,
    }


def _columns(request: ListRequest, asked: Mapping[str, tuple[Offer, ...]]) -> list[dict[str, Any]]:
    access = request.access
    at_once = editing.set_at_once(request.seen) if access.may(Action.EDIT) else frozenset()
    return [
        {
            "name": field.name,
            "label": field.label,
            "input": field.traits.input,
            "offers": [one.key for one in asked.get(field.name, ())],
            "choices": [list(option) for option in field.options],
            "set": field.name in at_once,
            "empty": bool(field.column.nullable) and field.column.server_default is None,
            "shown": field.name in request.columns,
        }
        for field in request.table.fields.values()
        if access.states[field.name].value != "hidden"
    ]


def _conditions(
    request: ListRequest, asked: Mapping[str, tuple[Offer, ...]], facts: list[dict[str, Any]], session: Session
) -> dict[str, list[list[str]]]:
    """`present`, of which the dialog has a line each; the others go on as they are, as the words `named`."""
    present, named = [], []
    for one in request.conditions:
        if _is_asked(asked, one):
            text = value_text(request.table.fields[one.column], one, request.seen, session)
            present.append([one.column, one.operator, one.value, text, one.problem])
        elif asked_facts.has_line(facts, one):
            present.append([one.key, "", one.value, _fact_text(request, one, session), one.problem])
        else:
            named += [list(pair) for pair in one.words]
    return {"present": present, "named": named}


def _fact_text(request: ListRequest, condition: Condition, session: Session) -> str:
    """The name of the record that the value is the number of."""
    if condition.about is None:
        return ""
    table, row_id = condition.about
    return _parent_names(session, request.seen.other(table), [row_id]).get(row_id, f"#{row_id}")


def _is_asked(asked: Mapping[str, tuple[Offer, ...]], condition: Condition) -> bool:
    """Whether the dialog has a line for the condition; one choice stands there as several."""
    operators = {operator for offer in asked.get(condition.column, ()) for operator, _ in offer.parts}
    return condition.operator in operators or (condition.operator == "eq" and "in" in operators)
