"""Reads numbers as people write them. Ambiguous ones are refused with both readings, never guessed.
A point starts the decimals. A comma, space or apostrophe groups, and only before exactly three digits.
"""

from __future__ import annotations

import re
from decimal import Decimal

from homecare.calendars import in_digits
from homecare.kinds.texts import one_line

MOST_DIGITS, MOST_DECIMALS = 15, 20
WANTED = "Write a number such as 1250.50."
# A longer text is not repeated in the message: nobody writes such a number.
LONGEST_TOLD = 40
# Characters of other keyboards and scripts, mapped to the ones that are read.
SIGNS = str.maketrans({
    "\u066b": ".", "\uff0e": ".", "\u066c": ",", "\u060c": ",", "\uff0c": ",", "\u1363": ",", "\u2212": "-",
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u066a": "%", "\uff05": "%",
})  # fmt: skip
GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:'[0-9]{3})+")
PLAIN = re.compile(r"[0-9]+")
NUMBER = re.compile(r"([+-]?)\s?([0-9][0-9 ,']*|)(?:\.([0-9]*))?")
# Digits with commas or points where it is unclear which one starts the decimals.
UNCLEAR = re.compile(r"([+-]?)\s?([0-9 ,.']*)([,.])([0-9]+)")
CURRENCY = re.compile(r"(?:ETB|birr|br\.?|ብር)", re.IGNORECASE)
PER_CENT = re.compile(r"\s?(?:%|per ?cent|በመቶ)", re.IGNORECASE)


def read_decimal(text: str) -> Decimal:
    """`1250.50`, `1,250.50`, `1 250`, `-3`; digits of other scripts too. Raises ValueError with a sentence."""
    return _number(_signs(text), text)


def read_money(text: str) -> Decimal:
    """As `read_decimal`, with the currency before or after it: `ETB 1,250`, `1250 birr`, `ብር 1250`."""
    bare = _signs(text)
    for place in (CURRENCY.match(bare), _at_end(CURRENCY, bare)):
        if place is not None:
            bare = (bare[: place.start()] + bare[place.end() :]).strip()
            break
    return _number(bare, text)


def read_percent(text: str) -> Decimal:
    """A percentage, with or without its sign: `15` and `15 %` are 15."""
    return _number(_without_sign(_signs(text))[0], text)


def read_share(text: str) -> Decimal:
    """A share from 0 to 1: `15`, `15 %` and `0.15` are 0.15.
    Without a sign, a number up to 1 is the share itself (1 is all of it), and a number from 2 is per cent. Between them
    it could mean either.
    """
    bare, says_percent = _without_sign(_signs(text))
    number = _number(bare, text)
    if not says_percent and 1 < number < 2:
        raise ValueError(f"{bare}: write per cent with the sign, {bare} %, or a share from 0 to 1, such as 0.15.")
    return number / 100 if says_percent or number > 1 else number


def _without_sign(text: str) -> tuple[str, bool]:
    sign = _at_end(PER_CENT, text)
    return (text, False) if sign is None else (text[: sign.start()].strip(), True)


def _at_end(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next((found for found in pattern.finditer(text) if found.end() == len(text)), None)


def _signs(text: str) -> str:
    """The text with its digits and signs in ASCII."""
    return in_digits(one_line(text).translate(SIGNS))


def _number(bare: str, typed: str) -> Decimal:
    found = NUMBER.fullmatch(bare)
    sign, whole, decimals = found.groups() if found else ("", "", None)
    if not found or not (whole or decimals) or not _is_grouped(whole):
        raise ValueError(_both_readings(bare, typed) or WANTED)
    digits = re.sub(r"[ ,']", "", whole)
    if len(digits) > MOST_DIGITS or len(decimals or "") > MOST_DECIMALS:
        raise ValueError(WANTED)
    return Decimal(f"{sign}{digits or 0}" + (f".{decimals}" if decimals else ""))


def _is_grouped(whole: str) -> bool:
    return not whole or PLAIN.fullmatch(whole) is not None or GROUPED.fullmatch(whole) is not None


def _both_readings(bare: str, typed: str) -> str:
    """ "1250,50: write 1250.50 or 125,050."; empty if it is not a number in either reading."""
    found = UNCLEAR.fullmatch(bare) if len(typed) <= LONGEST_TOLD else None
    if found is None:
        return ""
    sign, before, mark, after = found.groups()
    whole = re.sub(r"[ ,.']", "", before)
    with_decimals = f"{sign}{whole or 0}.{after}"
    # The other reading drops the mark; with a comma, a remaining point starts the decimals.
    rest = before.replace(" ", "").replace("'", "").replace(",", "")
    other = f"{rest}{after}" if mark == "," and rest.count(".") < 2 else f"{whole}{after}"
    grouped = f"{sign}{_grouped(other)}"
    return f"{typed.strip()}: write {with_decimals} or {grouped}." if grouped != with_decimals else ""


def _grouped(digits: str) -> str:
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    return f"{int(whole or 0):,}" + (f".{decimals}" if decimals else "")
