"""Numbers that reach or name a person: phones and Fayda numbers."""

from __future__ import annotations

import re

import phonenumbers

from homecare.calendars import in_digits
from homecare.kinds.texts import one_line

# Anything else, an extension above all, would be dropped from the number without a word.
PHONE = re.compile(r"\+?[0-9 ()./-]+")


def is_plain_phone(text: str) -> bool:
    """Whether the text is a number alone, with nothing that a formatted one would leave out."""
    return PHONE.fullmatch(text) is not None


def parse_phone(text: str) -> str:
    """E.164. Accepts 09…, 07…, 251…, 00251… and full foreign numbers. Raises ValueError with a sentence."""
    cleaned = in_digits(one_line(text)).removeprefix("tel:").replace("\uff0b", "+")
    cleaned = re.sub("[\u2010-\u2015\u2212]", "-", cleaned)
    if not is_plain_phone(cleaned) and re.search(r"[0-9]", cleaned):
        raise ValueError("Write the number alone, such as 0911 234 567. An extension or a word goes into the notes.")
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
    digits = re.sub("[\\s\u2010-\u2015-]", "", in_digits(one_line(text)))
    if not re.fullmatch(r"[0-9]{12}|[0-9]{16}", digits):
        raise ValueError("A Fayda number has 12 or 16 digits.")
    return digits
