"""The Ethiopian calendar: known days, both ways round, as typed, and the browser's arithmetic against ours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from homecare import calendars
from homecare.calendars import in_words, to_ethiopian, to_gregorian
from homecare.kinds import read, times
from homecare.models.columns import Kind

KNOWN = [
    ((2017, 1, 1), date(2024, 9, 11)),
    ((2016, 1, 1), date(2023, 9, 12)),
    ((2015, 13, 6), date(2023, 9, 11)),
    ((2018, 3, 3), date(2025, 11, 12)),
]
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(("ethiopian", "gregorian"), KNOWN)
def test_known_days_agree_in_both_directions(ethiopian: tuple[int, int, int], gregorian: date) -> None:
    assert to_ethiopian(gregorian) == ethiopian
    assert to_gregorian(*ethiopian) == gregorian


@given(DAYS)
def test_every_day_comes_back_as_itself(day: date) -> None:
    assert to_gregorian(*to_ethiopian(day)) == day


@given(DAYS)
def test_the_next_day_is_the_next_one_in_both_calendars(day: date) -> None:
    year, month, day_of_month = to_ethiopian(day)
    is_last = day_of_month == calendars.month_length(year, month)
    following = (year + (month == 13), month % 13 + 1, 1) if is_last else (year, month, day_of_month + 1)

    assert to_ethiopian(day + timedelta(days=1)) == following


@given(DAYS)
def test_a_day_written_in_words_is_read_as_that_day(day: date) -> None:
    assert calendars.parse(calendars.ethiopian_words(day)) == day


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2018, 13, 6), (2018, 14, 1), (2018, 0, 1), (2018, 1, 31), (0, 1, 1)]
)
def test_a_day_the_calendar_does_not_have_is_refused_in_words(year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError, match=r"(has 5 days|has 30 days|is not a day of the Ethiopian calendar)"):
        to_gregorian(year, month, day)


def test_a_day_is_told_in_both_calendars() -> None:
    assert in_words(date(2026, 3, 9)) == "Mon 9 Mar 2026 · 30 Yekatit 2018 EC"


TYPED = [
    "30 Yekatit 2018 EC",
    "30 yekatit 2018 ec",
    "30 የካቲት 2018 ዓ.ም.",
    "30/6/2018 EC",
    "2018-06-30 EC",
    "30.6.2018 E.C.",
]


@pytest.mark.parametrize("text", TYPED)
def test_a_marked_day_is_read_as_an_ethiopian_one(text: str) -> None:
    assert times.parse_date(text) == date(2026, 3, 9)


@pytest.mark.parametrize("text", ["30 Yekatit 2018 14:30 EC", "30 Yekatit 2018 EC 14:30", "2018-06-30T14:30 EC"])
def test_a_marked_moment_is_read_in_addis_time(text: str) -> None:
    assert times.parse_moment(text) == datetime(2026, 3, 9, 11, 30)


@pytest.mark.parametrize("text", ["30 Tir 2018 EC", "2018-05-30 EC"])
def test_a_filter_on_moments_takes_an_ethiopian_day(text: str) -> None:
    assert read.parse_value(Kind.DATETIME, text) == date(2026, 2, 7)


@pytest.mark.parametrize("text", ["30 March 2018 EC", "6 Pagume 2018 EC", "1/1/9999 EC", "EC", "31/1/2018 EC"])
def test_what_is_no_ethiopian_day_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[A-Z0-9].*\.$"):
        times.parse_date(text)


def test_a_marked_moment_without_a_time_asks_for_it() -> None:
    with pytest.raises(ValueError, match="Write the time too"):
        times.parse_moment("30 Yekatit 2018 EC")


# As Ethiopians write days: order, "ቀን", the era's abbreviations, numerals, spellings.
AS_SAID = {
    "የካቲት 30 ቀን 2018 ዓ.ም.": date(2026, 3, 9), "Yekatit 30, 2018": date(2026, 3, 9),
    "3 ሚያዚያ 2018 ዓ/ም": date(2026, 4, 11), "፴ የካቲት ፳፻፲፰": date(2026, 3, 9), "የካቲት ፴ ቀን ፳፻፲፰ ዓ.ም": date(2026, 3, 9),
    "ሰኞ የካቲት 30 ቀን 2018 ዓ. ም.": date(2026, 3, 9), "30 የካቲት፣ 2018": date(2026, 3, 9), "2018 የካቲት 30": date(2026, 3, 9),
    "30/6/2018 ዓ/ም": date(2026, 3, 9), "30 Yäkatit 2018": date(2026, 3, 9), "30 YEKATIT 2018 E.C": date(2026, 3, 9),
    "ሕዳር 3 2018": date(2025, 11, 12), "ኀዳር 3 2018": date(2025, 11, 12), "ታህሳስ 1 2018": date(2025, 12, 10),
    "ታኅሣሥ 1 2018": date(2025, 12, 10), "ሀምሌ 1 2018": date(2026, 7, 8), "ሃምሌ 1 2018": date(2026, 7, 8),
    "ጳጉሜ 6 2015": date(2023, 9, 11), "Puagme 6, 2015": date(2023, 9, 11),
    "\u200e30 Yekatit 2018\u200b": date(2026, 3, 9),
}  # fmt: skip


@pytest.mark.parametrize("text", AS_SAID)
def test_a_day_is_read_as_it_is_said(text: str) -> None:
    assert times.parse_date(text) == AS_SAID[text]


GREGORIAN = {
    "25/11/2026": date(2026, 11, 25), "2026/11/25": date(2026, 11, 25), "25.11.2026": date(2026, 11, 25),
    "9 Mar 2026": date(2026, 3, 9), "Mon 9 Mar 2026 · 30 Yekatit 2018 EC": date(2026, 3, 9),
    "March 9, 2026": date(2026, 3, 9), "25/11/2026 G.C.": date(2026, 11, 25), "2026-3-9": date(2026, 3, 9),
    "\u0662\u0665/\u0661\u0661/2026": date(2026, 11, 25),
}  # fmt: skip


@pytest.mark.parametrize("text", GREGORIAN)
def test_a_gregorian_day_is_read_as_it_is_shown_or_said(text: str) -> None:
    assert times.parse_date(text) == GREGORIAN[text]


def test_a_moment_is_read_as_it_is_shown_or_said() -> None:
    for text in ("9 Mar 2026 14:30", "9/3/2026 2:30 PM", "የካቲት 30 ቀን 2018 ዓ.ም. 14:30", "2026-03-09 14:30:00"):
        assert times.parse_moment(text) == datetime(2026, 3, 9, 11, 30)


@pytest.mark.parametrize(("text", "words"), [
    ("11/25/2026", "the day comes first, so write 25/11/2026"), ("9:30", "a time without a day"),
    ("30/2/2026", "not a day in the calendar"), ("99/99/9999", "not a day in the calendar"),
    ("25/11/26", "four digits"), ("someday", "such as 2026-03-09"), ("Yekatit 31, 2018", "has 30 days"),
    ("Yekatit 2018", "Write an Ethiopian day"), ("0001-01-01", "1900 to 2199"),
])  # fmt: skip
def test_what_is_no_day_is_refused_with_what_would_be_one(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        times.parse_date(text)


@pytest.mark.browser
def test_the_browser_reads_days_as_the_server_does(page: Page, app: Flask) -> None:
    page.goto("/login")
    address = app.jinja_env.globals["asset"]("js/core/ethiopian.js")
    typed = [*AS_SAID, *TYPED]

    found = page.evaluate(
        "async ([address, typed]) => typed.map((await import(address)).parseEthiopian)",
        [address, typed],
    )

    assert found == [times.parse_date(text).isoformat() for text in typed]


@pytest.mark.browser
def test_the_browser_and_the_server_agree_on_a_thousand_days(page: Page, app: Flask) -> None:
    days = [date(1900, 1, 1) + timedelta(days=109 * number) for number in range(1000)]
    page.goto("/login")
    address = app.jinja_env.globals["asset"]("js/core/ethiopian.js")

    found = page.evaluate(
        """async ([address, days]) => {
            const calendar = await import(address);
            return days.map(day => [
                calendar.toEthiopian(day), calendar.inWords(day),
                calendar.parseEthiopian(calendar.ethiopianWords(day)),
                calendar.toGregorian(...calendar.toEthiopian(day)),
            ]);
        }""",
        [address, [day.isoformat() for day in days]],
    )

    assert found == [[list(to_ethiopian(d)), in_words(d), d.isoformat(), d.isoformat()] for d in days]
