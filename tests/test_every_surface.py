"""A value of every column goes out through a form, a file and an address, and comes back the same through each."""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Numeric
from test_kinds import stored, values_of
from werkzeug.datastructures import MultiDict
from wtforms import Form

from homecare import clock
from homecare.admin.form.forms import _form_field
from homecare.admin.list.exporter import cell
from homecare.kinds import write
from homecare.kinds.traits import compared_kind
from homecare.models.indexes import is_folded
from homecare.records.conditions import compare
from homecare.records.row_select import RowSelect
from homecare.tables.table import Field, ShownTable, coded_tables

EVERY_TABLE = pytest.mark.parametrize("table", coded_tables().values(), ids=coded_tables())
FEW = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
WORD = st.text(string.ascii_letters + "አበገ'’-", min_size=1, max_size=20)


def typed_values(field: Field) -> st.SearchStrategy[Any]:
    """Values of the column that a form takes; a browser sends no seconds."""
    known = {
        "choice": st.sampled_from(field.choices) if field.choices else st.booleans(),
        "email": WORD.map(lambda _: "almaz@example.com"),
        "url": st.just("https://example.com/a?b=1"),
        "lines": st.lists(WORD, min_size=1, max_size=3).map("\n".join),
        "text": WORD,
    }
    if field.tells_age:
        return st.integers(0, 40_000).map(lambda days: clock.today() - timedelta(days=days))
    if field.traits.is_moment:
        return values_of(field.column).map(lambda moment: moment.replace(second=0, microsecond=0))
    if field.traits.is_fayda or field.traits.input not in known:
        return values_of(field.column)
    return known[field.traits.input]


def sent(field: Field, value: Any) -> Any:
    """The field of a form after the text that it shows of the value was sent by itself."""
    form = type("Shown", (Form,), {field.name: _form_field(field)})
    text = form(data={field.name: value})[field.name].text()
    return form(MultiDict({field.name: text}))[field.name]


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_a_form_reads_what_it_shows(table: ShownTable, data: st.DataObject) -> None:
    for field in table.fields.values():
        if field.traits.input in ("file", "place", "secret") or field.column.primary_key:
            continue
        value = data.draw(typed_values(field), label=field.name)
        if isinstance(field.column.type, Numeric) and field.column.type.precision is not None:
            whole = 10 ** (field.column.type.precision - (field.column.type.scale or 0))
            value = abs(value) % min(whole, 10**12)
        made = sent(field, value)
        assert (made.process_errors, made.data) == ([], value), field.name


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_a_file_is_read_back_to_the_second(table: ShownTable, data: st.DataObject) -> None:
    selected = RowSelect(table, None, ())  # type: ignore[arg-type]
    for field in table.fields.values():
        if field.traits.links or field.traits.holds_file:
            continue
        value = data.draw(values_of(field.column), label=field.name)
        text = cell(field, SimpleNamespace(**{field.name: value}), selected)  # type: ignore[arg-type]
        second = value.replace(microsecond=0) if isinstance(value, datetime) else value
        assert stored(compared_kind(field.column), text) == second, field.name


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_a_condition_compares_with_the_value_itself(table: ShownTable, data: st.DataObject) -> None:
    for field in table.fields.values():
        kind = compared_kind(field.column)
        if is_folded(field.column) or "eq" not in {one.key for one in field.traits.operators}:
            continue
        value = data.draw(values_of(field.column), label=field.name)
        assume(value != "")
        found = compare(field.column, "eq", write.write(kind, value)).compile().params
        assert field.traits.is_bool or value in found.values(), field.name
