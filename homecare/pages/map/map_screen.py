"""The map's panel and table as their templates print them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.admin.list import filtering
from homecare.kinds.say import when
from homecare.pages.map import map_lines
from homecare.pages.map.map_lines import PATIENTS, Line, Month, Swatch, list_of
from homecare.pages.map.map_words import LAYERS, OF_CELLS, MapWords
from homecare.queries.map import area_list, by_area, counts, demand, legend, nearest, stops
from homecare.records.list_request import ALL
from homecare.records.on_map.map_request import MapRequest, colours_of
from homecare.web import urls

COLOURED_BY = {
    "last_status": "Last visit", "channel": "Acquisition channel", "caregiver": "Active caregiver",
    "campaign": "Campaign", "sub_city": "Sub-city",
}  # fmt: skip

Words = list[tuple[str, str]]


@dataclass(frozen=True)
class Around:
    """Who is near a point or a patient."""

    patients: list[nearest.NearPatient]
    caregivers: list[nearest.NearCaregiver]


@dataclass(frozen=True)
class MapScreen:
    """`routes`, `months` (the newest first) and `uncovered` are of their layers alone, `around` of who is near."""

    request: MapRequest
    words: MapWords
    on_map: counts.OnMap
    swatches: list[Swatch]
    sub_cities: list[Line]
    cells: list[Line]
    saved: list[area_list.SavedArea]
    chips: list[filtering.Chip]
    builder: dict[str, Any]
    quick: list[tuple[str, str, bool]]
    routes: list[stops.Route] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    uncovered: list[Line] = field(default_factory=list)
    around: Around | None = None

    @property
    def layer(self) -> str:
        return self.words.layer

    @property
    def tells_places(self) -> bool:
        return self.request.precision is not Precision.CELLS

    @property
    def published(self) -> dict[str, str]:
        """The words of who sees published counts alone."""
        return {} if self.tells_places else dict(self.request.words)

    @property
    def fullest(self) -> int:
        return max((line.count for line in self.sub_cities or self.cells), default=0)

    @property
    def total(self) -> int:
        return self.on_map.count + (self.on_map.without or 0)

    @property
    def right_as_of(self) -> str:
        """Empty where nothing is waiting to be counted."""
        moment = self.on_map.as_of
        if moment is None:
            return ""
        return "being worked out" if moment == clock.EARLIEST else f"as of {when(moment)}"

    @cached_property
    def conditions(self) -> Words:
        """As words of an address, where none means the usual ones: without conditions they say so."""
        return [*self.request.words] or [(ALL, "1")]

    @property
    def list_url(self) -> str:
        return list_of(self.conditions)

    @property
    def without_url(self) -> str:
        rest = [pair for pair in self.request.words if pair[0] not in ("has_place", "area", "near")]
        return list_of([*rest, ("has_place", "0")])

    @property
    def export_url(self) -> str:
        return f"{urls.page(PATIENTS)}/export/xlsx/?{urlencode(self.conditions, safe=',~')}"

    @property
    def own_words(self) -> dict[str, str]:
        """The page's own words, to go on when conditions change."""
        told = {"colour": self.request.colour, "layer": self.layer if self.layer != OF_CELLS[0] else ""}
        return {name: value for name, value in told.items() if value}

    @property
    def keep(self) -> str:
        return "".join(f"&{urlencode([pair])}" for pair in self.own_words.items())

    def url(self, **changes: str) -> str:
        """The map with some words of its own changed; an empty one is left out."""
        own = self.own_words | changes
        return urls.patients_map([*self.conditions, *((name, value) for name, value in own.items() if value)])

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        offered = LAYERS if self.tells_places else OF_CELLS
        return [
            (LAYERS[name], self.url(layer=name if name != OF_CELLS[0] else ""), name == self.layer) for name in offered
        ]

    @property
    def drawn(self) -> str:
        """The area that was drawn and is not saved yet, as the address spells it."""
        return next((value for key, value in self.conditions if key == "area" and "~" in value), "")

    @property
    def drawn_shapes(self) -> list[str]:
        """What the conditions reach, for the map to show: a ring, a circle, or the name of a sub-city."""
        saved = {str(one.id): one.shape for one in self.saved}
        found = [saved.get(value, value) for key, value in self.conditions if key == "area"]
        for key, value in self.conditions:
            if key == "near" and value.count(",") == 2:
                latitude, longitude, km = value.split(",")
                found.append(f"circle~{latitude}_{longitude}~{km}")
        return found

    @property
    def shares(self) -> dict[str, int]:
        """What the sub-cities are tinted by: their patients; on the layer of demand the newest month's new ones."""
        if self.months:
            return {row.sub_city: row.new for row in self.months[0].rows}
        return {line.name: line.count for line in self.sub_cities}

    @property
    def changes(self) -> dict[str, str]:
        """ "+33 −11" by sub-city, of the newest month."""
        rows = self.months[0].rows if self.months else []
        return {row.sub_city: f"+{row.new}" + ("" if row.lost is None else f" −{row.lost}") for row in rows}

    @property
    def has_area(self) -> bool:
        return any(key in ("area", "near") for key, _ in self.conditions)


def load(session: Session, by: Acting, request: MapRequest, words: MapWords) -> MapScreen:
    """Six statements and those of the layer; each says its own cost."""
    listed = request.listed
    screen = MapScreen(
        request=request,
        words=words,
        on_map=counts.on_map(session, request),
        swatches=map_lines.swatches(legend.legend(session, request), request),
        sub_cities=[map_lines.of_sub_city(row, listed is not None) for row in by_area.sub_cities(session, request)],
        cells=[map_lines.of_cell(row, listed is not None) for row in by_area.cells(session, request)],
        saved=area_list.saved(session, by) if listed is not None else [],
        chips=filtering.chips(listed, session) if listed is not None else [],
        builder=filtering.builder(listed, session) | {"chosen": False} if listed is not None else {},
        quick=filtering.quick_filters(listed) if listed is not None else [],
    )
    return replace(screen, **_of_layer(session, by, request, words))


def _of_layer(session: Session, by: Acting, request: MapRequest, words: MapWords) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if words.layer == "day":
        found["routes"] = stops.of_day(session, by, words.day)
    if words.layer == "demand":
        found["months"] = map_lines.by_months(demand.by_month(session, request))
        cells = demand.uncovered(session, by, words.day, words.day)
        found["uncovered"] = [map_lines.of_uncovered(cell) for cell in cells]
    if words.around:
        near = nearest.Near.of_text(words.around)
        found["around"] = Around(nearest.patients(session, by, near), nearest.caregivers(session, by, near, words.day))
    return found


def colours_offered(by: Acting) -> list[tuple[str, str]]:
    return [(name, COLOURED_BY[name]) for name in colours_of(by)]
