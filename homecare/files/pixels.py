"""Pixels of any depth and colour space brought to eight bits of sRGB, which is what every screen takes them for.

Runs in the child process of `reading` only.
"""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageCms

from homecare.files.kinds import PNG

# What a profile may say of the colours it is for, and the mode that holds such colours.
SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Where a PNG says how deep it is and which colours it has.
DEPTH_AT, COLOURS_AT = 24, 25
# How many bits scanners, X-ray machines and cameras measure; what they write takes 16 whatever it is.
DEPTHS = (8, 10, 12, 14, 16)
GREY, RGB, GREY_AND_ALPHA, RGBA = 0, 2, 4, 6
# Pillow 13 keeps the first byte of two. Taken for the other order of bytes it keeps the second.
SECOND_BYTES = {RGB: "RGB;16L", RGBA: "RGBA;16L"}


def eight_bits(opened: Image.Image, data: bytes, media_type: str) -> Image.Image:
    """The picture in L, RGB, RGBA or CMYK. A scan of 10 or 12 bits in 16 is brought to full light, not to black."""
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
        # Four bytes a pixel: read as RGBA they come one by one.
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
    """How many bits beyond eight the values have: those of the shallowest usual kind that holds the largest of them."""
    return next(depth for depth in DEPTHS if most < 1 << depth) - 8


def _joined(highs: list[Image.Image], lows: list[Image.Image]) -> list[Image.Image]:
    """Bands of eight bits from their first and second bytes, all scaled alike so that colours stay as they are."""
    most = max(int(high.getextrema()[1]) for high in highs)  # type: ignore[arg-type]
    spare = _spare(most << 8 | 255)
    if spare == 8:
        return highs
    return [
        ImageChops.add(high.point(lambda v: v << (8 - spare) & 255), low.point(lambda v: v >> spare))
        for high, low in zip(highs, lows, strict=True)
    ]


def _decoded_as(data: bytes, mode: str, raw_mode: str) -> Image.Image:
    """The same PNG with its bytes taken in another order."""
    again = Image.open(io.BytesIO(data), formats=["PNG"])
    again._mode = mode
    again.tile = [tile._replace(args=raw_mode) for tile in again.tile]
    again.load()
    return again


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours in sRGB, as the profile says them; L, RGB or RGBA. A profile that says nothing is left out."""
    colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
    converted = _by_profile(colours, profile) if profile else None
    if converted is None:
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    if picture.mode == "RGBA":
        converted.putalpha(picture.getchannel("A"))
    return converted.convert("L") if picture.mode == "L" else converted


def _by_profile(colours: Image.Image, profile: bytes) -> Image.Image | None:
    """RGB, or None where the profile is broken or one of other colours."""
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
