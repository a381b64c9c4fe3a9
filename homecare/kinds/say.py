"""Values as people read them: text for titles, labels, lists and files, by kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import phonenumbers

from homecare import clock
from homecare.kinds.numbered import is_plain_phone
from homecare.models.columns import Kind

# Stands for a value that is shown only after a reason was given and logged.
BEHIND_GLASS = "•••• Give a reason to read it"


def when(moment: datetime) -> str:
    """9 Mar 2026 14:30, Addis time."""
    local = clock.to_addis(moment)
    return f"{local.day} {local:%b %Y %H:%M}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def age(born: date, on: date) -> str:
    """71 years; months under two years, days under a month; empty if the person is not born yet."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if born > on:
        return ""
    count, unit = (months // 12, "year") if months >= 24 else (months, "month") if months else ((on - born).days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def number(value: Any) -> str:
    """Grouped thousands, and no trailing zeros after the point."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Any) -> str:
    return f"ETB {value:,.2f}"


@lru_cache(maxsize=4096)
def phone(value: str) -> str:
    """0911 234 567 for an Ethiopian number, international format for others, the stored text if it is neither."""
    if not is_plain_phone(value):
        # Formatting would drop everything that is not part of the number, such as an extension.
        return value
    try:
        parsed = phonenumbers.parse(value, "ET")
    except phonenumbers.NumberParseException:
        return value
    if parsed.country_code == 251:
        national = f"0{parsed.national_number}"
        return f"{national[:4]} {national[4:7]} {national[7:]}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_TEXT: dict[Kind, Callable[[Any], str]] = {
    Kind.DATE: day,
    Kind.DATETIME: when,
    Kind.MONEY: money,
    Kind.NUMBER: number,
    Kind.SHARE: lambda value: f"{number(value * 100)} %",
    Kind.PERCENT: lambda value: f"{number(value)} %",
    Kind.BOOL: lambda value: "Yes" if value else "No",
    Kind.POINT: lambda value: "" if value == "," else str(value).replace(",", ", "),
    Kind.PHONE: phone,
}


def said(kind: Kind, value: Any) -> str:
    """The value as people read it. Empty for NULL. A masked value is already text and is returned unchanged."""
    if value is None or value == "":
        return ""
    if isinstance(value, clock.Beyond) or (isinstance(value, str) and value.startswith("•")):
        return str(value)
    if isinstance(value, bool) and kind is not Kind.BOOL:
        return ("Set" if kind is Kind.SECRET else BEHIND_GLASS) if value else ""
    form = _TEXT.get(kind)
    return form(value) if form else str(value)
