"""The settings of one table as a form: what it shows, and how a submitted form differs from the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from homecare.tables.it_settings import EVERY_ROLE, Settings, lay_over
from homecare.tables.table import ShownTable, coded_tables

NOT_ON_FORM = "—"


def line_places(table: ShownTable) -> dict[str, int]:
    """The position of each column in the list, from 1."""
    return {name: place for place, name in enumerate(table.columns, 1)}


def form_places(table: ShownTable) -> dict[str, tuple[str, int]]:
    """The group of each column in the form, and its position in the whole form, from 1."""
    placed = [(name, title) for title, names in table.groups for name in names]
    return {name: (title, place) for place, (name, title) in enumerate(placed, 1)}


def conditions_text(table: ShownTable) -> str:
    return urlencode(table.conditions)


def read(table: ShownTable, settings: Settings, sent: Mapping[str, str], role: str) -> dict[str, Any]:
    """The table's settings with the submitted changes to the list and to the form of `role` ("" is every role).
    `table` is the code's own description. Raises ValueError for a position that is not a number.
    """
    found: dict[str, Any] = {"labels": {}, "help": {}, "choices": {}, "forms": dict(settings.get("forms", {}))}
    for name, field in table.fields.items():
        for key, word in (("labels", field.label), ("help", field.help)):
            text = " ".join(sent.get(f"{key}.{name}", "").split())
            if text and text != word:
                found[key][name] = text
        choices = [line.strip() for line in sent.get(f"choices.{name}", "").splitlines() if line.strip()]
        if choices and tuple(choices) != field.choices:
            found["choices"][name] = choices
    columns = _in_order(table, sent, "list")
    if columns and tuple(columns) != table.columns:
        found["columns"] = columns
    order = sent.get("order", "")
    if order and order != table.order:
        found["order"] = order
    conditions = parse_qsl(sent.get("conditions", "").lstrip("?"), keep_blank_values=True)
    if conditions:
        found["conditions"] = [list(pair) for pair in conditions]
    form = None if sent.get("same_form") else _form(table, sent)
    found["forms"].pop(role, None)
    if form:
        found["forms"][role] = form
    return {key: value for key, value in found.items() if value}


def _in_order(table: ShownTable, sent: Mapping[str, str], key: str) -> list[str]:
    places: list[tuple[int, str]] = []
    for name in table.fields:
        text = sent.get(f"{key}.{name}", "").strip()
        if not text:
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            raise ValueError(f"The position of {name} must be a whole number, or empty to leave it out.")
        places.append((int(text), name))
    return [name for _, name in sorted(places, key=lambda pair: pair[0])]


def _form(table: ShownTable, sent: Mapping[str, str]) -> dict[str, Any] | None:
    """None if the form equals the code's."""
    of_code = form_places(table)
    if not any(f"group.{name}" in sent for name in of_code):
        return None
    groups: dict[str, list[str]] = {}
    for name in _in_order(table, sent, "form"):
        title = " ".join(sent.get(f"group.{name}", "").split())
        if title and title != NOT_ON_FORM and name in of_code:
            groups.setdefault(title, []).append(name)
    placed = {name for names in groups.values() for name in names}
    off = [name for name in of_code if name not in placed]
    now = tuple((title, tuple(names)) for title, names in groups.items())
    return None if now == table.groups and not off else {"groups": [list(g) for g in groups.items()], "off": off}


def differences(old: Settings, new: Settings) -> list[str]:
    """The differences between two documents as sentences, by table."""
    found: list[str] = []
    for name, table in coded_tables().items():
        was, now = old.get(name, {}), new.get(name, {})
        if was != now:
            found += [f"{table.many}: {sentence}" for sentence in _table_differences(table, was, now)]
    return found


def _table_differences(table: ShownTable, was: Settings, now: Settings) -> list[str]:
    before, after = (lay_over(table, settings, None) for settings in (was, now))
    found = []
    for name, field in table.fields.items():
        one, other = before.fields[name], after.fields[name]
        if one.label != other.label:
            found.append(f"{name} is called {other.label} instead of {one.label}")
        if one.help != other.help:
            found.append(f"the help of {field.label} is “{other.help}” instead of “{one.help}”")
        if one.choices != other.choices:
            found.append(f"the choices of {field.label} are {', '.join(other.choices)}")
    if before.columns != after.columns:
        found.append(f"the list shows {', '.join(after.fields[name].label for name in after.columns)}")
    if before.order != after.order:
        found.append(f"the list is sorted by {after.order} instead of {before.order}")
    if before.conditions != after.conditions:
        found.append(f"the list begins with {conditions_text(after) or 'no condition'}")
    for role in sorted({*was.get("forms", {}), *now.get("forms", {})}):
        if was.get("forms", {}).get(role) != now.get("forms", {}).get(role):
            found.append(f"the form of {'every role' if role == EVERY_ROLE else role} has a new layout")
    return found
