"""The Ethiopian calendar: 12 months of 30 days, and Pagume with 5, or with 6 if the year modulo 4 is 3.

Pure arithmetic on day numbers. `static/js/core/ethiopian.js` does the same, and a test compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

# Meskerem 1 of year 1 as a proleptic Gregorian date (29 August 8 in the Julian calendar).
FIRST_DAY = date(8, 8, 27)
DAYS_OF_FOUR_YEARS = 4 * 365 + 1

MONTHS = (
    "Meskerem", "Tikimt", "Hidar", "Tahsas", "Tir", "Yekatit", "Megabit", "Miyazya", "Ginbot", "Sene", "Hamle",
    "Nehase", "Pagume",
)  # fmt: skip
MONTHS_AMHARIC = (
    "መስከረም", "ጥቅምት", "ኅዳር", "ታኅሣሥ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ነሐሴ", "ጳጉሜን",
)  # fmt: skip
# Other spellings in use. They are compared without case and accents, and with one letter per sound.
_SPELLINGS = {
    1: "maskaram meskerm meskeram mesekerem",
    2: "tekemt tiqimt tikemt teqemt tiqemt tikmt tekimt thikimt",
    3: "hedar hidaar ኀዳር",
    4: "tahisas tahesas tahsaas tahissas tahesass",
    5: "ter tirr tiir",
    6: "yakatit yekatitt yekateet",
    7: "maggabit magabit megabi megabeet",
    8: "miazia miyaziya miazya miyazia miaziya meyazya miyazeya ሚያዚያ ሚያዜያ",
    9: "genbot ginbut guenbot genbott",
    10: "sane senie senne",
    11: "hamlie hamele hamley",
    12: "nehassie nehasie nahase nehasse nahasse",
    13: "pagumen paguemen pagumie pagumien pagme puagme pwagme pagumiene ጳጉሜ ጳጉሚን ጳግሜ ጳግሜን ጷጉሜ ጷጉሜን ጷግሜ ጷግሜን",
}
# First letters of rows that sound the same, each row in its seven orders: the first is replaced by the second.
_SAME_SOUND = ((0x1210, 0x1200), (0x1280, 0x1200), (0x1220, 0x1230), (0x12D0, 0x12A0), (0x1340, 0x1338))
_FOLDED = {first + order: other + order for first, other in _SAME_SOUND for order in range(7)}
# In these two rows the first order sounds like the fourth.
_FOURTH = {0x1200: 0x1203, 0x12A0: 0x12A3}

MARKED = re.compile(r"\s*(?:EC|E\.\s?C\.?|E/C|[ዓዐአ](?:[./]\s?)?ም[./]?|ዓመተ\s+ም[ሕህ]ረት)\s*$", re.IGNORECASE)
NUMBERS_FIRST_YEAR = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
NUMBERS_FIRST_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
# Words that may stand in a date but are not part of it: "day" and the weekdays.
_PASSED = frozenset(["ቀን", "ሰኞ", "ማክሰኞ", "ረቡዕ", "ሮብ", "ሐሙስ", "ሀሙስ", "ዓርብ", "አርብ", "ቅዳሜ", "እሑድ", "እሁድ"])
_NUMERALS = re.compile("[\u1369-\u137c]+")
WANTED = "Write an Ethiopian day such as 30 Yekatit 2018, 30/6/2018 or 2018-06-30, with EC behind it."


def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    one_sound = plain.translate(_FOLDED)
    return one_sound.translate(_FOURTH)


MONTH_OF = {
    _folded(word): number
    for number in range(1, 14)
    for word in (MONTHS[number - 1], MONTHS_AMHARIC[number - 1], *_SPELLINGS[number].split())
}


def ethiopic_number(numerals: str) -> int:
    """The value of Ethiopic numerals: ፳፻፲፰ is 2018."""
    total = part = 0
    for letter in numerals:
        value = int(unicodedata.numeric(letter))
        if value == 10_000:
            total, part = (total + (part or 1)) * value, 0
        else:
            part = (part or 1) * value if value == 100 else part + value
    return total + part


def in_digits(text: str) -> str:
    """The text with digits of every script, including Ethiopic numerals, written as 0 to 9."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    return _NUMERALS.sub(lambda found: str(ethiopic_number(found[0])), digits)


def to_ethiopian(day: date) -> tuple[int, int, int]:
    """Year, month 1 to 13, day. Raises ValueError for a day before the calendar begins."""
    number = (day - FIRST_DAY).days
    if number < 0:
        raise ValueError(f"{day.isoformat()} is before the first year of the Ethiopian calendar.")
    fours, left = divmod(number, DAYS_OF_FOUR_YEARS)
    # In each four years counted from year 1, the third is the leap year, so the fourth begins a day later.
    year_of_four = 3 if left > 3 * 365 else min(left // 365, 2)
    start = year_of_four * 365 + (year_of_four == 3)
    month, day_of_month = divmod(left - start, 30)
    return 4 * fours + year_of_four + 1, month + 1, day_of_month + 1


def to_gregorian(year: int, month: int, day: int) -> date:
    """Raises ValueError with a sentence for a day that does not exist in the Ethiopian calendar."""
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


def is_ethiopian(text: str) -> bool:
    """Whether a typed date says it is Ethiopian: by `EC`, `ዓ.ም.` or `ዓ/ም` at its end, or by its month."""
    return MARKED.search(text) is not None or any(_folded(word) in MONTH_OF for word in _words(text))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,፣።.]+", text) if word and word not in _PASSED]


def parse(text: str) -> date:
    """Accepts `30 Yekatit 2018`, `የካቲት 30 ቀን 2018 ዓ.ም.`, `፴ የካቲት ፳፻፲፰`, `30/6/2018`, `2018-06-30`, with or without EC.

    Raises ValueError with a sentence.
    """
    cleaned = in_digits(MARKED.sub("", text).strip())
    if found := NUMBERS_FIRST_YEAR.fullmatch(cleaned):
        year, month, day = (int(part) for part in found.groups())
    elif found := NUMBERS_FIRST_DAY.fullmatch(cleaned):
        day, month, year = (int(part) for part in found.groups())
    else:
        day, month, year = _in_words(_words(cleaned))
    return to_gregorian(year, month, day)


def _in_words(words: list[str]) -> tuple[int, int, int]:
    """Day, month and year of `30 Yekatit 2018` in any order. The year is the four-digit number."""
    months = [MONTH_OF[_folded(word)] for word in words if _folded(word) in MONTH_OF]
    numbers = sorted((word for word in words if re.fullmatch("[0-9]{1,4}", word)), key=len)
    is_day = len(words) == 3 and len(months) == 1 and [len(number) // 3 for number in numbers] == [0, 1]
    if not is_day:
        raise ValueError(WANTED)
    return int(numbers[0]), months[0], int(numbers[1])


def ethiopian_words(day: date) -> str:
    """30 Yekatit 2018 EC."""
    year, month, day_of_month = to_ethiopian(day)
    return f"{day_of_month} {MONTHS[month - 1]} {year} EC"


def in_words(day: date) -> str:
    """Mon 9 Mar 2026 · 30 Yekatit 2018 EC."""
    return f"{day:%a} {day.day} {day:%b} {day.year} · {ethiopian_words(day)}"
