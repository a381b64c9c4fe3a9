"""Large photographs in a real browser: made smaller before they are sent, upright and under their own name."""

from __future__ import annotations

import io
import re

import pytest
from boxes import iphone_photograph
from PIL import Image
from playwright.sync_api import Page, expect
from sampling import some
from sqlalchemy import Engine
from test_browser_upload import chosen, form, item, save
from uploading import file_of, photo, picture

__all__ = ["form", "item"]
pytestmark = pytest.mark.browser

# What a camera's noise adds to a file, without the time that it takes to make.
NOISE = bytes(13_000_000)
HELD = """input => createImageBitmap(input.files[0]).then(({width, height}) =>
    ({name: input.files[0].name, type: input.files[0].type, bytes: input.files[0].size, width, height}))"""


def lying(size: tuple[int, int]) -> bytes:
    """A JPEG on its side, orange where its upper edge will be."""
    image = Image.new("RGB", size, "teal")
    image.paste("orange", (0, 0, size[0] // 2, size[1]))
    exif, written = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    image.save(written, "JPEG", exif=exif)
    return written.getvalue() + NOISE


@pytest.mark.parametrize(("size", "upright"), some([((9248, 6936), (2217, 2956)), ((4000, 3000), (2217, 2956))], 2))
def test_a_large_photograph_is_made_smaller_before_it_is_sent(
    form: Page, item: int, owner_engine: Engine, size: tuple[int, int], upright: tuple[int, int]
) -> None:
    form.set_viewport_size({"width": 375, "height": 700})
    form.locator("#photo").set_input_files(chosen("የዊልቸር ፎቶ.jpg", "image/jpeg", lying(size)))
    expect(form.get_by_text("Made smaller:")).to_be_visible(timeout=30_000)
    held = form.locator("#photo").evaluate(HELD)
    assert form.evaluate("document.documentElement.scrollWidth") <= 375
    save(form)
    form.wait_for_url(re.compile("details"))

    assert (held["name"], held["type"]) == ("የዊልቸር ፎቶ.jpg", "image/jpeg")
    assert held["bytes"] < 3_000_000
    kept = Image.open(io.BytesIO(form.request.get(file_of("inventory_items", item, "photo")).body())).convert("RGB")
    assert (held["width"], held["height"]) == kept.size
    assert all(abs(a - b) <= 1 for a, b in zip(kept.size, upright, strict=True))
    assert [pixel[0] > 200 for pixel in (kept.getpixel((900, 100)), kept.getpixel((900, 2800)))] == [True, False]
    assert photo(owner_engine, item) is not None


def test_saving_waits_until_the_photograph_is_ready(form: Page, item: int, owner_engine: Engine) -> None:
    form.locator("#photo").set_input_files(chosen("chair.jpg", "image/jpeg", lying((4000, 3000))))
    save(form)
    form.wait_for_url(re.compile("details"), timeout=30_000)

    assert photo(owner_engine, item) is not None


LEFT_ALONE = [
    ("small.jpg", "image/jpeg", picture(size=(800, 600))),
    ("IMG_1.HEIC", "image/heic", iphone_photograph() + bytes(2_000_000)),
    ("moving.gif", "image/gif", picture("GIF", mode="P") + bytes(2_000_000)),
    ("few-pixels.jpg", "image/jpeg", picture() + bytes(2_000_000)),
]


@pytest.mark.parametrize(("name", "kind", "content"), LEFT_ALONE)
def test_what_is_small_or_of_another_kind_is_sent_as_it_is(form: Page, name: str, kind: str, content: bytes) -> None:
    form.locator("#photo").set_input_files(chosen(name, kind, content))
    expect(form.get_by_text("smaller", exact=False)).to_have_count(0)

    assert form.locator("#photo").evaluate("input => input.files[0].size") == len(content)


def test_a_long_screenshot_stays_as_wide_as_it_was(form: Page) -> None:
    screenshot = picture("PNG", size=(1080, 12000)) + bytes(2_000_000)
    form.locator("#photo").set_input_files(chosen("letter.png", "image/png", screenshot))
    expect(form.get_by_text("smaller", exact=False)).to_have_count(0)

    assert form.locator("#photo").evaluate(HELD)["width"] == 1080
