"""A value as HTML for lists and details."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from homecare import clock
from homecare.tables.labels import plain_text
from homecare.tables.table import Field
from homecare.web import urls

EMPTY = Markup('<span class="muted">—</span>')

# The meaning of a status, shown as a colour beside its word.
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


BADGE = Markup('<span class="badge badge-{}">{}</span>')
MASKED = Markup('<span class="masked" title="Masked for your role">{}</span>')
PHONE = Markup('<a href="tel:{}">{}</a>')
EMAIL = Markup('<a href="mailto:{}">{}</a>')
WEB = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')
PARENT = Markup('<a href="{}">{}</a>')
TIME = Markup('<time datetime="{}+03:00">{}</time>')


def badge(word: str) -> Markup:
    return BADGE.format(TONE_OF.get(word, "waiting"), word)


def is_badge(field: Field) -> bool:
    return field.traits.is_choice and ("status" in field.name or field.name == "priority")


def markup(field: Field, value: Any) -> Markup:
    """The value for a page: statuses as badges, phones and e-mails as links, moments as <time>."""
    text = plain_text(field, value)
    if not text:
        return EMPTY
    if text.startswith("•"):
        return MASKED.format(text)
    if is_badge(field):
        return badge(text)
    if field.traits.is_phone:
        return PHONE.format(value, text)
    if field.traits.is_email:
        return EMAIL.format(value, text)
    if field.traits.is_address and text.startswith(("http://", "https://")):
        # All addresses start alike, so the distinguishing part must not be cut off.
        return WEB.format(value, text.partition("://")[2].removeprefix("www."))
    if isinstance(value, datetime):
        unit = "auto" if value.second or value.microsecond else "minutes"
        return TIME.format(clock.to_addis(value).isoformat(timespec=unit), text)
    return escape(text)


def relation_markup(field: Field, key: int | None, label: str | None) -> Markup:
    """A link to the parent if its name is readable, else its number."""
    if key is None:
        return EMPTY
    if label is None or label == f"#{key}":
        return escape(f"#{key}")
    return PARENT.format(urls.record(field.target, key), label)
