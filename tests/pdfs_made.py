"""PDF files made in code for what their pages look like and what they would cost; `uploading` has the hostile ones."""

from __future__ import annotations

import base64
import re
import zlib

PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R%s>>"
MEGABYTE = 1_000_000


def made(*objects: bytes, root: bytes = b"") -> bytes:
    """The catalogue, and the objects from the second on, with a table of where each begins."""
    content, places = b"%PDF-1.5\n", []
    for number, one in enumerate((b"<</Type/Catalog/Pages 2 0 R%s>>" % root, *objects), start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(content),
    )  # fmt: skip


def stream(data: bytes, words: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (words, len(data), data)


def page(content: bytes = b"0 0 m", words: bytes = b"", more: bytes = b"", root: bytes = b"", *others: bytes) -> bytes:
    """One page with this stream as its contents."""
    return made(PAGES, PAGE % more, stream(content, words), *others, root=root)


def packed(megabytes: int, times: int = 1) -> bytes:
    data = bytes(megabytes * MEGABYTE)
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def many_pages(count: int, content: bytes) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(count))
    found = [b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)]
    for number in range(count):
        found += [PAGE.replace(b"4 0 R", b"%d 0 R" % (4 + 2 * number)) % b"", content]
    return made(*found)


def pages_of_pages() -> bytes:
    """A few kilobytes that are twenty-seven million pages."""
    twigs = [b"<</Type/Pages/Kids[%s]>>" % (b"%d 0 R " % below * 300) for below in (6, 3)]
    return made(PAGES.replace(b"3 0 R", b"5 0 R " * 300), PAGE % b"", stream(b""), *twigs)


def wrapped(megabytes: int) -> bytes:
    return base64.a85encode(packed(megabytes)) + b"~>"


LAYERED = b"/Resources<</Properties<</void 5 0 R>>>>"
LAYERS = b"/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]/Order[5 0 R]>>>>"
LAYER = b"<</Type/OCG/Name(VOID)>>"
MARKED = b"/OC /void BDC 9 9 m 90 90 l S EMC"


def layered(root: bytes = LAYERS) -> bytes:
    """A page with a layer that is switched off."""
    return page(MARKED, b"", LAYERED, root, LAYER)


def moved(content: bytes, by: int) -> bytes:
    """Its table counts from where the whole file begins, not from the first line of the PDF."""
    told = re.sub(rb"(\d{10}) 00000 n", lambda found: b"%010d 00000 n" % (int(found[1]) + by), content)
    return re.sub(rb"startxref\n(\d+)", lambda found: b"startxref\n%d" % (int(found[1]) + by), told)
