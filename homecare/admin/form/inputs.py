"""One form field class for every kind of column but those with a control of their own: text to value, and back."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from geoalchemy2 import WKTElement
from wtforms import Field as FormField
from wtforms.validators import ValidationError

from homecare import calendars, clock
from homecare.access.policy import State, folded
from homecare.kinds import read, takes, write
from homecare.kinds.texts import one_line, storable
from homecare.kinds.times import parse_moment
from homecare.kinds.traits import traits
from homecare.models.columns import Kind
from homecare.tables.table import Field
from homecare.web.secrets import encrypt

# A place outside these degrees is not in Ethiopia, or its two numbers are swapped.
LATITUDES, LONGITUDES = (3, 15), (33, 48)
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?")
LONGEST_TEXT = 100_000
# States in which a form does not show the value: left empty, it does not change.
UNSEEN = (State.WRITE_ONLY, State.MASKED, State.BREAK_GLASS)


class ColumnField(FormField):
    """`spec` is the column. `data` is the value to store, None if empty. On errors the typed text stays."""

    def __init__(self, label: str | None = None, validators: Any = None, *, spec: Field, **options: Any) -> None:
        super().__init__(label, validators, description=spec.help, **options)
        self.spec = spec

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = str(valuelist[0])
        if self.object_data is not None and self._came_back(typed):
            # Unchanged, so the stored value stays, including seconds and unlisted choices.
            self.data = self.object_data
            return
        text = (storable if self.spec.traits.has_lines else one_line)(typed).strip()
        if not text:
            self.data = None
            return
        limit = self.spec.max_length or LONGEST_TEXT
        if len(text) > limit:
            raise ValueError(f"At most {limit:,} characters; this has {len(text):,}.")
        # Only a moment can be stored. In a condition the same text may mean a whole day.
        value = parse_moment(text) if self.spec.traits.is_moment else read.parse_value(self.spec.kind, text)
        self.data = self._taken(value)

    def _taken(self, value: Any) -> Any:
        """What is stored of what was read. Raises ValueError."""
        if self.spec.traits.is_secret:
            return encrypt(value)
        if self.spec.traits.is_choice:
            return _listed(self.spec, value)
        return takes.taken(self.spec.kind, self.spec.column, value)

    def _came_back(self, typed: str) -> bool:
        """Whether the text equals what the input contained, ignoring what browsers change."""
        return _as_sent(self.spec.kind, typed) == _as_sent(self.spec.kind, self._written(self.object_data))

    def is_as(self, value: Any) -> bool:
        """Whether what was sent is what an input that shows `value` sends."""
        if self.errors or self.process_errors:
            return False
        return bool(self.data == value) or _as_sent(self.spec.kind, self.text()) == _as_sent(
            self.spec.kind, self.written(value)
        )

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.process_errors and self._is_needed(form):
            raise ValidationError("This is needed.")

    def _is_needed(self, form: Any) -> bool:
        """A new row takes the column's default if left empty. A saved row would silently keep its value, so ask."""
        if form.creating:
            return self.spec.required
        return not self.spec.column.nullable and form.access.states[self.spec.name] not in UNSEEN

    def text(self) -> str:
        """The input's text: as typed, else the stored value as input text."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._written(self.data)

    def written(self, value: Any) -> str:
        """The value as input text. Empty for None."""
        return "" if value is None else self._written(value)

    def is_beyond(self) -> bool:
        """Whether the stored day or moment fits no date input. A browser would send it back empty."""
        return isinstance(self.object_data, clock.Beyond)

    def _written(self, value: Any) -> str:
        return write.typed(self.spec.kind, value)


class PlaceField(ColumnField):
    """Latitude and longitude in two inputs. `data` is "lat,lon" as lists show it."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if isinstance(data, str) else None)
        self.sure = self.doubtful = False
        names = (f"{self.name}-lat", f"{self.name}-lon")
        if formdata is None or not any(name in formdata for name in names):
            return
        self.raw_data = [formdata.get(name, "") for name in names]
        self.sure = bool(formdata.get(f"{self.name}-sure"))
        if ",".join(self.raw_data) == (self.data or ","):
            # Unchanged, so the stored place stays, wherever it is.
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
        # A millionth of a degree is about 10 cm. Maps copy more digits than are accurate.
        latitude, longitude = round(float(lat), 6), round(float(lon), 6)
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValueError("Latitude goes from -90 to 90, longitude from -180 to 180.")
        self.doubtful = not _in_ethiopia(latitude, longitude)
        if self.doubtful and not self.sure:
            if _in_ethiopia(longitude, latitude):
                raise ValueError("The two numbers seem swapped: latitude comes first.")
            raise ValueError("This is not in Ethiopia, where latitude goes from 3 to 15 and longitude from 33 to 48.")
        # In PostgreSQL's notation, so that equal places compare as equal.
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
    """A PlaceField's data in stored form."""
    if not text or text == ",":
        return None
    latitude, longitude = text.split(",")
    return WKTElement(f"POINT({longitude} {latitude})", srid=4326)


def _as_sent(kind: Kind, text: str) -> str:
    """The text as a browser sends it from its input: one-line inputs drop line breaks, some also strip spaces."""
    sent = unicodedata.normalize("NFC", re.sub("\r\n?", "\n", text))
    if traits(kind).has_lines:
        return sent
    sent = sent.replace("\n", "")
    return " ".join(sent.split()) if traits(kind).is_trimmed else sent


def _listed(spec: Field, text: str) -> str:
    listed = next((word for word in spec.choices if folded(word) == folded(text)), None)
    if listed is None:
        raise ValueError(f"{text!r} is not one of the choices.")
    return listed
