"""Numbers that reach or identify a person: phone and Fayda numbers."""

from __future__ import annotations

import re

import phonenumbers

from homecare.calendars import in_digits
from homecare.kinds.texts import one_line

# Anything else, such as an extension, would be silently dropped from the number.
PHONE = re.compile(r"\+?[0-9 ()./-]+")


def is_plain_phone(text: str) -> bool:
    """Whether the text is only a number, so that formatting loses nothing."""
    return PHONE.fullmatch(text) is not None


def parse_phone(text: str) -> str:
    """E.164. Accepts 09…, 07…, 251…, 00251… and full foreign numbers. Raises ValueError with a sentence."""
    cleaned = in_digits(one_line(text)).removeprefix("tel:").replace("\uff0b", "+")
    cleaned = re.sub("[\u2010-\u2015\u2212]", "-", cleaned)
    if not is_plain_phone(cleaned) and re.search(r"[0-9]", cleaned):
        raise ValueError("Write only the number, such as 0911 234 567. Write an extension or a word into the notes.")
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
    """A FIN has 12 digits, an FCN or FAN 16. There is no checksum."""
    digits = re.sub("[\\s\u2010-\u2015-]", "", in_digits(one_line(text)))
    if not re.fullmatch(r"[0-9]{12}|[0-9]{16}", digits):
        raise ValueError("A Fayda number has 12 or 16 digits.")
    return digits
