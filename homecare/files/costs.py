"""What would cost far more to read than a file is worth, told from its marks alone, before anything is decoded.

Runs in the child process of `reading` only.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

from homecare.files.kinds import JPEG, PNG, RefusedFileError

# A scan passes over all of the picture again. A camera writes one, the usual encoders 10, the most thorough some 20.
MOST_SCANS = 30
# Notes, profiles, previews: a picture has a few dozen. A decoder takes each by itself, however small it is.
MOST_SEGMENTS = 2_000
MOST_CHUNKS = 20_000
# A scanned letter of 25 pages is some 220 MB; one page of it less than ten.
MOST_UNPACKED = 250_000_000
MOST_OF_A_STREAM = 75_000_000
# Of three hundred pages, with what is drawn on them; looking at a million empty ones takes seconds.
MOST_STREAMS = 50_000
# Streams within streams: what is not told from the first two is nobody's letter.
LAYERS = 3
PIECE = 1 << 16

INTRICATE = "This picture is too intricate to be read. Save it as an ordinary JPEG and choose that."
DEEP = "A JPEG of more than 8 bits a colour cannot be kept here. Save it as an ordinary JPEG and choose that."
UNPACKS = "This PDF unpacks to more than can be read here. Print it to a plain PDF, or in parts, and choose that."

# Within the pixels of a JPEG a 255 is followed by 0, or by the number of a restart.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_END, _SCAN, _START, _TEMPORARY = 0xD9, 0xDA, 0xD8, 0x01
# The frames: what a picture says of itself. Between them stand tables and an extension of the format.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


def refuse_costly_picture(data: bytes, media_type: str) -> None:
    """Raises RefusedFileError. Some 10 ms for ten megabytes."""
    if media_type == JPEG:
        refuse_costly_jpeg(data)
    if media_type == PNG:
        refuse_costly_png(data)


def refuse_costly_jpeg(data: bytes) -> None:
    """Reads as a decoder does: from mark to mark up to the first end, past what is no mark."""
    scans = segments = at = 0
    while (found := _MARKER.search(data, at)) and found[1][0] != _END:
        marker, at = found[1][0], found.end()
        if marker in (_START, _TEMPORARY):
            continue
        segments += 1
        scans += marker == _SCAN
        if scans > MOST_SCANS or segments > MOST_SEGMENTS:
            raise RefusedFileError(INTRICATE)
        if marker in _FRAMES and data[at + 2 : at + 3] not in (b"\x08", b""):
            raise RefusedFileError(DEEP)
        at += max(2, int.from_bytes(data[at : at + 2], "big"))


def refuse_costly_png(data: bytes) -> None:
    at, chunks = 8, 0
    while at < len(data):
        chunks += 1
        if chunks > MOST_CHUNKS:
            raise RefusedFileError(INTRICATE)
        at += 12 + int.from_bytes(data[at : at + 4], "big")


class Unpacked:
    """How much a PDF's streams have unpacked to; raises RefusedFileError once it is more than any letter's."""

    def __init__(self) -> None:
        self.total = 0

    def spend(self, amount: int) -> None:
        self.total += amount
        if self.total > MOST_UNPACKED:
            raise RefusedFileError(UNPACKS)

    def weigh_streams(self, data: bytes) -> None:
        """Every stream of the file as it lies there, without asking the file how long or of which kind it is."""
        for number, found in enumerate(_STREAM.finditer(data)):
            if number == MOST_STREAMS:
                raise RefusedFileError(UNPACKS)
            self.weigh(data, found.end())

    def weigh(self, data: bytes, start: int = 0) -> None:
        """One stream; bytes that are not packed weigh nothing."""
        before = self.total

        def spend(amount: int) -> None:
            self.spend(amount)
            if self.total - before > MOST_OF_A_STREAM:
                raise RefusedFileError(UNPACKS)

        layers = [_inflated((data[at : at + PIECE] for at in range(start, len(data), PIECE)), spend)]
        for _ in range(LAYERS - 1):
            layers.append(_inflated(layers[-1], spend))
        # The innermost first; where it ends early, the rest of those around it is unpacked all the same.
        for layer in reversed(layers):
            for _ in layer:
                pass


def _inflated(pieces: Iterator[bytes], spend: Callable[[int], None]) -> Iterator[bytes]:
    """What the pieces unpack to, a little at a time; nothing where they are not packed."""
    unpacker = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest and not unpacker.eof:
            try:
                made = unpacker.decompress(rest, PIECE)
            except zlib.error:
                return
            rest = unpacker.unconsumed_tail
            spend(len(made))
            yield made
        if unpacker.eof:
            return
