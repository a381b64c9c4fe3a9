"""The Ethiopian calendar: 12 months of 30 days and Pagume of 5, or 6 in a year that leaves 3 when divided by 4.

Pure arithmetic over day numbers; `static/js/ethiopian.js` does the same, and a test compares the two.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

# Meskerem 1 of the Ethiopian year 1 as a Gregorian day, proleptic: 29 August 8 of the Julian calendar.
FIRST_DAY = date(8, 8, 27)
DAYS_OF_FOUR_YEARS = 4 * 365 + 1

MONTHS = (
    "Meskerem", "Tikimt", "Hidar", "Tahsas", "Tir", "Yekatit", "Megabit", "Miyazya", "Ginbot", "Sene", "Hamle",
    "Nehase", "Pagume",
)  # fmt: skip
MONTHS_AMHARIC = (
    "መስከረም", "ጥቅምት", "ኅዳር", "ታኅሣሥ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ነሐሴ", "ጳጉሜን",
)  # fmt: skip
# Other spellings in use; compared without case.
_SPELLINGS = {
    "mäskäräm": 1, "meskerm": 1, "tekemt": 2, "tiqimt": 2, "tikemt": 2, "hedar": 3, "tahisas": 4, "tahesas": 4,
    "ter": 5, "yakatit": 6, "maggabit": 7, "megabi": 7, "miazia": 8, "miyaziya": 8, "genbot": 9, "sane": 10,
    "hamlie": 11, "nehassie": 12, "nehasie": 12, "pagumen": 13, "paguemen": 13,
    "ህዳር": 3, "ታህሳስ": 4, "ሃምሌ": 11, "ጳጉሜ": 13,
}  # fmt: skip
MONTH_OF = {
    **{name.casefold(): number for number, name in enumerate(MONTHS, 1)},
    **{name: number for number, name in enumerate(MONTHS_AMHARIC, 1)},
    **_SPELLINGS,
}

MARKED = re.compile(r"\s*(?:EC|E\.C\.|ዓ\.?ም\.?)\s*$", re.IGNORECASE)
NUMBERS_FIRST_YEAR = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
NUMBERS_FIRST_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
WORDS = re.compile(r"([0-9]{1,2})\s+([^\W\d_]+)\.?,?\s+([0-9]{4})")
WANTED = "Write an Ethiopian day such as 30 Yekatit 2018, 30/6/2018 or 2018-06-30, with EC behind it."


def to_ethiopian(day: date) -> tuple[int, int, int]:
    """Year, month 1 to 13, day. Raises ValueError for a day before the calendar begins."""
    number = (day - FIRST_DAY).days
    if number < 0:
        raise ValueError(f"{day.isoformat()} is before the first year of the Ethiopian calendar.")
    fours, left = divmod(number, DAYS_OF_FOUR_YEARS)
    # Of four years from year 1 the third has the sixth day of Pagume, so the fourth begins a day later.
    year_of_four = 3 if left > 3 * 365 else min(left // 365, 2)
    start = year_of_four * 365 + (year_of_four == 3)
    month, day_of_month = divmod(left - start, 30)
    return 4 * fours + year_of_four + 1, month + 1, day_of_month + 1


def to_gregorian(year: int, month: int, day: int) -> date:
    """Raises ValueError in a sentence for a day that the Ethiopian calendar does not have."""
    if not 1 <= year <= 9991 or not 1 <= month <= 13:
        raise ValueError(f"{day}/{month}/{year} is not a day of the Ethiopian calendar.")
    if not 1 <= day <= month_length(year, month):
        length = month_length(year, month)
        raise ValueError(f"{MONTHS[month - 1]} {year} EC has {length} days; there is no day {day}.")
    return FIRST_DAY + timedelta(days=365 * (year - 1) + year // 4 + 30 * (month - 1) + day - 1)


def month_length(year: int, month: int) -> int:
    if month < 13:
        return 30
    return 6 if year % 4 == 3 else 5


def is_marked(text: str) -> bool:
    """Whether a typed day says that it is an Ethiopian one: `EC`, `E.C.` or `ዓ.ም.` at its end."""
    return MARKED.search(text) is not None


def parse(text: str) -> date:
    """`30 Yekatit 2018`, `30 የካቲት 2018`, `30/6/2018`, `2018-06-30`, each with or without EC. Raises ValueError."""
    cleaned = MARKED.sub("", text).strip()
    if found := NUMBERS_FIRST_YEAR.fullmatch(cleaned):
        year, month, day = (int(part) for part in found.groups())
    elif found := NUMBERS_FIRST_DAY.fullmatch(cleaned):
        day, month, year = (int(part) for part in found.groups())
    elif (found := WORDS.fullmatch(cleaned)) and found[2].casefold() in MONTH_OF:
        day, month, year = int(found[1]), MONTH_OF[found[2].casefold()], int(found[3])
    else:
        raise ValueError(WANTED)
    return to_gregorian(year, month, day)


def ethiopian_words(day: date) -> str:
    """30 Yekatit 2018 EC."""
    year, month, day_of_month = to_ethiopian(day)
    return f"{day_of_month} {MONTHS[month - 1]} {year} EC"


def in_words(day: date) -> str:
    """Mon 9 Mar 2026 · 30 Yekatit 2018 EC."""
    return f"{day:%a} {day.day} {day:%b} {day.year} · {ethiopian_words(day)}"
