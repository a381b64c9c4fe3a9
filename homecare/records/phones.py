"""Telephone numbers found by a part of them, typed as they are spoken (0911 2…) and stored as +2519112…"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, or_

BETWEEN = re.compile(r"[\s().\-\u2010-\u2015/]")
ETHIOPIA = "+251"
# Fewer say nothing of a number that stands among other words.
FEWEST = 4


def digits(text: str) -> str:
    """The digits of a number or of a part of one; empty for any other text."""
    cleaned = BETWEEN.sub("", text).removeprefix("+")
    return cleaned if cleaned.isascii() and cleaned.isdigit() else ""


def _start(text: str) -> str:
    """How a stored number begins that is dialled like this; empty for a piece that may stand anywhere."""
    number = digits(text)
    if BETWEEN.sub("", text).startswith("+") or number.startswith("00"):
        number = number.removeprefix("00")
        # +251 (0)911
        return ETHIOPIA + number[3:].removeprefix("0") if number.startswith("251") else f"+{number}"
    if number.startswith("0"):
        return ETHIOPIA + number[1:]
    return f"+{number}" if number.startswith("251") else ""


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Numbers that hold what was typed, wherever it stands, or begin as what was typed is dialled."""
    number, start = digits(text), _start(text)
    if not number:
        return column.icontains(text, autoescape=True)
    anywhere = column.contains(number, autoescape=True)
    return or_(anywhere, column.startswith(start, autoescape=True)) if start else anywhere


def startswith(column: Any, text: str) -> ColumnElement[bool]:
    """Numbers that begin as what was typed is dialled, with or without the country's own."""
    number = digits(text)
    if not number:
        return column.istartswith(text, autoescape=True)
    starts = {number, f"+{number}", _start(text) or ETHIOPIA + number}
    return or_(*(column.startswith(start, autoescape=True) for start in sorted(starts)))
