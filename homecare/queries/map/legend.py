"""What the colours of the map mean, and how many patients have each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import SubCity
from homecare.queries.map.kept_rows import source
from homecare.records.on_map.grid import Bounds
from homecare.records.on_map.map_request import MapRequest
from homecare.records.on_map.patient_facts import NOBODY, OUTSIDE
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table

MOST = 200
# By colour: the kept column, the condition of a value, and the table that names it.
COLUMNS = {
    "last_status": ("last_status", "last_status", ""),
    "channel": ("acquisition_channel", "acquisition_channel__eq", ""),
    "caregiver": ("caregiver_id", "active_caregiver", "staff"),
    "campaign": ("campaign_id", "campaign", "marketing_campaigns"),
    "sub_city": ("sub_city_id", "area", ""),
}


@dataclass(frozen=True)
class LegendRow:
    """`key` is what the tiles have; `words` are the conditions of the map and of this colour."""

    key: str
    label: str
    count: int
    words: tuple[tuple[str, str], ...]


def legend(session: Session, request: MapRequest) -> list[LegendRow]:
    """Largest first, at most MOST; patients with a place alone. Two statements, from the cube where it knows the
    conditions and the colour. Empty without a colour.
    """
    if not request.colour:
        return []
    column, condition, table = COLUMNS[request.colour]
    rows = source(request, column)
    kept = getattr(rows.row, column)
    counted = rows.select(kept.label("value"), rows.patients.label("patients")).where(rows.cell.is_not(None))
    found = session.execute(counted.group_by(kept).order_by(rows.patients.desc(), kept).limit(MOST)).all()
    labels = _labels(session, request, table, found)
    return [_row(request, condition, row, labels) for row in found]


def _labels(session: Session, request: MapRequest, table: str, found: Sequence[Row[Any]]) -> dict[Any, str]:
    values = [row.value for row in found if row.value is not None]
    if request.colour == "sub_city":
        return {row.id: row.name for row in session.execute(select(SubCity.id, SubCity.name))}
    if not table:
        return {value: value for value in values}
    seen = Seen.of(request.by, shown_table(table))
    return names_of(session, seen, values) if request.by.may(table) else {}


def _row(request: MapRequest, condition: str, row: Row[Any], labels: dict[Any, str]) -> LegendRow:
    outside = request.colour == "sub_city" and row.value is None
    label = labels.get(row.value, OUTSIDE if outside else f"#{row.value}" if row.value is not None else "None")
    by_name = request.colour == "sub_city"
    key = label if by_name else "" if row.value is None else str(row.value)
    word = (condition, key or NOBODY)
    if condition.endswith("__eq") and not key:
        word = (condition.replace("__eq", "__isnull"), "1")
    return LegendRow(key, label, int(row.patients), (*request.words, word))


def sub_city_names(session: Session) -> dict[int | None, str]:
    """By id, and where there is none. One statement of a dozen rows."""
    names: dict[int | None, str] = {None: OUTSIDE}
    return names | {row.id: row.name for row in session.execute(select(SubCity.id, SubCity.name))}


def sub_cities_at(session: Session, areas: Mapping[int, Bounds]) -> dict[int, str]:
    """The sub-city of each cell's centre, by cell. Two statements, or none."""
    if not areas:
        return {}
    names = sub_city_names(session)
    centres = {f"c{cell}": func.ST_MakePoint(at.longitude, at.latitude) for cell, at in areas.items()}
    asked = (
        func.dashboard.sub_city(func.geography(func.ST_SetSRID(at, 4326))).label(name) for name, at in centres.items()
    )
    # It reads the centres of sub-cities and nobody's rows.
    row = session.execute(select(*asked), execution_options=UNSCOPED).one()
    return {cell: names[getattr(row, f"c{cell}")] for cell in areas}
