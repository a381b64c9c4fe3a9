"""Every kind has all traits, and every value is read back from its written text."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Integer, Numeric

from homecare.kinds import write
from homecare.kinds.operators import IS_EMPTY, OPERATORS
from homecare.kinds.read import parse_value
from homecare.kinds.texts import storable
from homecare.kinds.times import parse_moment
from homecare.kinds.traits import TRAITS, Traits, compared_kind
from homecare.models import business_models
from homecare.models.columns import Kind
from homecare.models.indexes import SEARCHED, UNSORTED
from homecare.records.paging import Anchor, parse_anchor

WORDS = st.text(max_size=40).filter(lambda text: "\x00" not in text and text.isprintable())
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30))
NUMBERS_OF_PHONES = st.integers(911_000_000, 919_999_999).map("+251{}".format)
# What of a kind comes with a number, a time or an alphabet of its own; any other holds words.
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.BOOL: st.booleans(),
    Kind.DATE: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    Kind.DATETIME: MOMENTS,
    Kind.PHONE: NUMBERS_OF_PHONES,
    Kind.FAYDA: st.from_regex(r"[0-9]{12}|[0-9]{16}", fullmatch=True).filter(str.isascii),
    Kind.RELATION: st.integers(1, 2**31 - 1),
    Kind.SHARE: st.decimals(0, 1, places=4),
    Kind.PERCENT: st.decimals(0, 100, places=2),
    Kind.MONEY: st.decimals(0, 10**12, places=2),
    Kind.POINT: WORDS.map(storable).filter(lambda text: text != ","),  # how rows hold that there is no place
}


def values_of(column: Column[Any]) -> st.SearchStrategy[Any]:
    kind = compared_kind(column)
    if kind is Kind.NUMBER and isinstance(column.type, Integer):
        most = 10**14 if isinstance(column.type, BigInteger) else 2**31 - 1
        return st.integers(-most, most)
    if kind is Kind.NUMBER:
        return st.decimals(-(10**6), 10**6, places=column.type.scale if isinstance(column.type, Numeric) else 2)
    return VALUES.get(kind, WORDS.map(storable))


def stored(kind: Kind, text: str) -> Any:
    return parse_moment(text) if TRAITS[kind].is_moment else parse_value(kind, text)


def test_every_kind_has_its_row_of_traits() -> None:
    assert set(TRAITS) == set(Kind)


def test_no_trait_that_every_kind_needs_is_given_by_default() -> None:
    needed = {one.name for one in fields(Traits) if one.default is MISSING}

    assert needed == {
        "operators", "input", "sorted", "searched", "listed", "set_at_once", "undone", "is_number", "width",
        "masked_tail",
    }  # fmt: skip


def test_a_kind_that_lacks_a_trait_does_not_start() -> None:
    with pytest.raises(TypeError, match="masked_tail"):
        Traits(  # type: ignore[call-arg]
            operators=(), input="text", sorted=True, searched=False, listed=True, set_at_once=True, undone=True,
            is_number=False, width=16,
        )  # fmt: skip


def test_what_is_sorted_and_searched_has_its_index() -> None:
    assert {kind for kind, row in TRAITS.items() if row.sorted} == set(Kind) - set(UNSORTED) - {Kind.RELATION}
    assert {kind for kind, row in TRAITS.items() if row.searched} == set(SEARCHED)


def test_every_input_has_its_control_in_the_form() -> None:
    macro = (Path(__file__).parent.parent / "templates/parts/inputs.html").read_text()

    drawn = set(re.findall(r'control == "(\w+)"', macro)) | {"text"}
    assert drawn == {row.input for row in TRAITS.values()}


@pytest.mark.parametrize("one", OPERATORS.values(), ids=lambda one: one.key)
def test_an_operator_has_words_and_its_inverse_is_the_way_back(one: Any) -> None:
    assert one.words
    assert one.asked
    assert not one.inverse or OPERATORS[one.inverse].inverse == one.key


def test_a_kind_compared_in_time_has_operators_with_words_for_it() -> None:
    in_time = {one for row in TRAITS.values() if row.in_time for one in row.operators}

    assert all(one.words_in_time and one.asked_in_time for one in in_time - {IS_EMPTY})


def rows_of(model: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A row of values that the columns take, by their names."""
    return st.fixed_dictionaries({column.name: values_of(column) for column in model.__table__.columns})


EVERY_TABLE = pytest.mark.parametrize("model", business_models().values(), ids=lambda model: model.__tablename__)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_a_value_is_read_back_as_it_was_written(model: Any, data: st.DataObject) -> None:
    for name, value in data.draw(rows_of(model)).items():
        kind = compared_kind(model.__table__.c[name])
        assert stored(kind, write.write(kind, value)) == value, name


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_an_input_is_read_back_to_the_minute_and_a_file_to_the_second(model: Any, data: st.DataObject) -> None:
    for name, value in data.draw(rows_of(model)).items():
        kind = compared_kind(model.__table__.c[name])
        minute, second = value, value
        if isinstance(value, datetime):
            minute, second = value.replace(second=0, microsecond=0), value.replace(microsecond=0)
        assert TRAITS[kind].is_secret or stored(kind, write.typed(kind, value)) == minute, name
        assert stored(kind, write.exported(kind, value)) == second, name


@EVERY_TABLE
@FEW
@given(data=st.data())
def test_an_anchor_is_the_row_again_or_asks_for_it(model: Any, data: st.DataObject) -> None:
    columns = [c for c in model.__table__.columns if TRAITS[compared_kind(c)].sorted and not c.primary_key]
    row = data.draw(rows_of(model))
    for column in columns:
        anchor = Anchor(7, row[column.name])
        assert parse_anchor(column, anchor.text(column)) in (anchor, Anchor(7, asks=True)), column.name
