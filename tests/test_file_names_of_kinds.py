"""Pictures in unsupported formats are refused by name, with what to do."""

from __future__ import annotations

import pytest
from uploading import picture

from homecare.files import cleaning
from homecare.files.kinds import DOCUMENTS, IMAGES, RefusedFileError


def box(brand: bytes, *others: bytes) -> bytes:
    brands = brand + bytes(4) + b"".join(others)
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + bytes(100)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
OTHERS = [
    ("TIFF", picture("TIFF")), ("TIFF", b"MM\0*" + bytes(100)), ("TIFF", b"II+\0" + bytes(100)),
    ("BMP", picture("BMP")), ("JPEG 2000", picture("JPEG2000")), ("JPEG 2000", b"\xff\x4f\xff\x51" + bytes(100)),
    ("AVIF", box(b"avif", b"mif1")), ("AVIF", box(b"mif1", b"avif")), ("SVG", SVG), ("SVG", b"\xef\xbb\xbf\n" + SVG),
    ("SVG", b'<?xml version="1.0"?><!-- drawn --><!DOCTYPE svg>' + SVG), ("Photoshop", b"8BPS\0\1" + bytes(100)),
    ("ICO", picture("ICO")), ("JPEG XL", b"\xff\x0a" + bytes(100)), ("PNM", picture("PPM")),
    ("Camera raw (CR2)", b"II*\0\x10\0\0\0CR" + bytes(100)),
]  # fmt: skip


@pytest.mark.parametrize("accepted", [IMAGES, DOCUMENTS])
@pytest.mark.parametrize(("called", "content"), OTHERS)
def test_a_picture_of_another_kind_is_named_with_what_to_do(
    called: str, content: bytes, accepted: tuple[str, ...]
) -> None:
    with pytest.raises(RefusedFileError) as refused:
        cleaning.clean(content, "letter.jpg", accepted)

    assert str(refused.value) == f"{called} pictures cannot be stored here. Save the picture as JPEG and choose that."


def test_a_page_that_holds_no_drawing_is_called_none() -> None:
    with pytest.raises(RefusedFileError, match="whatever its name says"):
        cleaning.clean(b"<?xml version='1.0'?><note/>", "note.xml", IMAGES)
