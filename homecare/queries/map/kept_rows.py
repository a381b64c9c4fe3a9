"""The patients of a map, from counted cells where these know the conditions, else from the places themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, func, literal, select

from homecare.models import CubeCell, Patient, Place
from homecare.models.ours.cell_levels import CUBE_LEVELS
from homecare.records.on_map.grid import BITS
from homecare.records.on_map.map_request import MapRequest


@dataclass(frozen=True)
class Source:
    """`row` is Place or CubeCell; `patients` counts them in a grouped select, `level` is that of `cell`, which is NULL
    for those without a place.
    """

    row: Any
    clauses: tuple[ColumnElement[bool], ...]
    patients: Any
    cell: Any
    level: int
    request: MapRequest

    def select(self, *columns: Any) -> Select[Any]:
        """These columns over the map's patients."""
        if self.row is Place and self.request.kept(Place) is None:
            found = select(*columns).select_from(Patient).outerjoin(Place, Place.patient_id == Patient.id)
            return self.request.narrowed(found)
        return select(*columns).select_from(self.row).where(*self.clauses)

    def cells(self, level: int) -> ColumnElement[int]:
        """The cell of a coarser level."""
        return shifted(self.cell, 2 * (self.level - level))


def source(request: MapRequest, *needed: str, level: int = 0) -> Source:
    """The rows that have the columns `needed` and cells of the level: the cube where it does, for it is smallest."""
    clauses = request.kept(CubeCell)
    cube = next((each for each in CUBE_LEVELS if level <= each), None)
    if clauses is not None and cube is not None and all(hasattr(CubeCell, name) for name in needed):
        counted = func.sum(CubeCell.patients, type_=BigInteger)
        return Source(CubeCell, (CubeCell.level == cube, *clauses), counted, CubeCell.cell, cube, request)
    kept = tuple(request.kept(Place) or ())
    return Source(Place, kept, func.count(), Place.m, BITS, request)


def shifted(number: Any, bits: int) -> ColumnElement[int]:
    """The number without its lowest bits. As integer: PostgreSQL shifts by nothing wider."""
    found: ColumnElement[int] = number.op(">>", return_type=BigInteger())(literal(bits, Integer))
    return found
