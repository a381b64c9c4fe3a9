"""The funnel's figures in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from homecare import calendars

NONE = "—"
HOUR, DAY = 60, 1440


def count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def birr(value: Decimal | None) -> str:
    """Whole birr: the page says once that all amounts are ETB, and files have the cents."""
    return NONE if value is None else f"{value:,.0f}"


def ratio(value: Decimal | None) -> str:
    return NONE if value is None else f"{value:,.2f}"


def share(part: int, whole: int, digits: int = 0) -> str:
    return f"{100 * part / whole:.{digits}f} %" if whole else NONE


def took(minutes: int | None) -> str:
    """45 min, 9 h, 34 d."""
    if minutes is None:
        return NONE
    if minutes < HOUR:
        return f"{minutes} min"
    return f"{minutes // HOUR} h" if minutes < DAY else f"{minutes // DAY} d"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def span(first: date, last: date) -> str:
    """1 Jun – 25 Nov 2026."""
    if first == last:
        return day(last)
    return f"{first.day} {first:%b}{'' if first.year == last.year else f' {first.year}'} – {day(last)}"


def ethiopian_span(first: date, last: date) -> str:
    """The same days as the Ethiopian calendar calls them."""
    words = [calendars.ethiopian_words(one).removesuffix(" EC") for one in (first, last)]
    return words[0] if first == last else " – ".join(words)
