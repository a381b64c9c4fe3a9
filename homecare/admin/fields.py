"""One form field class for every kind of column: how typed text becomes a value, and a value text again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email
from geoalchemy2 import WKTElement
from sqlalchemy import Numeric
from wtforms import Field as FormField
from wtforms.validators import ValidationError

from homecare import clock
from homecare.admin.cells import phone
from homecare.admin.secrets import encrypt
from homecare.admin.tables import Field, whole_number_limit
from homecare.models.columns import Kind
from homecare.queries import values

# A place outside these degrees is not in Ethiopia or has its two numbers swapped.
LATITUDES, LONGITUDES = (3, 15), (33, 48)
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?")
LONGEST_TEXT = 100_000


class ColumnField(FormField):
    """`spec` is the column; `data` the value to store, None when left empty; what was typed is kept on errors."""

    def __init__(self, label: str | None = None, validators: Any = None, *, spec: Field, **options: Any) -> None:
        super().__init__(label, validators, description=spec.help, **options)
        self.spec = spec

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = str(valuelist[0]).replace("\r\n", "\n")
        if self.object_data is not None and typed == self._written(self.object_data).replace("\r\n", "\n"):
            # Sent back as it was shown: it stays as it is stored, seconds and unlisted words included.
            self.data = self.object_data
            return
        text = values.storable(typed).strip()
        if not text:
            self.data = None
            return
        limit = self.spec.max_length or LONGEST_TEXT
        if len(text) > limit:
            raise ValueError(f"At most {limit:,} characters; this has {len(text):,}.")
        self.data = PARSERS.get(self.spec.kind, _as_typed)(self.spec, text)

    def pre_validate(self, form: Any) -> None:
        if self.data is None and self.spec.required and not self.process_errors:
            raise ValidationError("This is needed.")

    def text(self) -> str:
        """What the input shows: the text as typed where there is any, else the stored value as it would be typed."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._written(self.data)

    def written(self, value: Any) -> str:
        """The value as it would be typed; empty for none."""
        return "" if value is None else self._written(value)

    def is_beyond(self) -> bool:
        """The stored day or moment fits no date input of a browser, which would send it back empty."""
        return isinstance(self.object_data, clock.Beyond)

    def _written(self, value: Any) -> str:
        return str(value) if isinstance(value, clock.Beyond) else WRITERS.get(self.spec.kind, str)(value)


class PlaceField(ColumnField):
    """Latitude and longitude in two inputs; `data` is "lat,lon" as lists show it."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if isinstance(data, str) else None)
        self.sure = self.doubtful = False
        names = (f"{self.name}-lat", f"{self.name}-lon")
        if formdata is None or not any(name in formdata for name in names):
            return
        self.raw_data = [formdata.get(name, "") for name in names]
        self.sure = bool(formdata.get(f"{self.name}-sure"))
        if ",".join(self.raw_data) == (self.data or ","):
            # Sent back as it was shown: it stays as it is stored, wherever it lies.
            return
        try:
            self._read(*(values.storable(text).strip() for text in self.raw_data))
        except ValueError as error:
            self.process_errors = [str(error)]

    def _read(self, lat: str, lon: str) -> None:
        if not lat and not lon:
            self.data = None
            return
        if not lat or not lon:
            raise ValueError("A place needs both numbers, latitude and longitude.")
        if not DEGREES.fullmatch(lat) or not DEGREES.fullmatch(lon):
            raise ValueError("Write both as numbers of degrees, such as 9.0227 and 38.7468.")
        # A millionth of a degree is the length of a hand; maps copy more digits than they know.
        latitude, longitude = round(float(lat), 6), round(float(lon), 6)
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValueError("Latitude goes from -90 to 90, longitude from -180 to 180.")
        self.doubtful = not _in_ethiopia(latitude, longitude)
        if self.doubtful and not self.sure:
            if _in_ethiopia(longitude, latitude):
                raise ValueError("The two numbers seem swapped: latitude comes first.")
            raise ValueError("This is not in Ethiopia, where latitude goes from 3 to 15 and longitude from 33 to 48.")
        # As PostgreSQL writes them, so that the same place compares as the same.
        self.data = ",".join(repr(degrees).removesuffix(".0") for degrees in (latitude, longitude))

    def inputs(self) -> tuple[str, str]:
        """Latitude and longitude as their inputs show them."""
        if self.raw_data:
            return self.raw_data[0], self.raw_data[1]
        latitude, _, longitude = (self.data or ",").partition(",")
        return latitude, longitude


def _in_ethiopia(latitude: float, longitude: float) -> bool:
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def point(text: str | None) -> WKTElement | None:
    """The stored form of a PlaceField's data."""
    if not text or text == ",":
        return None
    latitude, longitude = text.split(",")
    return WKTElement(f"POINT({longitude} {latitude})", srid=4326)


def _as_typed(_spec: Field, text: str) -> str:
    return text


def _email(_spec: Field, text: str) -> str:
    try:
        # In lower case: nobody tells two people apart by the case of their address.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError("Write an e-mail address such as almaz@example.com.") from error


def _url(_spec: Field, text: str) -> str:
    if not text.startswith(("http://", "https://")) or len(text.split()) != 1 or not text.split("://", 1)[1]:
        raise ValueError("Write a full address that begins with https://.")
    return text


def _choice(spec: Field, text: str) -> str:
    if text not in spec.choices:
        raise ValueError(f"{text!r} is not one of the choices.")
    return text


def _number(spec: Field, text: str) -> int | Decimal:
    highest = whole_number_limit(spec.column)
    if highest is not None:
        return values.parse_whole(text, highest)
    number = values.parse_decimal(text)
    if isinstance(spec.column.type, Numeric) and spec.column.type.precision is not None:
        scale = spec.column.type.scale or 0
        if abs(number) >= Decimal(10) ** (spec.column.type.precision - scale):
            raise ValueError("The number is too large.")
        if number != round(number, scale):
            raise ValueError(f"At most {scale} decimals.")
    return number


def _money(spec: Field, text: str) -> Decimal:
    amount = Decimal(_number(spec, text))
    if amount < 0 or amount != round(amount, 2):
        raise ValueError("Write an amount of zero or more with at most 2 decimals.")
    return amount


def _date(spec: Field, text: str) -> date:
    day = values.parse_date(text)
    if spec.column.info.get("tells_age") and day > clock.today():
        raise ValueError("Nobody is born on a day that is still to come.")
    return day


def _between(lowest: int, highest: int, sentence: str) -> Callable[[Field, str], Decimal]:
    def parse(spec: Field, text: str) -> Decimal:
        number = Decimal(_number(spec, text))
        if not lowest <= number <= highest:
            raise ValueError(sentence)
        return number

    return parse


PARSERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.PHONE: lambda _spec, text: values.parse_phone(text),
    Kind.FAYDA: lambda _spec, text: values.parse_fayda(text),
    Kind.EMAIL: _email,
    Kind.URL: _url,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.SHARE: _between(0, 1, "Write a share from 0 to 1, such as 0.15."),
    Kind.PERCENT: _between(0, 100, "Write a percentage from 0 to 100."),
    Kind.BOOL: lambda _spec, text: values.parse_bool(text),
    Kind.DATE: _date,
    Kind.DATETIME: lambda _spec, text: values.parse_moment(text),
    Kind.RELATION: lambda _spec, text: values.parse_id(text),
    Kind.SECRET: lambda _spec, text: encrypt(text),
}

WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.PHONE: phone,
    Kind.BOOL: lambda value: "1" if value else "0",
    Kind.DATE: lambda value: value.isoformat(),
    Kind.DATETIME: lambda value: clock.to_addis(value).isoformat(timespec="minutes"),
    Kind.MONEY: lambda value: f"{value:.2f}",
    Kind.NUMBER: lambda value: f"{value:f}" if isinstance(value, Decimal) else str(value),
    Kind.SECRET: lambda _value: "",
}
