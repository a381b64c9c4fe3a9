"""The lines of the map's panel and table: the legend, sub-cities and cells, months of demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from homecare.models import Patient
from homecare.pages.map.place_names import in_amharic, town_near
from homecare.queries.map import by_area, demand, legend
from homecare.records.list_request import ALL
from homecare.records.on_map.grid import Bounds
from homecare.records.on_map.map_request import MapRequest
from homecare.records.on_map.patient_facts import OUTSIDE
from homecare.web import urls

PATIENTS = Patient.__tablename__
# What a status means has a colour already; a colour of the map's own would contradict it.
OF_STATUS = {"Completed": "done", "Missed": "missed", "In Progress": "running"}
# More than eight colours nobody tells apart.
MOST_COLOURS = 8
OTHER = "map-other"


@dataclass(frozen=True)
class Swatch:
    """A line of the legend; `url` is the map of these patients alone, empty for the rest."""

    key: str
    label: str
    count: int
    colour: str
    url: str

    @property
    def is_raised(self) -> bool:
        return self.colour == "missed"


@dataclass(frozen=True)
class Line:
    """How many there are in a sub-city or a cell. Without `url` there is no list of them for this person."""

    name: str
    count: int
    url: str = ""
    bounds: Bounds | None = None

    @property
    def edges(self) -> str:
        """West, south, east and north for the script; empty for a sub-city, whose area it knows."""
        at = self.bounds
        return f"{at.west:.5f},{at.south:.5f},{at.east:.5f},{at.north:.5f}" if at else ""

    @property
    def amharic(self) -> str:
        return in_amharic(self.name)


@dataclass(frozen=True)
class Month:
    """`words` is "November 2026"; `lost` is None where nobody may know."""

    words: str
    new: int
    lost: int | None
    rows: list[demand.DemandRow]


def list_of(words: Iterable[tuple[str, str]]) -> str:
    return urls.list_of(PATIENTS, [*words] or [(ALL, "1")])


def by_months(rows: list[demand.DemandRow]) -> list[Month]:
    found: dict[str, list[demand.DemandRow]] = {}
    for row in sorted(rows, key=lambda row: (row.month, row.new), reverse=True):
        found.setdefault(row.month, []).append(row)
    return [_month(date.fromisoformat(f"{month}-01"), of_month) for month, of_month in found.items()]


def _month(first: date, rows: list[demand.DemandRow]) -> Month:
    lost = None if any(row.lost is None for row in rows) else sum(row.lost or 0 for row in rows)
    return Month(f"{first:%B %Y}", sum(row.new for row in rows), lost, rows)


def swatches(rows: list[legend.LegendRow], request: MapRequest) -> list[Swatch]:
    """The eight largest in colours of their own, the rest together."""
    coloured = [row for row in rows if row.key and (request.colour != "last_status" or row.key in OF_STATUS)]
    named = coloured[:MOST_COLOURS]
    found = [Swatch(row.key, row.label, row.count, _colour(request, row.key, place), _only(row, request))
             for place, row in enumerate(named, start=1)]  # fmt: skip
    found += [Swatch(row.key, row.label, row.count, OTHER, _only(row, request)) for row in rows if row not in coloured]
    rest = sum(row.count for row in coloured[MOST_COLOURS:])
    return [*found, Swatch("", "Other", rest, OTHER, "")] if rest else found


def _colour(request: MapRequest, key: str, place: int) -> str:
    return OF_STATUS[key] if request.colour == "last_status" else f"map-{place}"


def _only(row: legend.LegendRow, request: MapRequest) -> str:
    return urls.patients_map([*row.words, ("colour", request.colour)])


def of_sub_city(row: by_area.AreaRow, may_list: bool) -> Line:
    return Line(row.name, row.patients, list_of(row.words) if may_list else "")


def of_cell(row: by_area.CellRow, may_list: bool) -> Line:
    return Line(named(row.bounds, row.sub_city), row.patients, list_of(row.words) if may_list else "", row.bounds)


def of_uncovered(cell: demand.UncoveredCell) -> Line:
    """How many visits of its day nobody makes there."""
    url = urls.list_of(demand.VISITS, cell.words) if cell.words else ""
    return Line(named(cell.bounds, cell.sub_city), cell.visits, url, cell.bounds)


def named(cell: Bounds, sub_city: str = "") -> str:
    """By its centre: a cell is larger than a sub-city, so that the sub-city there says where it is, not whose it is."""
    known = sub_city if sub_city != OUTSIDE else ""
    name = known or town_near(cell.latitude, cell.longitude)
    where = f"{cell.latitude:.2f}, {cell.longitude:.2f}"
    return f"Around {name}, {where}" if name else f"Around {where}"
