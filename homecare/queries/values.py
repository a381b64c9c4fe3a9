"""Text that people or URLs give, parsed to what a column holds. Every parser raises ValueError with a sentence."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers

from homecare import calendars, clock
from homecare.models.columns import Kind

HIGHEST_INTEGER = 2**31 - 1
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
TIME_OF_DAY = re.compile(r"[ T,]\s*([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?=\s|$)")
RELATIVE_DAY = re.compile(r"([+-])(\d{1,4})d")
# Control characters other than tab and line breaks; lone surrogates cannot be stored as UTF-8.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def storable(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("The text holds characters that cannot be stored. Type it again without them.")
    return text


def parse_whole(text: str, highest: int = HIGHEST_INTEGER) -> int:
    cleaned = text.strip().replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", cleaned) or abs(int(cleaned)) > highest:
        raise ValueError(f"Write a whole number up to {highest:,}.")
    return int(cleaned)


def parse_id(text: str) -> int:
    """A row's key. Every company table counts its rows in four bytes, also where a key to it has eight."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) <= HIGHEST_INTEGER:
        raise ValueError("A row's number is made of digits.")
    return int(text)


def version_number(text: str) -> int:
    """What a form says of the version it was made from; -1, which no version has, where that is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def parse_decimal(text: str) -> Decimal:
    cleaned = text.strip().removeprefix("ETB").replace(",", "").replace(" ", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{0,6})?|[+-]?\.[0-9]{1,6}", cleaned):
        raise ValueError("Write a number such as 1250.50.")
    return Decimal(cleaned)


def parse_date(text: str) -> date:
    """`2026-03-09`, `30 Yekatit 2018 EC`, or a day relative to the Addis today: `today`, `-7d`, `+14d`."""
    text = text.strip()
    if calendars.is_marked(text):
        return _in_range(calendars.parse(text))
    if text == "today":
        return clock.today()
    if relative := RELATIVE_DAY.fullmatch(text):
        days = int(relative[2])
        return clock.today() + timedelta(days=days if relative[1] == "+" else -days)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("Write a day as year-month-day, such as 2026-03-09.")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text} is not a day of the calendar.") from error
    return _in_range(day)


def _in_range(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError("Write a year from 1900 to 2199.")
    return day


def parse_moment(text: str) -> datetime:
    """`2026-03-09T14:30` or `30 Yekatit 2018 14:30 EC` in Addis time, with seconds where given.

    Returned as stored, UTC without a zone.
    """
    text = _gregorian(text.strip()).replace(" ", "T")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?", text):
        raise ValueError("Write a day and a time, such as 2026-03-09 14:30.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text.replace('T', ' ')} is not a moment of the calendar.") from error
    _in_range(moment.date())
    return clock.to_utc(moment)


def _gregorian(text: str) -> str:
    """A moment whose day is marked as Ethiopian, written with the Gregorian day; any other text as it is."""
    time = TIME_OF_DAY.search(text)
    rest = text if time is None else f"{text[: time.start()]} {text[time.end() :]}"
    if not calendars.is_marked(rest):
        return text
    if time is None:
        raise ValueError("Write the time too, such as 30 Yekatit 2018 14:30 EC.")
    return f"{_in_range(calendars.parse(rest)).isoformat()} {time[1]}"


def parse_bool(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return words[text.strip().lower()]
    except KeyError as error:
        raise ValueError("Write yes or no.") from error


def parse_phone(text: str) -> str:
    """E.164. Accepts 09…, 07…, 251…, 00251… and full foreign numbers."""
    cleaned = text.strip()
    if cleaned.startswith("00"):
        cleaned = "+" + cleaned[2:]
    elif cleaned.startswith("251"):
        cleaned = "+" + cleaned
    try:
        number = phonenumbers.parse(cleaned, "ET")
    except phonenumbers.NumberParseException as error:
        raise ValueError("Write a phone number such as 0911 234 567.") from error
    if not phonenumbers.is_possible_number(number) or (
        number.country_code == 251 and len(str(number.national_number)) != 9
    ):
        raise ValueError("This is not a complete phone number. An Ethiopian one looks like 0911 234 567.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_fayda(text: str) -> str:
    """FIN is 12 digits, FCN and FAN are 16; there is no checksum."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{12}|[0-9]{16}", digits):
        raise ValueError("A Fayda number has 12 or 16 digits.")
    return digits


_NUMBERS = (Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.PERCENT)


def parse_value(kind: Kind, text: str) -> Any:
    """What a filter or a page's anchor compares with; dates and moments come as date or datetime."""
    storable(text)
    if kind in _NUMBERS:
        return parse_decimal(text)
    if kind is Kind.RELATION:
        return parse_id(text)
    if kind is Kind.BOOL:
        return parse_bool(text)
    if kind is Kind.DATE:
        return parse_date(text)
    if kind is Kind.DATETIME:
        return parse_moment(text) if ":" in text else parse_date(text)
    if kind is Kind.PHONE:
        return parse_phone(text)
    if kind is Kind.FAYDA:
        return parse_fayda(text)
    return text
