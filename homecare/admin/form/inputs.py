"""One form field class for every kind of column: what it takes of what was read, and a value as text again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email
from geoalchemy2 import WKTElement
from sqlalchemy import Numeric
from wtforms import Field as FormField
from wtforms.validators import ValidationError

from homecare import calendars, clock
from homecare.access.policy import State, folded
from homecare.kinds import read, write
from homecare.kinds.texts import one_line, storable
from homecare.kinds.times import parse_moment
from homecare.kinds.traits import traits
from homecare.models.columns import Kind
from homecare.tables.table import Field, whole_number_limit
from homecare.web.secrets import encrypt

# A place outside these degrees is not in Ethiopia or has its two numbers swapped.
LATITUDES, LONGITUDES = (3, 15), (33, 48)
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?")
LONGEST_TEXT = 100_000
# Values a form may carry unseen: what it leaves empty stays as it is.
UNSEEN = (State.WRITE_ONLY, State.MASKED, State.BREAK_GLASS)


class ColumnField(FormField):
    """`spec` is the column; `data` the value to store, None when left empty; what was typed is kept on errors."""

    def __init__(self, label: str | None = None, validators: Any = None, *, spec: Field, **options: Any) -> None:
        super().__init__(label, validators, description=spec.help, **options)
        self.spec = spec

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = str(valuelist[0])
        if self.object_data is not None and self._came_back(typed):
            # It stays as it is stored, seconds and unlisted words included.
            self.data = self.object_data
            return
        text = (storable if self.spec.traits.has_lines else one_line)(typed).strip()
        if not text:
            self.data = None
            return
        limit = self.spec.max_length or LONGEST_TEXT
        if len(text) > limit:
            raise ValueError(f"At most {limit:,} characters; this has {len(text):,}.")
        # A moment alone is stored; a condition may also mean a whole day by the same words.
        kind = self.spec.kind
        value = parse_moment(text) if self.spec.traits.is_moment else read.parse_value(kind, text)
        self.data = CHECKS.get(kind, _as_read)(self.spec, value)

    def _came_back(self, typed: str) -> bool:
        """Whether it is what the input was given, told apart only by what browsers do to it on the way."""
        return _as_sent(self.spec.kind, typed) == _as_sent(self.spec.kind, self._written(self.object_data))

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.process_errors and self._is_needed(form):
            raise ValidationError("This is needed.")

    def _is_needed(self, form: Any) -> bool:
        """A new row takes the column's default where nothing is written; a saved one would keep what it has, unsaid."""
        if form.creating:
            return self.spec.required
        return not self.spec.column.nullable and form.access.states[self.spec.name] not in UNSEEN

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
        return write.typed(self.spec.kind, value)


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
            self._read(*(calendars.in_digits(one_line(text)) for text in self.raw_data))
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


def _as_sent(kind: Kind, text: str) -> str:
    """A text as the input of its kind sends it: inputs of one line drop line breaks, some of them spaces around."""
    sent = unicodedata.normalize("NFC", re.sub("\r\n?", "\n", text))
    if traits(kind).has_lines:
        return sent
    sent = sent.replace("\n", "")
    return " ".join(sent.split()) if traits(kind).is_trimmed else sent


def _as_read(_spec: Field, value: Any) -> Any:
    return value


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
    listed = next((word for word in spec.choices if folded(word) == folded(text)), None)
    if listed is None:
        raise ValueError(f"{text!r} is not one of the choices.")
    return listed


def _number(spec: Field, number: Decimal) -> int | Decimal:
    highest = whole_number_limit(spec.column)
    if highest is not None:
        if number != int(number) or abs(number) > highest:
            raise ValueError(f"Write a whole number up to {highest:,}.")
        return int(number)
    if isinstance(spec.column.type, Numeric) and spec.column.type.precision is not None:
        scale = spec.column.type.scale or 0
        if abs(number) >= Decimal(10) ** (spec.column.type.precision - scale):
            raise ValueError("The number is too large.")
        if number != round(number, scale):
            raise ValueError(f"At most {scale} decimals.")
    return number


def _money(spec: Field, number: Decimal) -> Decimal:
    amount = Decimal(_number(spec, number))
    if amount < 0 or amount != round(amount, 2):
        raise ValueError("Write an amount of zero or more with at most 2 decimals.")
    return amount


def _date(spec: Field, day: date) -> date:
    if spec.column.info.get("tells_age") and day > clock.today():
        raise ValueError("Nobody is born on a day that is still to come.")
    return day


def _between(lowest: int, highest: int, sentence: str) -> Callable[[Field, Decimal], Decimal]:
    def check(spec: Field, value: Decimal) -> Decimal:
        number = Decimal(_number(spec, value))
        if not lowest <= number <= highest:
            raise ValueError(sentence)
        return number

    return check


# What a column takes of the values that its kind's reader knows; those of other kinds pass as they were read.
CHECKS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.EMAIL: _email,
    Kind.URL: _url,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.SHARE: _between(0, 1, "Write a share from 0 to 1, such as 0.15, or its per cent, such as 15 %."),
    Kind.PERCENT: _between(0, 100, "Write a percentage from 0 to 100."),
    Kind.DATE: _date,
    Kind.SECRET: lambda _spec, text: encrypt(text),
}
