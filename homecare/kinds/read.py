"""Reads text as a value of a kind: one reader per kind, used everywhere.
A column's further limits (decimals, choices, length) are checked at its form field. Every reader raises ValueError
with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from homecare.kinds.numbered import parse_fayda, parse_phone
from homecare.kinds.numbers import read_decimal, read_money, read_percent, read_share
from homecare.kinds.texts import one_line, storable
from homecare.kinds.times import parse_date, parse_day_or_moment
from homecare.models.columns import Kind

HIGHEST_INTEGER = 2**31 - 1


def parse_id(text: str) -> int:
    """A row's id. Every company table has four-byte ids, even if a foreign key to it has eight bytes."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) <= HIGHEST_INTEGER:
        raise ValueError("A row's number consists of digits.")
    return int(text)


def version_number(text: str) -> int:
    """The version in a form. If that is not a number, -1, which no version has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def parse_bool(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return words[one_line(text).lower()]
    except KeyError as error:
        raise ValueError("Write yes or no.") from error


# Kinds not listed here are text.
READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.NUMBER: read_decimal,
    Kind.MONEY: read_money,
    Kind.SHARE: read_share,
    Kind.PERCENT: read_percent,
    Kind.RELATION: lambda text: parse_id(one_line(text)),
    Kind.BOOL: parse_bool,
    Kind.DATE: parse_date,
    Kind.DATETIME: parse_day_or_moment,
    Kind.PHONE: parse_phone,
    Kind.FAYDA: parse_fayda,
}


def parse_value(kind: Kind, text: str) -> Any:
    """The value of a text from a form, a condition or a page's anchor. Dates and moments become date or datetime."""
    return READERS.get(kind, storable)(text)
