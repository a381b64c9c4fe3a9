"""Every usual kind of file: what an accepted one becomes, and the message for a refused one."""

from __future__ import annotations

import io

import boxes
import pytest
import uploading
from PIL import Image
from pypdf import PdfReader
from uploading import picture

from homecare.files import cleaning
from homecare.files.kinds import DOCUMENTS, IMAGES, RefusedFileError


@pytest.mark.parametrize("name", ["IMG_1.jpg", "IMG_1.HEIC"])
def test_a_photograph_is_turned_upright_and_forgets_where_it_was_taken(name: str) -> None:
    taken = boxes.iphone_photograph() if name.endswith("HEIC") else uploading.photograph_with_secrets()

    clean = cleaning.clean(taken, name, IMAGES)

    assert (clean.name, clean.media_type) == ("IMG_1.jpg", "image/jpeg")
    with Image.open(io.BytesIO(clean.data)) as image:
        assert image.size == (200, 400)
        assert dict(image.getexif()) == {}
        assert "comment" not in image.info


def test_a_large_photograph_becomes_small_enough_for_a_telephone() -> None:
    clean = cleaning.clean(picture(size=(6000, 4000)), "IMG_1.jpg", IMAGES)

    with Image.open(io.BytesIO(clean.data)) as image:
        assert image.width * image.height <= 2560 * 2560
        assert image.size == (3135, 2090)


def test_a_picture_of_too_many_pixels_is_refused_before_one_is_decoded() -> None:
    with pytest.raises(RefusedFileError, match="more than 64 million pixels"):
        cleaning.clean(uploading.png_bomb(), "small.png", IMAGES)


KINDS = [
    ("JPEG", "L", "image/jpeg"), ("JPEG", "CMYK", "image/jpeg"), ("PNG", "RGB", "image/png"),
    ("PNG", "RGBA", "image/png"), ("PNG", "P", "image/png"), ("PNG", "1", "image/png"), ("PNG", "I;16", "image/png"),
    ("WEBP", "RGB", "image/jpeg"), ("WEBP", "RGBA", "image/png"), ("GIF", "P", "image/png"),
    ("HEIF", "RGB", "image/jpeg"), ("HEIF", "RGBA", "image/png"), ("HEIF", "L", "image/jpeg"),
]  # fmt: skip


@pytest.mark.parametrize(("format_", "mode", "kept"), KINDS)
def test_every_usual_kind_of_picture_is_taken(format_: str, mode: str, kept: str) -> None:
    clean = cleaning.clean(picture(format_, mode=mode), f"picture.{format_}", IMAGES)

    assert clean.media_type == kept
    with Image.open(io.BytesIO(clean.data)) as image:
        assert image.size == (64, 48)


def test_sixteen_bits_a_pixel_are_brought_down_to_eight() -> None:
    written = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(written, "PNG")

    clean = cleaning.clean(written.getvalue(), "x-ray.png", IMAGES)

    with Image.open(io.BytesIO(clean.data)) as image:
        assert image.getpixel((0, 0)) == 0x80


def test_an_ordinary_pdf_keeps_its_pages() -> None:
    clean = cleaning.clean(uploading.pdf(), "letter.pdf", DOCUMENTS)

    assert len(PdfReader(io.BytesIO(clean.data)).pages) == 1


AS_PDF = "Save the document as PDF and choose that."
A_PICTURE = "Choose a picture (JPEG, PNG, HEIC, WebP or GIF)."
TOLD = [
    (uploading.zip_bomb("letter"), DOCUMENTS, AS_PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), DOCUMENTS, AS_PDF),
    (b"{\\rtf1\\ansi}", DOCUMENTS, AS_PDF),
    (uploading.zip_bomb("letter"), IMAGES, A_PICTURE),
    (uploading.pdf(), IMAGES, A_PICTURE),
    (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", IMAGES, "Save the picture as JPEG and choose that."),
    *[
        (start + bytes(100), DOCUMENTS, "Sound and video cannot be stored here. Choose a picture")
        for start in (
            b"ID3\x03", b"\xff\xfb\x90", b"\xff\xf1\x50", b"OggS", b"#!AMR\n", b"RIFF\0\0\0\0WAVEfmt ",
            b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftypM4A ", b"\0\0\0\x18ftypqt  ", b"\0\0\0\x08wide",
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(("content", "accepted", "sentence"), TOLD)
def test_a_usual_file_that_is_not_kept_is_answered_with_what_to_do(
    content: bytes, accepted: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(RefusedFileError) as refused:
        cleaning.clean(content, "letter.jpg", accepted)

    assert sentence in str(refused.value)
