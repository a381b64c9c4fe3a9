"""Cuts one vector tile: one layer `patients` of points, each with `count`.

A cluster stands at the mean of its members, in 8 x 8 cells a tile. Where `count` is 1 the point has the patient's `id`
and, when the map is coloured, `key`. From zoom 12 on a tile with few patients has a point for each. Nothing is sampled:
the counts of the tiles of a zoom add up to the patients of the list that have a place.

Cost: without conditions one look-up of at most 64 kept cells up to zoom 14, with those that the cube knows a range of
the cube up to zoom 13; beyond that, and for the other kept columns, an index of the tile's places. Any other condition
joins the patients of the list with the tile's places. What is not counted may take at most MOST_MS.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homecare.access.precision import Precision
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.db import sqlstate
from homecare.models import CubeCell, Patient, Place, PlaceCell, PublishedCell, SubCity
from homecare.models.ours.cell_levels import CUBE_LEVELS, FINER, LEVELS, PUBLISHED_LEVEL
from homecare.queries.map.kept_rows import shifted
from homecare.records.on_map.drawn import in_ranges
from homecare.records.on_map.grid import BITS, Tile, joined
from homecare.records.on_map.map_request import MapRequest
from homecare.records.on_map.patient_facts import OUTSIDE

LAYER, EXTENT = "patients", 4096
# By the zoom that it begins at: how many patients a tile shows one by one.
POINTS = ((15, 3_000), (12, 500))
MOST_MS = 450
_CANCELLED = "57014"
Range = tuple[int, int]


class TooManyError(Exception):
    """The condition would take too long over so large a part of the map."""


def cut(session: Session, request: MapRequest, tile: Tile) -> bytes:
    """The encoded tile; empty where nobody is. Raises TooManyError."""
    if request.precision is Precision.CELLS:
        return _published(session, request, tile)
    fast, few = _of_cells(session, request, tile)
    if fast is not None:
        return _encoded(session, fast, tile)
    if few == []:
        return b""
    kept = request.kept(Place)
    if kept != []:
        _hurry(session)
    try:
        return _encoded(session, _of_places(request, tile, kept, few), tile)
    except OperationalError as error:
        if sqlstate(error) != _CANCELLED:
            raise
        session.rollback()
        raise TooManyError from error


def _hurry(session: Session) -> None:
    """For the rest of the transaction."""
    limit = func.set_config("statement_timeout", str(MOST_MS), True)
    session.execute(select(limit), execution_options=UNSCOPED)


def _most_points(tile: Tile) -> int:
    return next((most for zoom, most in POINTS if tile.z >= zoom), 0)


def _of_cells(session: Session, request: MapRequest, tile: Tile) -> tuple[Select[Any] | None, list[Range] | None]:
    """From counted cells, where there are any of this level that know the conditions and the tile has no points. Where
    it has, None and the ranges of its places that hold them: few in a full tile may be in a corner of it."""
    level = tile.z + FINER
    clauses = request.kept(CubeCell)
    if clauses is None or level not in LEVELS:
        return None, None
    row: Any = PlaceCell
    kept_at = level
    if clauses:
        cube_at = next((each for each in CUBE_LEVELS if level <= each), None)
        if cube_at is None:
            return None, None
        row, kept_at = CubeCell, cube_at
    first, end = tile.cells(kept_at)
    bounded = [row.level == kept_at, row.cell >= first, row.cell < end, *clauses]
    if most := _most_points(tile):
        found = session.execute(select(row.cell, func.sum(row.patients)).where(*bounded).group_by(row.cell)).all()
        if sum(patients for _, patients in found) <= most:
            return None, [*joined((cell for cell, patients in found if patients), kept_at)]
    number = func.sum(row.patients)
    summed = select(
        number.label("count"),
        (func.sum(row.x) / number).label("x"),
        (func.sum(row.y) / number).label("y"),
        cast(func.sum(row.ids), BigInteger).label("id"),
    ).where(*bounded).group_by(shifted(row.cell, 2 * (kept_at - level))).subquery()  # fmt: skip
    return _keyed(request, summed), None


def _keyed(request: MapRequest, summed: Subquery) -> Select[Any]:
    """With the colour of single patients."""
    alone = summed.c.count == 1
    single = select(summed.c.count, summed.c.x, summed.c.y, case((alone, summed.c.id)).label("id"))
    if not request.colour:
        return single
    key = case((alone, _key(request.colour))).label("key")
    return single.add_columns(key).outerjoin(Place, (Place.patient_id == summed.c.id) & alone)


def _of_places(
    request: MapRequest, tile: Tile, kept: list[ColumnElement[bool]] | None, few: list[Range] | None
) -> Select[Any]:
    """From the tile's places, or from those of the ranges: each patient where there are few enough, else cells."""
    first, end = tile.cells(BITS)
    columns: list[Any] = [Place.m, Place.x, Place.y, Place.patient_id]
    if request.colour:
        columns.append(_key(request.colour).label("key"))
    found: Any = select(*columns).where(Place.m >= first, Place.m < end)
    if few is not None:
        found = found.where(in_ranges(Place, few))
    if kept is None:
        found = request.narrowed(found.join(Patient, Patient.id == Place.patient_id))
    else:
        found = found.where(*kept)
    rows = found.cte("found")
    most = _most_points(tile)
    if not most:
        return _grouped(rows, tile)
    number = select(func.count()).select_from(select(rows.c.m).limit(most + 1).subquery()).scalar_subquery()
    each = select(literal(1).label("count"), rows.c.x, rows.c.y, rows.c.patient_id.label("id"), *_own_key(rows))
    both = union_all(each.where(number <= most), _grouped(rows, tile).where(number > most)).subquery()
    return select(*both.c)


def _grouped(rows: CTE, tile: Tile) -> Select[Any]:
    shift = 2 * (BITS - min(tile.z + FINER, BITS))
    number, alone = func.count(), func.count() == 1
    key = [case((alone, func.min(column))).label("key") for column in _own_key(rows)]
    return select(
        number.label("count"),
        func.avg(rows.c.x).label("x"),
        func.avg(rows.c.y).label("y"),
        case((alone, func.min(rows.c.patient_id))).label("id"),
        *key,
    ).group_by(shifted(rows.c.m, shift))


def _own_key(rows: CTE) -> list[ColumnElement[Any]]:
    return [rows.c.key] if "key" in rows.c else []


def _key(colour: str) -> ColumnElement[Any]:
    """What a patient is coloured by, as text; empty for none."""
    city = select(SubCity.name).where(SubCity.id == Place.sub_city_id).correlate(Place).scalar_subquery()
    found: dict[str, Any] = {
        "last_status": Place.last_status,
        "channel": Place.acquisition_channel,
        "caregiver": func.text(Place.caregiver_id),
        "campaign": func.text(Place.campaign_id),
        "sub_city": func.coalesce(city, OUTSIDE),
    }
    return func.coalesce(found[colour], "")


def _published(session: Session, request: MapRequest, tile: Tile) -> bytes:
    """Cells of at least five at their centres; nothing below the published level."""
    assert request.published is not None  # noqa: S101 - the level has them
    if tile.z > PUBLISHED_LEVEL:
        return b""
    level = min(tile.z + FINER, PUBLISHED_LEVEL)
    first, end = tile.cells(PUBLISHED_LEVEL)
    cell = shifted(PublishedCell.cell, 2 * (PUBLISHED_LEVEL - level))
    summed = (
        select(cell.label("cell"), func.sum(PublishedCell.patients).label("count"))
        .where(*request.published.clauses(), PublishedCell.cell >= first, PublishedCell.cell < end)
        .group_by(cell)
        .subquery()
    )
    side = 1 << (BITS - level)
    within = summed.c.cell - tile.cells(level)[0]
    middle = [(_gathered(within, start, level - tile.z) + 0.5) * side for start in (0, 1)]
    x, y = tile.x * tile.units + middle[0], tile.y * tile.units + middle[1]
    return _encoded(session, select(summed.c.count, x.label("x"), y.label("y")), tile)


def _gathered(number: ColumnElement[int], start: int, bits: int) -> Any:
    """Every second bit from `start` on, as a number."""
    zero: Any = literal(0)
    return sum((shifted(number, 2 * bit + start).op("&")(1) * (1 << bit) for bit in range(bits)), zero)


def _encoded(session: Session, points: Select[Any], tile: Tile) -> bytes:
    rows = points.subquery("points")
    scale = EXTENT / tile.units

    def at(column: ColumnElement[Any], corner: int) -> ColumnElement[float]:
        return func.least((cast(column, Float) - corner * tile.units) * scale, EXTENT - 1)

    shape = func.ST_MakePoint(at(rows.c.x, tile.x), at(rows.c.y, tile.y)).label("geom")
    whole = cast(rows.c.count, BigInteger).label("count")
    others = [column for name, column in rows.c.items() if name in ("id", "key")]
    drawn = select(whole, *others, shape).subquery("t")
    encoded = func.ST_AsMVT(literal_column("t"), cast(LAYER, Text), cast(EXTENT, Integer), cast("geom", Text))
    tile_bytes = session.scalar(select(encoded).select_from(drawn), execution_options=NOT_SHOWN)
    return bytes(tile_bytes or b"")
