"""Time: the database holds UTC without a zone; people read and type Addis Ababa time, UTC+3 all year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

ADDIS = timezone(timedelta(hours=3), "EAT")


def now_utc() -> datetime:
    """Now, as the database stores it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def to_addis(moment: datetime) -> datetime:
    return moment + timedelta(hours=3)


def to_utc(moment: datetime) -> datetime:
    """Raises OverflowError at the edges of what a datetime can hold."""
    return moment - timedelta(hours=3)


def today() -> date:
    """The Addis day."""
    return to_addis(now_utc()).date()


def day_start(day: date) -> datetime:
    """The stored moment at which the Addis day begins."""
    return to_utc(datetime(day.year, day.month, day.day))
