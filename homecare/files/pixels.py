"""Converts pixels of any depth and colour space to eight bits of sRGB, which every screen expects.
Runs only in the child process of `reading`.
"""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageCms

from homecare.files.kinds import PNG

# The colour spaces a profile can name, and the Pillow mode of each.
SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# The offsets in a PNG of its depth and its colour type.
DEPTH_AT, COLOURS_AT = 24, 25
# The bits that scanners, X-ray machines and cameras measure. Their files use 16 in any case.
DEPTHS = (8, 10, 12, 14, 16)
GREY, RGB, GREY_AND_ALPHA, RGBA = 0, 2, 4, 6
# Pillow 13 reads only the first of two bytes. Read in the other byte order, it returns the second.
SECOND_BYTES = {RGB: "RGB;16L", RGBA: "RGBA;16L"}


def eight_bits(opened: Image.Image, data: bytes, media_type: str) -> Image.Image:
    """The picture in L, RGB, RGBA or CMYK. Scans of 10 or 12 bits stored in 16 are scaled to full brightness."""
    if media_type == PNG and data[DEPTH_AT] == 16:
        return _of_sixteen(opened, data)
    if opened.mode in ("L", "RGB", "RGBA", "CMYK") and not (opened.mode != "RGBA" and opened.has_transparency_data):
        return opened
    if opened.mode == "1":
        return opened.convert("L")
    return opened.convert("RGBA" if opened.has_transparency_data else "RGB")


def _of_sixteen(opened: Image.Image, data: bytes) -> Image.Image:
    colours = data[COLOURS_AT]
    if colours == GREY:
        return _scaled_grey(opened)
    if colours == GREY_AND_ALPHA:
        # Four bytes per pixel: read as RGBA, each becomes a band.
        first, second, alpha, alpha_second = _decoded_as(data, "RGBA", "RGBA").split()
        grey = _joined([first], [second])[0]
        return Image.merge("RGBA", [grey, grey, grey, *_joined([alpha], [alpha_second])])
    highs = opened.convert("RGBA" if colours == RGBA else "RGB").split()
    lows = _decoded_as(data, opened.mode, SECOND_BYTES[colours]).split()
    bands = _joined([*highs[:3]], [*lows[:3]]) + (_joined([highs[3]], [lows[3]]) if colours == RGBA else [])
    return Image.merge("RGBA" if colours == RGBA else "RGB", bands)


def _scaled_grey(opened: Image.Image) -> Image.Image:
    wide = opened.convert("I")
    _, most = wide.getextrema()
    part = 1 / 2 ** _spare(int(most))  # type: ignore[arg-type]
    return wide.point(lambda value: value * part).convert("L")


def _spare(most: int) -> int:
    """The bits beyond eight that the values use: of the smallest usual depth that fits the largest value."""
    return next(depth for depth in DEPTHS if most < 1 << depth) - 8


def _joined(highs: list[Image.Image], lows: list[Image.Image]) -> list[Image.Image]:
    """Bands of eight bits from first and second bytes, all scaled alike so that colours do not change."""
    most = max(int(high.getextrema()[1]) for high in highs)  # type: ignore[arg-type]
    spare = _spare(most << 8 | 255)
    if spare == 8:
        return highs
    return [
        ImageChops.add(high.point(lambda v: v << (8 - spare) & 255), low.point(lambda v: v >> spare))
        for high, low in zip(highs, lows, strict=True)
    ]


def _decoded_as(data: bytes, mode: str, raw_mode: str) -> Image.Image:
    """The same PNG with its bytes read in another order."""
    again = Image.open(io.BytesIO(data), formats=["PNG"])
    again._mode = mode
    again.tile = [tile._replace(args=raw_mode) for tile in again.tile]
    again.load()
    return again


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours converted to sRGB by the profile; L, RGB or RGBA. An unusable profile is ignored."""
    colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
    converted = _by_profile(colours, profile) if profile else None
    if converted is None:
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    if picture.mode == "RGBA":
        converted.putalpha(picture.getchannel("A"))
    return converted.convert("L") if picture.mode == "L" else converted


def _by_profile(colours: Image.Image, profile: bytes) -> Image.Image | None:
    """RGB. None if the profile is broken or for another colour space."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = SPACES.get(source.profile.xcolor_space.strip())
        if colours.mode == "L" and wanted == "RGB":
            colours = colours.convert("RGB")
        if wanted != colours.mode:
            return None
        return ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
