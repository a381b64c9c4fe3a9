"""A value as text that is read back to the very same value: what `read` undoes, kind by kind.

`write` is for addresses and files, `typed` for inputs, which leave out what nobody types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from homecare import clock
from homecare.kinds import say
from homecare.kinds.traits import traits_of
from homecare.models.columns import Kind


def _number(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# Kinds not listed here are text, or an id.
WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.BOOL: lambda value: "1" if value else "0",
    Kind.DATE: lambda value: value.isoformat(),
    Kind.DATETIME: lambda value: clock.to_addis(value).isoformat(),
    Kind.MONEY: _number,
    Kind.NUMBER: _number,
    Kind.PERCENT: _number,
    # With the sign, because a bare number up to 1 is read as a share and above as per cent.
    Kind.SHARE: lambda value: f"{say.number(value * 100)} %",
}
TYPED: dict[Kind, Callable[[Any], str]] = {
    Kind.PHONE: say.phone,
    Kind.MONEY: lambda value: f"{value:.2f}",
    Kind.DATETIME: lambda value: clock.to_addis(value).isoformat(timespec="minutes"),
    Kind.SECRET: lambda _value: "",
    Kind.PERCENT: str,
}
HELD = frozenset({str, int, Decimal, bool, date, datetime})


def write(kind: Kind, value: Any) -> str:
    """Raises OverflowError for a moment at the limits of datetime."""
    # Values outside Python's calendar and masked values are text already.
    return value if isinstance(value, str) else WRITERS.get(kind, str)(value)


def typed(kind: Kind, value: Any) -> str:
    """The value as somebody would type it into its input. A stored secret is not shown."""
    if isinstance(value, clock.Beyond):
        return str(value)
    return TYPED.get(kind, WRITERS.get(kind, str))(value)


def exported(kind: Kind, value: Any) -> str:
    """A cell of a text file. Empty for NULL."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.to_addis(value).isoformat(" ", "seconds")
    if kind is Kind.BOOL:
        return "Yes" if value else "No"
    return "" if kind is Kind.POINT and value == "," else str(value)


def can_be_put_back(columns: Any, row: Mapping[str, Any]) -> bool:
    """Whether a change made in a list can be taken back beside its message: values that Python holds as they are."""
    return all(traits_of(columns[name]).undone and _is_held(columns[name], value) for name, value in row.items())


def _is_held(column: Any, value: Any) -> bool:
    type_ = column.type.python_type
    return type_ in HELD and (value is None or type(value) is type_)
