"""Pictures as they are seen: how large they are kept, in which colours, and how deep."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from uploading import chunk, picture

from homecare.files import cleaning
from homecare.files.kinds import IMAGES

register_heif_opener()


def kept(data: bytes, name: str = "a.png") -> Image.Image:
    return Image.open(io.BytesIO(cleaning.clean(data, name, IMAGES).data))


SIZES = [
    ((1080, 12000), (1080, 12000)),  # a long screenshot of text
    ((12000, 1080), (12000, 1080)),
    ((6000, 4000), (3135, 2090)),
    ((9248, 6936), (2956, 2217)),
    ((2160, 24000), (1440, 16000)),
    ((800, 600), (800, 600)),
]


@pytest.mark.parametrize(("sent", "size"), SIZES)
def test_a_picture_is_bound_by_its_area_so_that_its_letters_are_read(
    sent: tuple[int, int], size: tuple[int, int]
) -> None:
    found = kept(picture("PNG", size=sent, mode="L")).size

    assert [abs(a - b) <= 1 for a, b in zip(found, size, strict=True)] == [True, True]


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def tag_xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)


def display_p3() -> bytes:
    """Columns adapted to D50, as Apple's Display P3 has them; the curve is that of sRGB."""
    curve = b"para\0\0\0\0\0\3\0\0" + b"".join(s15(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    tags = {
        b"rXYZ": tag_xyz(0.51512, 0.2412, -0.00105), b"gXYZ": tag_xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": tag_xyz(0.1571, 0.06657, 0.78407), b"wtpt": tag_xyz(0.9642, 1.0, 0.8249),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(78 + 9),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
    }  # fmt: skip
    table, body = b"", b""
    begin = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", begin + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s", begin + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + s15(0.9642) + s15(1) + s15(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def wide(mode: str = "RGB", format_: str = "PNG") -> bytes:
    written = io.BytesIO()
    colour = (200, 60, 50) if mode == "RGB" else (200, 60, 50, 128)
    Image.new(mode, (64, 64), colour).save(written, format_, icc_profile=display_p3())
    return written.getvalue()


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "HEIF"])
def test_the_wide_colours_of_a_phone_become_those_of_every_screen(format_: str) -> None:
    image = kept(wide(format_=format_), f"a.{format_}")

    found = image.convert("RGB").getpixel((32, 32))
    assert isinstance(found, tuple)
    assert all(abs(a - b) <= 4 for a, b in zip(found, (217, 42, 39), strict=True)), found
    assert "icc_profile" not in image.info


def test_what_can_be_seen_through_stays_so_in_other_colours() -> None:
    found = kept(wide("RGBA")).getpixel((3, 3))

    assert isinstance(found, tuple)
    assert all(abs(a - b) <= 3 for a, b in zip(found, (217, 42, 39, 128), strict=True)), found


def test_a_broken_profile_is_left_out() -> None:
    image = kept(picture("PNG", icc_profile=b"no profile at all"))

    assert image.getpixel((0, 0)) == (0, 128, 128)


def test_inks_are_brought_to_the_screen() -> None:
    assert kept(picture("JPEG", mode="CMYK"), "a.jpg").mode == "RGB"


def deep_png(colours: int, *samples: int) -> bytes:
    """2 x 2 pixels of 16 bits, all of the same samples."""
    row = b"\0" + struct.pack(f">{len(samples)}H", *samples) * 2
    head = struct.pack(">IIBBBBB", 2, 2, 16, colours, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(row * 2))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


DEEP = [
    ("12 bits of grey", deep_png(0, 0x0FFF), (255, 255, 255, 255)),
    ("12 bits of middle grey with a little light", deep_png(0, 0x0800), (128, 128, 128, 255)),
    ("16 bits of grey", deep_png(0, 0x8000), (128, 128, 128, 255)),
    ("black", deep_png(0, 0), (0, 0, 0, 255)),
    ("16 bits a colour", deep_png(2, 0xC800, 0x3C00, 0x3200), (200, 60, 50, 255)),
    ("12 bits a colour", deep_png(2, 0x0C80, 0x03C0, 0x0320), (200, 60, 50, 255)),
    ("16 bits of grey to be seen through", deep_png(4, 0x8000, 0x4000), (128, 128, 128, 64)),
    ("16 bits a colour to be seen through", deep_png(6, 0xC800, 0x3C00, 0x3200, 0x8000), (200, 60, 50, 128)),
]


@pytest.mark.parametrize(("content", "pixel"), [case[1:] for case in DEEP], ids=[case[0] for case in DEEP])
def test_a_deep_picture_keeps_its_light(content: bytes, pixel: tuple[int, ...]) -> None:
    found = kept(content).convert("RGBA").getpixel((0, 0))

    assert isinstance(found, tuple)
    assert all(abs(a - b) <= 1 for a, b in zip(found, pixel, strict=True)), found


def test_a_file_keeps_its_amharic_name() -> None:
    assert cleaning.clean(picture(), "የሐኪም ማዘዣ.jpg", IMAGES).name == "የሐኪም ማዘዣ.jpg"
