"""HEIC pictures and films made in code, whole and hostile, and files with wrong bytes, for the tests of uploads."""

from __future__ import annotations

import random
import struct

from pillow_heif import register_heif_opener
from uploading import SCRIPT, notes, pdf, picture

# For Pillow's `save` here; the product loads it in its child process alone.
register_heif_opener()


def iphone_photograph() -> bytes:
    """The same as HEIC: that it lies on its side stands in the container too."""
    return picture("HEIF", size=(400, 200), exif=notes())


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of the family that MP4, QuickTime and HEIC belong to."""
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def heic_bomb(side: int = 50_000) -> bytes:
    """A small picture that says it is two and a half thousand million pixels."""
    said = struct.pack(">4sIII", b"ispe", 0, 400, 200)
    content = picture("HEIF", size=(400, 200))
    assert said in content
    return content.replace(said, struct.pack(">4sIII", b"ispe", 0, side, side))


def heic_of_an_svg() -> bytes:
    """A picture whose only item says that it is a drawing with a script."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
    item = box(b"infe", b"\2\0\0\0\0\1\0\0mime\0image/svg+xml\0")
    place = struct.pack(">IHHHHHII", 0, 0x4400, 1, 1, 0, 1, 0, len(svg))
    meta = (box(b"pitm", b"\0\0\0\0\0\1"), box(b"iloc", place), box(b"iinf", b"\0\0\0\0\0\1", item))
    size = box(b"ispe", struct.pack(">III", 0, 64, 48))
    facts = box(b"iprp", box(b"ipco", size), box(b"ipma", b"\0\0\0\0\0\0\0\1\0\1\1\1"))
    handler = box(b"hdlr", bytes(8), b"pict", bytes(13))
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(4), handler, *meta, facts) + box(b"mdat", svg)


def heic_elsewhere(path: str = "file:///etc/passwd") -> bytes:
    """A picture whose pixels are said to lie in another file."""
    content = picture("HEIF")
    meta, iloc = content.index(b"meta"), content.index(b"iloc")
    elsewhere = box(b"dinf", box(b"dref", b"\0\0\0\0\0\0\0\1", box(b"url ", bytes(4), path.encode() + b"\0")))
    length = struct.pack(">I", int.from_bytes(content[meta - 4 : meta], "big") + len(elsewhere))
    # After iloc's version, sizes and count comes the first item: its number, which of the files above, and where there.
    at = struct.pack(">HI", 1, int.from_bytes(content[iloc + 16 : iloc + 20], "big") + len(elsewhere))
    referring = content[meta + 8 : iloc + 14] + at + content[iloc + 20 :]
    return content[: meta - 4] + length + content[meta : meta + 8] + elsewhere + referring


def film_elsewhere(path: str = "file:///etc/passwd") -> bytes:
    """A film whose only track is said to lie in another file."""
    dref = box(b"dref", b"\0\0\0\0\0\0\0\1", box(b"url ", bytes(4), path.encode() + b"\0"))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"dinf", dref))))
    return box(b"ftyp", b"mp42\0\0\0\0mp42isom") + box(b"moov", track)


def fuzzed(count: int) -> list[tuple[str, bytes]]:
    """Pictures and a PDF with wrong bytes, mostly in their headers; the same ones every time."""
    chance = random.Random(1321)
    whole = {kind: picture(kind) for kind in ("HEIF", "JPEG", "PNG", "WEBP")} | {"PDF": pdf()}
    found = []
    for _ in range(count):
        kind = chance.choice(list(whole))
        broken = bytearray(whole[kind])
        for _ in range(chance.choice((1, 2, 8))):
            at = chance.randrange(12, len(broken) - 4)
            broken[at : at + chance.choice((1, 4))] = bytes(
                chance.choices((0, 1, 127, 128, 255), k=chance.choice((1, 4)))
            )
        found.append((kind, bytes(broken)))
    return found
