"""Reads a vector tile as a map does: protobuf, by the Mapbox Vector Tile specification 2.1, points alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    words: dict[str, Any]


def points(tile: bytes) -> list[Point]:
    """The points of the one layer `patients`; its extent is 4096."""
    if not tile:
        return []
    (layer,) = (value for number, value in _fields(tile) if number == 3)
    parts = list(_fields(layer))
    assert [value for number, value in parts if number == 1] == [b"patients"]
    assert [value for number, value in parts if number == 5] == [4096]
    keys = [value.decode() for number, value in parts if number == 3]
    values = [_value(value) for number, value in parts if number == 4]
    return [_point(value, keys, values) for number, value in parts if number == 2]


def _point(feature: bytes, keys: list[str], values: list[Any]) -> Point:
    fields = dict(_fields(feature))
    tags = [*_varints(fields[2])]
    command, x, y = _varints(fields[4])
    assert (fields[3], command) == (1, 9), "one point"
    words = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    return Point(_zigzag(x), _zigzag(y), words)


def _value(message: bytes) -> Any:
    ((number, value),) = _fields(message)
    return value.decode() if number == 1 else value if number in (4, 5) else _zigzag(value)


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _varints(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number = shift = 0


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    place = 0

    def varint() -> int:
        nonlocal place
        start = place
        while message[place] & 0x80:
            place += 1
        place += 1
        (found,) = _varints(message[start:place])
        return found

    while place < len(message):
        number, wire = divmod(varint(), 8)
        if wire == 0:
            yield number, varint()
        else:
            assert wire == 2, f"wire type {wire}"
            length = varint()
            yield number, message[place : place + length]
            place += length
