"""Days and moments as people write them, in either calendar. The day comes before the month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from homecare import calendars, clock
from homecare.kinds.texts import one_line

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
# Some regular expressions below take quadratic time.
LONGEST = 100
TIME_OF_DAY = re.compile(
    r"(?:^|[ T,])\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(?:\s?([AP])M)?(?=[\s,]|$)", re.IGNORECASE
)
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})")
RELATIVE_DAY = re.compile(r"([+-])(\d{1,4})d")
FIRST_YEAR = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
FIRST_DAY = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
SHORT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
DAY_MONTH = re.compile(r"(?:[a-z]{3,9},? )?([0-9]{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?,? ([0-9]{4})", re.IGNORECASE)
MONTH_DAY = re.compile(r"(?:[a-z]{3,9},? )?([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", re.IGNORECASE)
# Marks that tell a Gregorian day from an Ethiopian one.
GREGORIAN = re.compile(r"^እ\.?ኤ\.?አ\.?\s*|\s*(?:G\.?C\.?|እ\.?ኤ\.?አ\.?)$", re.IGNORECASE)
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def parse_date(text: str) -> date:
    """A day such as `2026-03-09`, `9 Mar 2026`, `25/11/2026`, `30 Yekatit 2018`, or relative to today in Addis Ababa:
    `today`, `-7d`, `+14d`."""
    text = _short_line(text)
    if text == "today":
        return clock.today()
    if relative := RELATIVE_DAY.fullmatch(text):
        days = int(relative[2])
        return clock.today() + timedelta(days=days if relative[1] == "+" else -days)
    return _day(text)


def parse_moment(text: str) -> datetime:
    """A day as in `parse_date` with a time in Addis time, optionally with seconds.
    Returned as stored: UTC without a zone.
    """
    text = calendars.in_digits(_short_line(text))
    found = TIME_OF_DAY.search(text)
    if found is None:
        if calendars.is_ethiopian(text):
            raise ValueError("Write the time too, such as 30 Yekatit 2018 14:30 EC.")
        raise ValueError("Write a day and a time, such as 2026-03-09 14:30.")
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,")
    if not rest:
        raise ValueError(f"{text} is a time without a day. Write both, such as 2026-03-09 14:30.")
    return clock.to_utc(datetime.combine(_day(rest), _time(found)))


def parse_day_or_moment(text: str) -> date | datetime:
    """The value a condition compares a moment with: a moment, or a whole day."""
    return parse_moment(text) if ":" in text else parse_date(text)


def _short_line(text: str) -> str:
    line = one_line(text)
    if len(line) > LONGEST:
        raise ValueError("This is too long for a date. Write it as year-month-day, such as 2026-03-09.")
    return line


def _time(found: re.Match[str]) -> time:
    hour, minute, second, fraction, half = found.groups()
    hours = int(hour)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    elif half:
        hours = 24
    try:
        return time(hours, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError as error:
        raise ValueError(f"{found[0].strip(' T,')} is not a time of the day.") from error


def _day(text: str) -> date:
    # Pages show both calendars, the Gregorian first.
    text = calendars.in_digits(text.partition(" · ")[0].strip())
    if calendars.is_ethiopian(text):
        return in_range(calendars.parse(text))
    year, month, day = _gregorian(GREGORIAN.sub("", text))
    try:
        found = date(year, month, day)
    except ValueError as error:
        if day <= 12 < month <= 31 and FIRST_DAY.fullmatch(text):
            raise ValueError(f"{text}: the day comes first, so write {month}/{day}/{year}.") from error
        raise ValueError(f"{text} is not a day in the calendar.") from error
    return in_range(found)


def bookable(text: str) -> datetime:
    """An ISO 8601 moment with its zone at which somebody can be booked, as it is stored. Raises ValueError with what
    is needed: "a day and a time, such as ..."."""
    try:
        if not ISO.fullmatch(text.strip()):
            raise ValueError(text)
        found = datetime.fromisoformat(text.strip()).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise ValueError("a day and a time with its zone, such as 2026-03-09T09:00+03:00") from error
    if not clock.is_bookable(found):
        raise ValueError("a day within the calendar")
    return found


def _gregorian(text: str) -> tuple[int, int, int]:
    """Year, month and day as written."""
    if found := FIRST_YEAR.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := FIRST_DAY.fullmatch(text):
        return int(found[4]), int(found[3]), int(found[1])
    if (found := DAY_MONTH.fullmatch(text)) and (month := _month(found[2])):
        return int(found[3]), month, int(found[1])
    if (found := MONTH_DAY.fullmatch(text)) and (month := _month(found[1])):
        return int(found[3]), month, int(found[2])
    if TIME_OF_DAY.fullmatch(text):
        raise ValueError(f"{text} is a time without a day. Write the day, such as 2026-03-09.")
    if SHORT_YEAR.fullmatch(text):
        raise ValueError("Write the year with four digits, such as 9/3/2026.")
    raise ValueError("Write a day as year-month-day, such as 2026-03-09.")


def _month(word: str) -> int:
    """The month of `Mar`, `Sept` or `March`. 0 for any other word."""
    return next((number for number, name in enumerate(MONTHS, 1) if name.startswith(word.lower())), 0)


def in_range(day: date) -> date:
    """The day itself. Raises ValueError."""
    if not EARLIEST <= day <= LATEST:
        raise ValueError("Write a year from 1900 to 2199.")
    return day
