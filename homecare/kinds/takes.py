"""What a column takes of the values that its kind's reader knows: bounds, decimals, the shape of an address.

What depends on more than the column (choices that IT sets, the keys of a secret) its form field asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import BigInteger, Column, Integer, Numeric

from homecare import clock
from homecare.models.columns import Kind


def taken(kind: Kind, column: Column[Any], value: Any) -> Any:
    """The value as it is stored. Raises ValueError with a sentence."""
    taker = TAKERS.get(kind)
    return taker(column, value) if taker else value


def _email(_column: Column[Any], text: str) -> str:
    try:
        # Lower case: addresses that differ only in case belong to one person.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError("Write an e-mail address such as almaz@example.com.") from error


def _url(_column: Column[Any], text: str) -> str:
    if not text.startswith(("http://", "https://")) or len(text.split()) != 1 or not text.split("://", 1)[1]:
        raise ValueError("Write a full address that begins with https://.")
    return text


def _number(column: Column[Any], number: Decimal) -> int | Decimal:
    highest = _highest(column)
    if highest is not None:
        if number != int(number) or abs(number) > highest:
            raise ValueError(f"Write a whole number up to {highest:,}.")
        return int(number)
    if isinstance(column.type, Numeric) and column.type.precision is not None:
        scale = column.type.scale or 0
        if abs(number) >= Decimal(10) ** (column.type.precision - scale):
            raise ValueError("The number is too large.")
        if number != round(number, scale):
            raise ValueError(f"At most {scale} decimals.")
    return number


def _money(column: Column[Any], number: Decimal) -> Decimal:
    amount = Decimal(_number(column, number))
    if amount < 0 or amount != round(amount, 2):
        raise ValueError("Write an amount of zero or more with at most 2 decimals.")
    return amount


def _date(column: Column[Any], day: date) -> date:
    if column.info.get("tells_age") and day > clock.today():
        raise ValueError("A date of birth cannot be in the future.")
    return day


def _between(lowest: int, highest: int, sentence: str) -> Callable[[Column[Any], Decimal], Decimal]:
    def check(column: Column[Any], value: Decimal) -> Decimal:
        number = Decimal(_number(column, value))
        if not lowest <= number <= highest:
            raise ValueError(sentence)
        return number

    return check


# Values of a kind that is not here pass as they were read.
TAKERS: dict[Kind, Callable[[Column[Any], Any], Any]] = {
    Kind.EMAIL: _email,
    Kind.URL: _url,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.SHARE: _between(0, 1, "Write a share from 0 to 1, such as 0.15, or its per cent, such as 15 %."),
    Kind.PERCENT: _between(0, 100, "Write a percentage from 0 to 100."),
    Kind.DATE: _date,
}


def _highest(column: Column[Any]) -> int | None:
    """The highest number of an integer column, None for other types."""
    if isinstance(column.type, BigInteger):
        return 2**63 - 1
    return 2**31 - 1 if isinstance(column.type, Integer) else None
