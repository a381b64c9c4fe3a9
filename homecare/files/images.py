"""Pictures decoded and encoded anew: what a camera, an editor or an attacker put beside the pixels is gone.

Runs in the child process of `reading` only.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from homecare.files.kinds import GIF, HEIC, JPEG, PNG, WEBP, RefusedFileError

# The largest phone cameras take 200 megapixels, but store 12 or 50 unless told otherwise.
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 2560
LARGEST_PNG = 6_000_000
# One decoder sees the bytes: that of the kind they claim to be.
DECODERS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF", WEBP: "WEBP", GIF: "GIF"}
# The size is judged below, before a pixel is decoded; Pillow's own judgement warns first and refuses at twice as many.
Image.MAX_IMAGE_PIXELS = None


def load_decoders() -> None:
    """Everything that Pillow would load at its first use, so that nothing need be opened later."""
    # A picture is read from the picture: never from its thumbnail, which may show something else.
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    Image.init()


def reencode(data: bytes, media_type: str) -> tuple[str, bytes]:
    """The picture, upright and at most 2560 pixels a side, as JPEG or PNG: media type and bytes.

    Of a moving picture the first frame. Raises RefusedFileError for too many pixels, anything for a broken file.
    """
    with Image.open(io.BytesIO(data), formats=[DECODERS[media_type]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise RefusedFileError(
                f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels. Make it smaller and choose it "
                "again."
            )
        # JPEG can be decoded at a half, a quarter or an eighth: a large photograph then costs little memory.
        opened.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = _plain(upright)
    if media_type in (PNG, GIF) or plain.mode == "RGBA":
        encoded = _encoded(plain, "PNG", optimize=True)
        if len(encoded) <= LARGEST_PNG:
            return PNG, encoded
    return JPEG, _encoded(_on_white(plain), "JPEG", quality=88, optimize=True)


def _plain(picture: Image.Image) -> Image.Image:
    """RGB, RGBA or L with nothing attached; 16 bits a pixel are brought down to 8 instead of being cut off."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


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
