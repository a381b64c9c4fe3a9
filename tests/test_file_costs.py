"""Small files that are expensive to read are recognised by their structure, before anything is decoded."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image
from pypdf import PdfWriter
from test_pdf_files import pdf_of
from uploading import chunk, pdf, picture, written_pdf

from homecare.files import cleaning, costs
from homecare.files.kinds import DOCUMENTS, RefusedFileError


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedFileError) as refused:
        cleaning.clean(data, "file.jpg", DOCUMENTS)
    return str(refused.value)


def jpeg_of_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is said again and again, each of which passes over the whole picture."""
    usual = picture(size=(64, 64), progressive=True)
    last = usual[usual.rindex(b"\xff\xda") : -2]
    return usual[:-2] + last * count + b"\xff\xd9"


def test_a_jpeg_of_endless_scans_is_refused_unread() -> None:
    assert refusal(jpeg_of_scans(200)) == costs.INTRICATE


def test_a_jpeg_of_endless_segments_is_refused_unread() -> None:
    assert refusal(b"\xff\xd8" + b"\xff\xe5\0\2" * 5_000 + picture()[2:]) == costs.INTRICATE


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 1}, {"restart_marker_rows": 1}])
def test_an_ordinary_jpeg_of_any_make_is_taken(options: dict[str, int]) -> None:
    assert cleaning.clean(picture(size=(800, 600), **options), "a.jpg", DOCUMENTS).media_type == "image/jpeg"


def png_with(extra: bytes) -> bytes:
    usual = picture("PNG")
    return usual[:33] + extra + usual[33:]


def test_a_png_of_endless_chunks_is_refused_unread() -> None:
    assert refusal(png_with(chunk(b"teSt", b"") * 30_000)) == costs.INTRICATE


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_png_whose_notes_unpack_to_a_gigabyte_costs_nothing(kind: bytes) -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    try:
        clean = cleaning.clean(png_with(chunk(kind, b"note\0\0" + bomb)), "a.png", DOCUMENTS)
    except RefusedFileError:
        return
    assert len(clean.data) < 10_000


def test_a_moving_picture_is_read_for_its_first_frame_alone() -> None:
    frames = [Image.new("P", (64, 48), shade) for shade in range(200)]
    moving = picture("GIF", mode="P", save_all=True, append_images=frames)

    assert cleaning.clean(moving, "a.gif", DOCUMENTS).media_type == "image/png"


ZEROS = 400_000_000


def test_a_pdf_that_unpacks_to_400_mb_is_refused_before_it_costs() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(ZEROS // 10_000_000)) + packer.flush()

    assert len(packed) < 1_000_000
    assert refusal(pdf_of(packed, b"/Filter/FlateDecode")) == costs.UNPACKS


def test_many_streams_that_unpack_to_400_mb_together_are_refused() -> None:
    packed = zlib.compress(bytes(20_000_000), 9)
    streams = b"".join(
        b"%d 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (n, len(packed), packed)
        for n in range(10, 30)
    )

    assert refusal(pdf()[:9] + streams + pdf()[9:]) == costs.UNPACKS


def test_streams_packed_twice_are_weighed_as_what_comes_out() -> None:
    twice = zlib.compress(zlib.compress(bytes(100_000_000), 9), 9)

    assert len(twice) < 10_000
    assert refusal(pdf_of(twice, b"/Filter[/FlateDecode/FlateDecode]")) == costs.UNPACKS


def test_a_pdf_of_more_pages_than_a_letter_is_refused_in_words() -> None:
    writer = PdfWriter()
    for _ in range(301):
        writer.add_blank_page(9, 9)

    assert refusal(written_pdf(writer)) == "A PDF may have 1 to 300 pages; this has 301."


def test_a_pdf_whose_pages_double_at_every_level_is_refused() -> None:
    """Forty levels, each of which names the next one twice: a few kilobytes, and a million million pages."""
    levels = b"".join(
        b"%d 0 obj<</Type/Pages/Count 9/Kids[%d 0 R %d 0 R]>>endobj\n" % (n, n + 1, n + 1) for n in range(2, 42)
    )
    page = b"42 0 obj<</Type/Page/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"

    assert refusal(b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + levels + page) != cleaning.TOO_LONG


def test_a_picture_of_hidden_depth_is_refused_in_words() -> None:
    usual = bytearray(picture())
    at = usual.index(b"\xff\xc0")
    usual[at + 4 : at + 5] = struct.pack("B", 12)

    assert refusal(bytes(usual)) == costs.DEEP
