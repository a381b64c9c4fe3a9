"""What a list's filter dialog asks for beside columns: the named conditions that take a value of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homecare.records.conditions import Condition
from homecare.records.list_request import ListRequest
from homecare.records.lookup import may_look_up
from homecare.records.named import ANY, NAMED
from homecare.records.registered import Asked
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls

# A fact is compared in one way, and its word is the condition's key alone.
OFFER = {"fact": ["is", [["", None]]]}


def facts(request: ListRequest) -> list[dict[str, Any]]:
    """As the dialog has columns; those that this person may use and, of parents, look up."""
    found = []
    for (table, key, value), named in NAMED.items():
        asked = named.asked(key) if table == request.table.name and value == ANY else None
        if asked is None or named.unseen_by(request.access, request.acting.policy) is not None:
            continue
        lookup = _lookup(request, asked)
        if asked.parents is None or lookup:
            choices = [[word, word[:1].upper() + word[1:]] for word in asked.choices]
            found.append({"name": key, "label": asked.label, "input": asked.input, "offers": [*OFFER],
                          "choices": choices, "lookup": lookup})  # fmt: skip
    return found


def has_line(facts: Sequence[dict[str, Any]], condition: Condition) -> bool:
    """Whether the dialog can show the condition's value: of an area a sub-city, not a drawing."""
    fact = next((one for one in facts if not condition.column and one["name"] == condition.key), None)
    return fact is not None and (not fact["choices"] or condition.value in [word for word, _ in fact["choices"]])


def _lookup(request: ListRequest, asked: Asked) -> str:
    if asked.parents is None or not request.acting.may(asked.parents[0]):
        return ""
    table, column = asked.parents
    seen = Seen.of(request.acting, shown_table(table))
    return urls.lookup(table, column) if may_look_up(seen, seen.table.fields[column]) else ""
