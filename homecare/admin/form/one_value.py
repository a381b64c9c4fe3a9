"""A single column of a row set in a list, checked as the form would check it."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from homecare.actions.rules import RuleError
from homecare.admin.door import refuse
from homecare.admin.form import editing
from homecare.admin.form.inputs import UNSEEN
from homecare.db import db
from homecare.records.seen import Seen
from homecare.tables.table import ShownTable
from homecare.web.errors import SpokenError


def one_value(seen: Seen, sent: MultiDict[str, str]) -> dict[str, Any]:
    """The column `field` set to `value`, checked as in its form. Raises RuleError. 403 if it may not be set."""
    name = sent.get("field", "")
    if name not in seen.table.fields:
        raise SpokenError(400, f"{seen.table.many} have no column {name!r}.")
    form = editing.open_form(seen, _as_form(seen.table, name, sent.get("value", "")), {}, {})
    field = next((f for f in form.fields() if f.spec.name == name), None)
    if field is None:
        refuse(seen.table.name, "edit", f"set {name} of {seen.table.many.lower()}")
    if field.spec.traits.holds_file or field.spec.traits.is_secret:
        raise RuleError(name, "This can be set only in the form of the row.")
    if not field.validate(form):
        raise RuleError(name, str(field.errors[0]))
    if field.data is None and form.access.states[name] in UNSEEN:
        raise RuleError(name, "A value you cannot see cannot be emptied. Write the new value.")
    if field.spec.traits.links and not editing.check_relations(db.session(), form, seen, None):
        raise RuleError(name, str(field.errors[-1]))
    return {name: form.values({}).get(name)}


def _as_form(table: ShownTable, name: str, value: str) -> MultiDict[str, str]:
    """One column as its form would send it. A place has two inputs; here it is "lat,lon"."""
    if not table.fields[name].traits.is_place:
        return MultiDict({name: value})
    latitude, _, longitude = value.partition(",")
    return MultiDict({f"{name}-lat": latitude, f"{name}-lon": longitude})
