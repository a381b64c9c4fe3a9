"""A value as people read it: plain text for titles, labels and files, markup for lists and details."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import phonenumbers
from markupsafe import Markup, escape

from homecare import clock
from homecare.kinds.numbered import is_plain_phone
from homecare.models.columns import Kind
from homecare.tables.table import Field

EMPTY = Markup('<span class="muted">—</span>')

# A value that is shown after a reason was given and logged.
BEHIND_GLASS = "•••• Give a reason to read it"

# What a status means for the reader, shown as a colour beside its word.
TONES = {
    "done": ("Completed", "Paid", "Approved", "Converted", "Available", "Accepted", "Broadcast", "Active"),
    "late": ("Late", "Overdue", "On Leave", "Paused", "Partially Approved", "Documents Pending", "Reserved", "High"),
    "missed": (
        "Missed", "No Show", "Rejected", "Lost", "Expired", "Blocked", "Suspended", "Terminated", "Urgent",
    ),
    "planned": ("Scheduled", "Assigned", "Planned", "Submitted", "Qualified", "Interview", "Requested", "Appealed"),
    "running": ("In Progress", "Confirmed", "Under Review", "Contacted", "In Use", "Maintenance"),
}  # fmt: skip
TONE_OF = {word: tone for tone, group in TONES.items() for word in group}


def when(moment: datetime) -> str:
    """9 Mar 2026 14:30, Addis time."""
    local = clock.to_addis(moment)
    return f"{local.day} {local:%b %Y %H:%M}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def age(born: date, on: date) -> str:
    """71 years; months under two years, days under a month; empty for a day still to come."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if born > on:
        return ""
    count, unit = (months // 12, "year") if months >= 24 else (months, "month") if months else ((on - born).days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def number(value: Any) -> str:
    """Grouped thousands, and no zeros after the last digit that counts."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Any) -> str:
    return f"ETB {value:,.2f}"


@lru_cache(maxsize=4096)
def phone(value: str) -> str:
    """0911 234 567 for an Ethiopian number, the international form for others, the stored text where it is neither."""
    if not is_plain_phone(value):
        # What is no part of the number, such as an extension, would be left out of it.
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


def plain_text(field: Field, value: Any) -> str:
    """The value in the reader's form; empty for NULL. A masked value is text of any kind and passes as it is."""
    if value is None or value == "":
        return ""
    if isinstance(value, clock.Beyond) or (isinstance(value, str) and value.startswith("•")):
        return str(value)
    if isinstance(value, bool) and field.kind is not Kind.BOOL:
        return ("Set" if field.kind is Kind.SECRET else BEHIND_GLASS) if value else ""
    if field.column.primary_key:
        return str(value)
    form = _TEXT.get(field.kind)
    return form(value) if form else str(value)


BADGE = Markup('<span class="badge badge-{}">{}</span>')
MASKED = Markup('<span class="masked" title="Masked for your role">{}</span>')
PHONE = Markup('<a href="tel:{}">{}</a>')
EMAIL = Markup('<a href="mailto:{}">{}</a>')
WEB = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')
PARENT = Markup('<a href="/admin/{}/details/?id={}">{}</a>')
TIME = Markup('<time datetime="{}+03:00">{}</time>')


def badge(word: str) -> Markup:
    return BADGE.format(TONE_OF.get(word, "waiting"), word)


def is_badge(field: Field) -> bool:
    return field.kind is Kind.CHOICE and ("status" in field.name or field.name == "priority")


def markup(field: Field, value: Any) -> Markup:
    """The value for a page: statuses as badges, phones and e-mails as links, moments as such."""
    text = plain_text(field, value)
    if not text:
        return EMPTY
    if text.startswith("•"):
        return MASKED.format(text)
    if is_badge(field):
        return badge(text)
    if field.kind is Kind.PHONE:
        return PHONE.format(value, text)
    if field.kind is Kind.EMAIL:
        return EMAIL.format(value, text)
    if field.kind is Kind.URL and text.startswith(("http://", "https://")):
        # Every address begins alike; what tells them apart must not be what is cut off.
        return WEB.format(value, text.partition("://")[2].removeprefix("www."))
    if isinstance(value, datetime):
        return TIME.format(clock.to_addis(value).isoformat(), text)
    return escape(text)


def relation_markup(field: Field, key: int | None, label: str | None) -> Markup:
    """A link to the parent where its name could be read, else its number."""
    if key is None:
        return EMPTY
    if label is None or label == f"#{key}":
        return escape(f"#{key}")
    return PARENT.format(field.target, key, label)
