"""Writes a value as text that `read` reads back unchanged, kind by kind.
`write` is for addresses and files, `typed` for inputs (without what nobody types). `keep` and `restore` are for values
stored for undo, which are neither cleaned nor checked on the way back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from homecare import clock
from homecare.kinds import say
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
# The Python types that can be stored and restored.
RESTORERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    Decimal: Decimal,
    bool: "True".__eq__,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


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


def can_restore(column: Any, value: Any) -> bool:
    """Whether `restore` returns the same value."""
    type_ = column.type.python_type
    return type_ in RESTORERS and (value is None or type(value) is type_)


def keep(value: Any) -> str | None:
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)


def restore(column: Any, text: str | None) -> Any:
    return None if text is None else RESTORERS[column.type.python_type](text)
