"""A month of either calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from homecare import calendars, clock

GREGORIAN, ETHIOPIAN = "gregorian", "ethiopian"
WANTED = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True)
class Month:
    """`word` is its year and month in the address; `first` and `last` are its days."""

    calendar: str
    word: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> str:
        if self.calendar == GREGORIAN:
            return f"{self.first:%B %Y}"
        year, month, _ = calendars.to_ethiopian(self.first)
        return f"{calendars.MONTHS[month - 1]} {year} EC"

    @property
    def beside(self) -> str:
        """The same days as the other calendar calls them."""
        if self.calendar == GREGORIAN:
            return f"{calendars.ethiopian_words(self.first)} to {calendars.ethiopian_words(self.last)}"
        return f"{_said(self.first)} to {_said(self.last)}"

    @property
    def before(self) -> Month:
        return month_of(self.first - timedelta(days=1), self.calendar)

    @property
    def after(self) -> Month:
        return month_of(self.last + timedelta(days=1), self.calendar)

    @property
    def words(self) -> dict[str, str]:
        """What asks for it in an address."""
        return {"month": self.word} | ({"calendar": self.calendar} if self.calendar != GREGORIAN else {})

    def in_calendar(self, calendar: str) -> Month:
        """The other calendar's month in which this one's middle lies."""
        return month_of(self.first + timedelta(days=self.days // 2), calendar)


def month_of(day: date, calendar: str) -> Month:
    """The month in which the day lies. Raises ValueError at the ends of the calendars."""
    if calendar == GREGORIAN:
        return _gregorian(day.year, day.month)
    year, month, _ = calendars.to_ethiopian(day)
    return _ethiopian(year, month)


def parse(word: str, calendar: str) -> Month:
    """`2026-11`, or in the Ethiopian calendar `2019-03`; this month where nothing is said. Raises ValueError."""
    if calendar not in (GREGORIAN, ETHIOPIAN):
        raise ValueError(f"calendar is {calendar[:40]!r}; it must be gregorian or ethiopian.")
    if not word:
        return month_of(clock.today(), calendar)
    found = WANTED.fullmatch(word)
    if found is None:
        raise ValueError(f"{word[:40]!r} is not a month. Write its year and number, such as 2026-11.")
    year, month = int(found[1]), int(found[2])
    most = 12 if calendar == GREGORIAN else 13
    if not 1 <= month <= most or not 1900 <= year <= 2200:
        raise ValueError(f"{word} is not a month from 1900 to 2200. Months are numbered 1 to {most}.")
    return _gregorian(year, month) if calendar == GREGORIAN else _ethiopian(year, month)


def _gregorian(year: int, month: int) -> Month:
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Month(GREGORIAN, f"{year:04}-{month:02}", first, last)


def _ethiopian(year: int, month: int) -> Month:
    first = calendars.to_gregorian(year, month, 1)
    last = first + timedelta(days=calendars.month_length(year, month) - 1)
    return Month(ETHIOPIAN, f"{year:04}-{month:02}", first, last)


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
