"""The map as a table, for who has none: patients by sub-city, and by cells of 9.8 km."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from homecare.models import PublishedCell
from homecare.models.ours.cell_levels import PUBLISHED_LEVEL
from homecare.queries.map.kept_rows import source
from homecare.queries.map.legend import sub_cities_at, sub_city_names
from homecare.records.on_map.grid import Bounds, bounds
from homecare.records.on_map.map_request import MapRequest
from homecare.records.on_map.shapes import Degrees, Ring, spelled

NO_PLACE = "No place"
# A tenth of a millimetre: a place is kept to fifteen centimetres.
CELL_DECIMALS = 9
Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AreaRow:
    """`words` open its patients in the list."""

    name: str
    patients: int
    words: Words


@dataclass(frozen=True)
class CellRow:
    """`sub_city` is where the cell's centre is. `words` are empty at the level `cells`, `patients` then in fives."""

    bounds: Bounds
    sub_city: str
    patients: int
    words: Words


def sub_cities(session: Session, request: MapRequest) -> list[AreaRow]:
    """Largest first; Outside and No place are rows, so the parts add up to the list. Two statements. Empty at the level
    `cells`: nothing is published by sub-city.
    """
    if request.listed is None:
        return []
    rows = source(request, "sub_city_id")
    is_placed = rows.cell.is_not(None)
    counted = rows.select(rows.row.sub_city_id, is_placed.label("placed"), rows.patients.label("patients"))
    found = session.execute(counted.group_by(rows.row.sub_city_id, is_placed).order_by(rows.patients.desc())).all()
    names = sub_city_names(session)
    return [_area(request, names[row.sub_city_id] if row.placed else NO_PLACE, int(row.patients)) for row in found]


def _area(request: MapRequest, name: str, patients: int) -> AreaRow:
    word = ("has_place", "0") if name == NO_PLACE else ("area", name)
    return AreaRow(name, patients, (*request.words, word))


def cells(session: Session, request: MapRequest, most: int = 200) -> list[CellRow]:
    """Largest first. Three statements, from the cube where it knows the conditions."""
    found = session.execute(_counted(request).limit(most)).all()
    areas = {row.cell: bounds(PUBLISHED_LEVEL, row.cell) for row in found}
    cities = sub_cities_at(session, areas)
    return [_cell(request, row, areas[row.cell], cities[row.cell]) for row in found]


def _counted(request: MapRequest) -> Select[Any]:
    if request.published is not None:
        patients = func.sum(PublishedCell.patients)
        published: Any = select(PublishedCell.cell, patients.label("patients"))
        apart = published.where(*request.published.clauses()).group_by(PublishedCell.cell)
        largest: Select[Any] = apart.order_by(patients.desc(), PublishedCell.cell)
        return largest
    rows = source(request, level=PUBLISHED_LEVEL)
    cell = rows.cells(PUBLISHED_LEVEL).label("cell")
    counted = rows.select(cell, rows.patients.label("patients")).where(rows.cell.is_not(None))
    return counted.group_by(cell).order_by(rows.patients.desc(), cell)


def _cell(request: MapRequest, row: Row[Any], at: Bounds, sub_city: str) -> CellRow:
    if request.listed is None:
        return CellRow(at, sub_city, int(row.patients), ())
    return CellRow(at, sub_city, int(row.patients), (*request.words, ("area", ring_of(at))))


def ring_of(at: Bounds) -> str:
    """The cell as the condition `area` spells one, so finely that nobody changes sides."""
    corners = ((at.north, at.west), (at.north, at.east), (at.south, at.east), (at.south, at.west))
    return spelled(Ring(tuple(Degrees(*corner) for corner in corners)), decimals=CELL_DECIMALS)
