"""Decodes and re-encodes pictures, which removes everything that is not a pixel.
Runs only in the child process of `reading`.
"""

from __future__ import annotations

import io
import math

from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from homecare.files.costs import refuse_costly_picture
from homecare.files.kinds import (
    GIF,
    HEIC,
    JPEG,
    LARGEST_PNG,
    LONGEST_PIXELS,
    PNG,
    READABLE_SIDE,
    USUAL_PIXELS,
    WEBP,
    RefusedFileError,
)
from homecare.files.pixels import eight_bits, in_srgb

# The largest phone cameras have 200 million pixels, but by default store 12 or 50, or 9248 x 6936.
MOST_PIXELS = 64 << 20
ORIENTATION = 0x0112
LARGEST_JPEG = 8_000_000
# Only one decoder sees the bytes: that of the claimed kind.
DECODERS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF", WEBP: "WEBP", GIF: "GIF"}
# The size is checked below before a pixel is decoded. Pillow's own check only warns, and refuses at twice as many.
Image.MAX_IMAGE_PIXELS = None


def load_decoders() -> None:
    """Loads everything that Pillow would load at first use, so that nothing must be opened later."""
    # Read the picture itself, never its thumbnail, which may show something else.
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    Image.init()
    # Make the target profile once, while files can still be opened.
    ImageCms.createProfile("sRGB")


def reencode(data: bytes, media_type: str) -> tuple[str, bytes]:
    """The picture, upright, in sRGB and of a readable size, as JPEG or PNG: media type and bytes.
    Of an animation, only the first frame. Raises RefusedFileError for too many pixels, anything for a broken file.
    """
    refuse_costly_picture(data, media_type)
    with Image.open(io.BytesIO(data), formats=[DECODERS[media_type]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise RefusedFileError(
                f"The picture has more than {MOST_PIXELS >> 20} million pixels. Make it smaller and choose it again."
            )
        size, profile = scaled_size(*opened.size), opened.info.get("icc_profile")
        lies = opened.getexif().get(ORIENTATION, 1)
        # JPEG can be decoded at a half, a quarter or an eighth, so a large photograph needs little memory.
        opened.draft("RGB", (2 * size[0], 2 * size[1]))
        opened.load()
        # Before scaling: colours of a palette cannot be blended.
        small = eight_bits(opened, data, media_type).resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    small.info = {}
    small.getexif()[ORIENTATION] = lies
    plain = _bare(in_srgb(ImageOps.exif_transpose(small), profile))
    if media_type in (PNG, GIF) or plain.mode == "RGBA":
        encoded = _encoded(plain, "PNG", optimize=True)
        if len(encoded) <= LARGEST_PNG:
            return PNG, encoded
    return JPEG, _jpeg(_on_white(plain))


def scaled_size(width: int, height: int) -> tuple[int, int]:
    """Limits the area, so that the letters of a long screenshot keep their width."""
    area, shorter = width * height, min(width, height)
    part = max(math.sqrt(USUAL_PIXELS / area), READABLE_SIDE / shorter)
    part = min(1.0, part, math.sqrt(LONGEST_PIXELS / area))
    return max(1, round(width * part)), max(1, round(height * part))


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels with nothing attached."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _jpeg(picture: Image.Image) -> bytes:
    """Uses a lower quality if a long picture would otherwise be larger than allowed."""
    fine = _encoded(picture, "JPEG", quality=88, optimize=True)
    return fine if len(fine) <= LARGEST_JPEG else _encoded(picture, "JPEG", quality=70, optimize=True)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, format_, **options)
    return written.getvalue()
