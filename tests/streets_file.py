"""A PMTiles file as the operator's would be, by version 3 of its specification: one road, in one tile of zoom 0."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from doors import Company

HEADER_BYTES = 127
NOT_COMPRESSED, VECTOR = 1, 1
# From Addis Ababa to the east, as Protomaps' layer of roads has a motorway.
ROAD = """SELECT ST_AsMVT(t, 'roads', 4096, 'geom') FROM (SELECT 'highway' AS kind, 'motorway' AS kind_detail,
    3 AS min_zoom, ST_AsMVTGeom(ST_Transform(ST_GeomFromText('LINESTRING(38.76 9.01, 44.2 9.3)', 4326), 3857),
        ST_TileEnvelope(0, 0, 0)) AS geom) t"""


def write_streets(path: Path, company: Company) -> None:
    tile = bytes(company.scalar(ROAD))
    # One entry: tile 0, once, this long, from the start.
    directory = bytes([1, 0, 1]) + _varint(len(tile)) + bytes([1])
    metadata = json.dumps({"vector_layers": [{"id": "roads", "fields": {}}]}).encode()
    at = [HEADER_BYTES, HEADER_BYTES + len(directory), HEADER_BYTES + len(directory) + len(metadata)]
    parts = (at[0], len(directory), at[1], len(metadata), at[2], 0, at[2], len(tile), 1, 1, 1)
    zooms = (1, NOT_COMPRESSED, NOT_COMPRESSED, VECTOR, 0, 0)
    corners = (-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header = b"PMTiles\x03" + struct.pack("<11Q6B4iB2i", *parts, *zooms, *corners, 0, 0, 0)
    path.write_bytes(header + directory + metadata + tile)


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)
