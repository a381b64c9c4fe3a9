"""Files that cost far more to read than they weigh: refused in words from their marks, before they are decoded."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pdfs_made
import pytest
from PIL import Image
from uploading import chunk, picture

from homecare.files import costs, reading
from homecare.files.kinds import DOCUMENTS, JPEG, PNG, RefusedFileError


def progressive(side: int = 800, scans: int = 0) -> bytes:
    """With this many scans more, each of a few bytes, each over all of the picture."""
    written = io.BytesIO()
    Image.new("L", (side, side)).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * scans + b"\xff\xd9"


def after_head(content: bytes, more: bytes) -> bytes:
    return content[:33] + more + content[33:]


def too_many_frames() -> bytes:
    frames = [Image.new("P", (2, 2), number % 2) for number in range(2000)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], loop=0)
    return written.getvalue()


TEXT = chunk(b"tEXt", b"a\0b")
COSTLY_PICTURES: dict[str, Callable[[], bytes]] = {
    "a JPEG of a few scans too many": lambda: progressive(scans=30),
    "a JPEG of two million notes": lambda: picture()[:2] + b"\xff\xe5\0\2" * 2_000_000 + picture()[2:],
    "a JPEG whose scans hide behind notes": lambda: picture()[:2] + b"\xff\xfe\0\x06scan" + progressive(scans=99)[2:],
    "a PNG of half a million empty pieces": lambda: after_head(picture("PNG"), chunk(b"IDAT", b"") * 500_000),
}


@pytest.mark.parametrize("case", COSTLY_PICTURES)
def test_a_picture_that_would_cost_is_refused_before_it_is_decoded(case: str) -> None:
    content = COSTLY_PICTURES[case]()

    with pytest.raises(RefusedFileError, match="too intricate"):
        costs.refuse_costly_picture(content, JPEG if content.startswith(b"\xff\xd8") else PNG)
    with pytest.raises(RefusedFileError, match="too intricate"):
        reading.clean(content[: reading.LARGEST_BYTES], "IMG_1.jpg", DOCUMENTS)


def with_a_preview() -> bytes:
    """A camera's: another JPEG among its notes, whose scans are not the picture's; and a film behind its end."""
    note = b"\xff\xe1\xff\xfe" + (b"\xff\xda" * 40_000)[:0xFFFC]
    return picture()[:2] + note + picture()[2:] + b"\xff\xda" * 500


TAKEN: dict[str, Callable[[], bytes]] = {
    "a progressive JPEG": progressive,
    "a JPEG with a preview": with_a_preview,
    "a JPEG with many restarts": lambda: picture(size=(800, 800), restart_marker_blocks=1),
    "a JPEG of a long profile": lambda: picture(icc_profile=bytes(1_000_000)),
    "a PNG of a hundred notes": lambda: after_head(picture("PNG"), TEXT * 100),
    "a GIF of two thousand frames": too_many_frames,
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_usual_picture_with_much_in_it_is_taken(case: str) -> None:
    assert reading.clean(TAKEN[case](), "IMG_1.jpg", DOCUMENTS).media_type in (JPEG, PNG)


FLATE = b"/Filter/FlateDecode"
COSTLY_PDFS: dict[str, Callable[[], bytes]] = {
    "four hundred megabytes on eight pages": lambda: pdfs_made.many_pages(
        8, pdfs_made.stream(pdfs_made.packed(50), FLATE)
    ),
    "packed three times": lambda: pdfs_made.page(pdfs_made.packed(400, 3), b"/Filter[%s]" % (b"/FlateDecode" * 3)),
    "a million streams": lambda: pdfs_made.page() + b"stream\nx\x9c" * 1_000_000,
    "packed in letters": lambda: pdfs_made.page(pdfs_made.wrapped(400), b"/Filter[/ASCII85Decode/FlateDecode]"),
    "packed in letters on six pages": lambda: pdfs_made.many_pages(
        6, pdfs_made.stream(pdfs_made.wrapped(70), b"/Filter[/ASCII85Decode/FlateDecode]")
    ),
    "objects packed in a stream": lambda: pdfs_made.page(
        pdfs_made.packed(400), b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode"
    ),
    "one page many times": lambda: pdfs_made.page().replace(b"[3 0 R]", b"[%s]" % (b"3 0 R " * 90_000)),
    "pages of pages of pages": pdfs_made.pages_of_pages,
    "a picture of a thousand million pixels": lambda: pdfs_made.page(
        b"", b"", b"/Thumb 5 0 R", b"",
        pdfs_made.stream(b"0", b"/Subtype 7 0 R/Width 6 0 R/Height 40000/Filter/JBIG2Decode"), b"40000", b"/Image",
    ),
    "a picture of very many scans": lambda: pdfs_made.page(
        b"", b"", b"/Thumb 5 0 R", b"", pdfs_made.stream(progressive(scans=300), b"/Filter/DCTDecode")
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COSTLY_PDFS)
def test_a_pdf_that_would_cost_is_refused_in_words(case: str) -> None:
    with pytest.raises(RefusedFileError, match=r"Print it to a plain PDF|ordinary JPEG"):
        reading.clean(COSTLY_PDFS[case](), "letter.pdf", DOCUMENTS)


def test_a_scanned_letter_that_unpacks_to_much_is_taken() -> None:
    pages = pdfs_made.many_pages(20, pdfs_made.stream(pdfs_made.packed(9), FLATE))

    assert reading.clean(pages, "letter.pdf", DOCUMENTS).media_type == "application/pdf"


def test_what_is_weighed_is_let_go_piece_by_piece() -> None:
    unpacked = costs.Unpacked()

    with pytest.raises(RefusedFileError):
        unpacked.weigh(zlib.compress(bytes(costs.MOST_OF_A_STREAM + 10 * costs.PIECE)))

    assert unpacked.total <= costs.MOST_OF_A_STREAM + costs.PIECE
