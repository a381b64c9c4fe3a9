"""The map as its address asks for it: the patients of a list, or the published cells for who may not know more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select
from werkzeug.datastructures import MultiDict

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.models import CubeCell, Patient, Place, PublishedCell
from homecare.models.choices import PATIENT_SOURCES
from homecare.records import list_request
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.list_request import ListRequest
from homecare.records.named import NAMED, WrongParameterError
from homecare.records.on_map import placed
from homecare.records.registered import ANY
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

TABLE = "patients"
# Words of the map's page: where it looks, how it colours, and what else it shows.
PAGE_WORDS = ("colour", "at", "layer", "day", "around")
# What each is coloured by, and the condition that a role must be able to use, or the column that it must see.
COLOURS = {
    "last_status": "last_status",
    "channel": "acquisition_channel",
    "caregiver": "active_caregiver",
    "campaign": "campaign",
    "sub_city": precision.COLUMN,
}


@dataclass(frozen=True)
class Published:
    """What a role at the level `cells` may ask for. `words` are those of its address, `filters` their predicates, and
    `kind` the published rows that are apart by just these.
    """

    words: tuple[tuple[str, str], ...]
    kind: int
    filters: tuple[ColumnElement[bool], ...]

    def clauses(self, apart_by: int = 0) -> tuple[ColumnElement[bool], ...]:
        """`apart_by`: what the rows are to be apart by besides, 4 for months."""
        return PublishedCell.kind == self.kind | apart_by, *self.filters


@dataclass(frozen=True)
class MapRequest:
    """`listed` is None at the level `cells`, `published` at every other."""

    by: Acting
    precision: Precision
    listed: ListRequest | None
    published: Published | None
    colour: str = ""

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The conditions as words of an address, for lists and tiles alike."""
        if self.published is not None:
            return self.published.words
        assert self.listed is not None  # noqa: S101 - one of the two is there
        search = (("search", self.listed.search),) if self.listed.search else ()
        return (*(word for condition in self.listed.conditions for word in condition.words), *search)

    def narrowed(self, statement: Select[Any]) -> Select[Any]:
        """A statement of patients with every condition and bound of the map; the row scope comes with the session."""
        assert self.listed is not None  # noqa: S101 - cells are not patients
        statement = self.listed.narrowed(statement)
        # The map's level may be stricter than the table's.
        return (
            statement if TABLE in self.by.scoped_tables() else statement.where(*precision.on_map(self.by, Patient.id))
        )

    def kept(self, row: type[Place | CubeCell]) -> list[ColumnElement[bool]] | None:
        """The conditions as predicates of kept rows alone; None if these do not know all, or not whose own they are."""
        listed = self.listed
        if listed is None or self.precision is not Precision.EXACT or listed.search:
            return None
        return None if TABLE in self.by.scoped_tables() else placed.clauses_of(row, listed.conditions)


def read(by: Acting, args: MultiDict[str, str], *, keeps_wrong: bool = False) -> MapRequest:
    """The map for these words. Raises UnknownConditionError (400) and ForbiddenConditionError (403)."""
    words = MultiDict([(key, value) for key, value in args.items(multi=True) if key not in PAGE_WORDS])
    colour, level = args.get("colour", ""), precision.of_map(by)
    if colour and colour not in COLOURS:
        raise UnknownConditionError(f"The map is coloured by {', '.join(COLOURS)}; this is {colour[:40]!r}.")
    if colour and colour not in colours_of(by):
        raise ForbiddenConditionError(colour)
    if level is Precision.CELLS:
        return MapRequest(by, level, None, _published(words))
    if level is Precision.NONE:
        raise ForbiddenConditionError(precision.COLUMN)
    listed = list_request.read(Seen.of(by, shown_table(TABLE)), words, keeps_wrong=keeps_wrong)
    return MapRequest(by, level, listed, None, colour)


def colours_of(by: Acting) -> tuple[str, ...]:
    """What this person may colour patients by: what they could filter by as well."""
    if precision.of_map(by) in (Precision.CELLS, Precision.NONE):
        return ()
    access = Seen.of(by, shown_table(TABLE)).access
    return tuple(name for name, reads in COLOURS.items() if _may_read(by, access, reads))


def _may_read(by: Acting, access: Any, reads: str) -> bool:
    condition = NAMED.get((TABLE, reads, ANY))
    return access.sees(reads) if condition is None else condition.unseen_by(access, by.policy) is None


_READ = {"campaign": 2, "month": 4}
_COLUMNS = {"campaign": PublishedCell.campaign_id, "month": PublishedCell.month}
SOURCE = "source__eq"


def _published(args: MultiDict[str, str]) -> Published:
    """Source, campaign and month, each once: nothing finer was published."""
    kind, clauses = 0, []
    words: list[tuple[str, str]] = []
    for key, value in args.items(multi=True):
        if key == list_request.ALL:
            continue
        if key != SOURCE and key not in _READ:
            raise ForbiddenConditionError(key.partition("__")[0])
        if key in dict(words):
            raise UnknownConditionError(f"{key} may appear once; the address has it twice.")
        words.append((key, value))
        kind += _READ.get(key, 1)
        clauses.append(_clause(key, value))
    return Published(tuple(words), kind, tuple(clauses))


def _clause(key: str, value: str) -> ColumnElement[bool]:
    if key == SOURCE:
        if value not in PATIENT_SOURCES:
            known = ", ".join(PATIENT_SOURCES)
            raise UnknownConditionError(f"There is no source {value[:40]!r}. Choose one of: {known}.")
        return PublishedCell.source == value
    condition = NAMED[TABLE, key, ANY]
    try:
        found: int | date | None = condition.values({key: value})[key]
    except WrongParameterError as error:
        raise UnknownConditionError(f"{key}: {error}") from error
    column = _COLUMNS[key]
    return column.is_(None) if found is None else column == found
