"""Pictures as they are kept: what is drawn in few colours, and colours said by profiles of every kind."""

from __future__ import annotations

import io
from typing import Any

import profiles
import pytest
from PIL import Image
from uploading import notes

from homecare.files import reading
from homecare.files.kinds import IMAGES

Colour = tuple[int, ...]


def kept(content: bytes, name: str = "picture.png") -> Image.Image:
    with Image.open(io.BytesIO(reading.clean(content, name, IMAGES).data)) as image:
        image.load()
        return image


def written(picture: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def test_letters_of_a_few_colours_are_blended_and_not_cut_when_they_are_made_smaller() -> None:
    fine = Image.new("1", (6000, 4000))
    fine.putdata([x % 2 * 255 for x in range(6000)] * 4000)

    low, high = kept(written(fine)).convert("L").crop((10, 10, 2500, 1600)).getextrema()

    assert 60 < low <= high < 200


@pytest.mark.parametrize(("mode", "value", "profile", "colour"), [
    ("L", 128, profiles.linear_grey(), (188, 188, 188)),
    ("L", 128, profiles.display_p3(), (128, 128, 128)),
    ("CMYK", (255, 0, 0, 0), profiles.grey_inks(), (119, 119, 119)),
    ("CMYK", (0, 0, 0, 0), profiles.grey_inks(), (255, 255, 255)),
    ("CMYK", (255, 0, 0, 0), None, (0, 255, 255)),
    ("RGB", (200, 60, 50), profiles.grey_inks(), (200, 60, 50)),
    ("RGB", (200, 60, 50), b"no profile at all", (200, 60, 50)),
    ("RGB", (200, 60, 50), profiles.display_p3()[:300], (200, 60, 50)),
])  # fmt: skip
def test_a_profile_counts_where_it_is_whole_and_of_these_colours(
    mode: str, value: Any, profile: bytes | None, colour: Colour
) -> None:
    image = kept(written(Image.new(mode, (64, 64), value), "JPEG", icc_profile=profile, quality=95))

    assert image.convert("RGB").getpixel((32, 32)) == pytest.approx(colour, abs=3)


def test_a_picture_in_a_profile_lying_on_its_side_is_turned_upright() -> None:
    lying = written(Image.new("RGB", (400, 200)), "JPEG", exif=notes(), icc_profile=profiles.display_p3())

    assert kept(lying).size == (200, 400)
