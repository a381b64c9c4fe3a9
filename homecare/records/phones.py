"""Finds phone numbers by a part of them, typed as dialled (0911 2…) and stored as +2519112…"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, or_

from homecare.kinds import say

BETWEEN = re.compile(r"[\s().\-\u2010-\u2015/]")
ETHIOPIA = "+251"
# With fewer digits, a word in a search is not treated as a phone number.
FEWEST = 4


def digits(text: str) -> str:
    """The digits of a phone number or a part of one. Empty for any other text."""
    cleaned = BETWEEN.sub("", text).removeprefix("+")
    return cleaned if cleaned.isascii() and cleaned.isdigit() else ""


def _start(text: str) -> str:
    """How a stored number starts when dialled like this. Empty for a part that may be anywhere in the number."""
    number = digits(text)
    if BETWEEN.sub("", text).startswith("+") or number.startswith("00"):
        number = number.removeprefix("00")
        # +251 (0)911
        return ETHIOPIA + number[3:].removeprefix("0") if number.startswith("251") else f"+{number}"
    if number.startswith("0"):
        return ETHIOPIA + number[1:]
    return f"+{number}" if number.startswith("251") else ""


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Numbers that contain the typed part, or start with it as dialled."""
    number, start = digits(text), _start(text)
    if not number:
        return column.icontains(text, autoescape=True)
    anywhere = column.contains(number, autoescape=True)
    return or_(anywhere, column.startswith(start, autoescape=True)) if start else anywhere


def startswith(column: Any, text: str) -> ColumnElement[bool]:
    """Numbers that start with the typed part as dialled, with or without the country code."""
    number = digits(text)
    if not number:
        return column.istartswith(text, autoescape=True)
    starts = {number, f"+{number}", _start(text) or ETHIOPIA + number}
    return or_(*(column.startswith(start, autoescape=True) for start in sorted(starts)))


def spellings(number: str) -> list[str]:
    """How others may have stored the E.164 number: 0911234567, 251911234567, 00251911234567, 0911 234 567."""
    found = [number, number.removeprefix("+"), f"00{number.removeprefix('+')}", say.phone(number)]
    return [*found, f"0{number.removeprefix(ETHIOPIA)}"] if number.startswith(ETHIOPIA) else found
