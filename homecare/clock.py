"""Time: the database stores UTC without a zone; people read and type Addis Ababa time, UTC+3 all year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

ADDIS_OFFSET = timedelta(hours=3)
# A moment closer to the ends of the calendar cannot be shown in every time zone.
EARLIEST, LATEST = datetime.min + timedelta(days=1), datetime.max - timedelta(days=1)
# Around a moment of these its week, and the days beside it, can be counted.
FIRST_BOOKABLE, LAST_BOOKABLE = EARLIEST + timedelta(days=30), LATEST - timedelta(days=30)


class Beyond(str):
    """A stored day or moment outside Python's calendar, as PostgreSQL writes it: `infinity`, `12026-03-09`.
    The other application writes such values. They are shown, compared and sent back as this text; moments are in UTC.
    """

    __slots__ = ()


def known(value: object) -> datetime | None:
    """The stored moment; None for one outside Python's calendar too: nobody can be planned for then."""
    return value if isinstance(value, datetime) else None


def now_utc() -> datetime:
    """Now, as the database stores it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def is_bookable(moment: datetime) -> bool:
    return FIRST_BOOKABLE <= moment <= LAST_BOOKABLE


def to_addis(moment: datetime) -> datetime:
    return moment + ADDIS_OFFSET


def to_utc(moment: datetime) -> datetime:
    """Raises OverflowError at the edges of what a datetime can hold."""
    return moment - ADDIS_OFFSET


def today() -> date:
    """Today in Addis Ababa."""
    return to_addis(now_utc()).date()


def day_start(day: date) -> datetime:
    """The stored moment at which the day begins in Addis Ababa."""
    return to_utc(datetime(day.year, day.month, day.day))
