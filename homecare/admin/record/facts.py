"""One record's facts, column by column: the value for its card, and what the record's header shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from homecare import clock
from homecare.admin import cells
from homecare.admin.record import file_cells
from homecare.admin.record.sketch import Sketch, sketch
from homecare.kinds import say
from homecare.queries.places import Place, find_place
from homecare.records.row_select import relation_label
from homecare.records.stored import Stored
from homecare.tables.labels import plain_text
from homecare.tables.table import Field

# The header shows only an age for a birthday, and only the sub-city for a place.
NONE_YET = Markup("none yet")
AGE = Markup('{} <span class="age">({})</span>')
POINT = Markup('{} · <span title="{}">{:.4f}, {:.4f}</span>')


@dataclass(frozen=True)
class Brief:
    """A value as the header shows it. If `speaks_for_itself`, it needs no label."""

    label: str
    cell: Markup
    speaks_for_itself: bool = False


@dataclass(frozen=True)
class Fact:
    field: Field
    cell: Markup
    brief: Brief | None = None
    sketch: Sketch | None = None

    @property
    def is_empty(self) -> bool:
        return self.cell == cells.EMPTY

    @property
    def rank(self) -> int:
        return self.field.traits.brief


def fact(field: Field, stored: Stored, revealed: dict[str, Any], session: Session) -> Fact:
    """No statement, except one each for a visible place and for a revealed file."""
    value = (stored.values | revealed).get(field.name)
    if field.tells_age and isinstance(value, date):
        return _birthday(field, value)
    if field.traits.is_place and isinstance(value, str) and (place := find_place(session, value)):
        return _place(field, value, place)
    cell = _cell(field, stored, revealed, session)
    return Fact(field, cell, _brief(field, cell))


def _birthday(field: Field, born: date) -> Fact:
    age = say.age(born, clock.today())
    if not age:
        return Fact(field, cells.markup(field, born))
    return Fact(field, AGE.format(say.day(born), age), Brief("Age", Markup.escape(age), speaks_for_itself=True))


def _place(field: Field, value: str, place: Place) -> Fact:
    cell = POINT.format(place.words, plain_text(field, value), place.latitude, place.longitude)
    brief = Brief("Sub-city", Markup.escape(place.words), speaks_for_itself=True)
    return Fact(field, cell, brief, sketch(place))


def _brief(field: Field, cell: Markup) -> Brief | None:
    if cell == cells.EMPTY:
        return Brief(field.label, NONE_YET) if field.traits.links else None
    told = field.traits.brief and not field.traits.brief_in_other_words
    return Brief(field.label, cell, field.traits.is_code or field.traits.is_phone) if told else None


def _cell(field: Field, stored: Stored, revealed: dict[str, Any], session: Session) -> Markup:
    if field.traits.holds_file and field.name in revealed:
        return file_cells.revealed(session, stored.selected.table, stored.row._id, field, revealed[field.name])
    if field.traits.holds_file:
        return file_cells.detailed(stored.selected, stored.row, field)
    if field.name in revealed:
        return cells.markup(field, revealed[field.name])
    value = getattr(stored.row, field.name)
    if field.traits.links:
        return cells.relation_markup(field, value, relation_label(stored.row, stored.selected, field.name))
    return cells.markup(field, value)
