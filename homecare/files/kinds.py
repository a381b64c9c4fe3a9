"""The kinds of file a column accepts, how each is recognised, and what to say about the others."""

from __future__ import annotations

import re

JPEG, PNG, WEBP, GIF, PDF = "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"
HEIC = "image/heic"
IMAGES = (JPEG, PNG, HEIC, WEBP, GIF)
DOCUMENTS = (*IMAGES, PDF)
# Other names a browser may use for the same kind. Many know HEIC only by its file extension.
ALSO_CALLED = {HEIC: ("image/heif", ".heic", ".heif")}

# Everything is stored as one of these three, whatever came in.
EXTENSIONS = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}
PREVIEWED = (JPEG, PNG)

# The pixels of a stored picture: a photograph of 3136 x 2090. The shorter side stays at least as wide as a phone's
# screen, because long screenshots are read by the width of their letters. LONGEST_PIXELS limits those too.
USUAL_PIXELS = 2560 * 2560
READABLE_SIDE = 1440
LONGEST_PIXELS = 24_000_000
# The largest picture, in bytes, that is stored as PNG. A larger one becomes a JPEG.
LARGEST_PNG = 6_000_000

# Columns that describe the file whose key is in another column, and the attribute that fills each.
FILLED: dict[tuple[str, str], dict[str, str]] = {
    ("messages", "attachment_path"): {
        "attachment_filename": "original_name",
        "attachment_mime_type": "media_type",
    },
}

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
# A PDF may begin a little later, after marks and line breaks added by a mail program or a scanner.
_BLANKS = b"\xef\xbb\xbf\xfe\xff\0\t\n\f\r "
_PDF_BEGINS_WITHIN = 1024
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_SOUND_OR_FILM = (
    b"ID3", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9",
    b"#!AMR", b"FLV", b"\x30\x26\xb2\x75", b"\0\0\x01\xba", b"#EXTM3U",
)  # fmt: skip
# MP4 and QuickTime, with and without the box that names the type.
_FILM_BOXES = (b"ftyp", b"moov", b"mdat", b"wide")
# Other picture formats with their names. The first match is named.
_OTHER_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"II*\0\x10\0\0\0CR", "Camera raw (CR2)"), (4, b"ftypcrx ", "Camera raw (CR3)"),
    (0, b"FUJIFILMCCD-RAW", "Camera raw (RAF)"), (0, b"IIU\0", "Camera raw (RW2)"), (0, b"IIRO", "Camera raw (ORF)"),
    (0, b"II*\0", "TIFF"), (0, b"MM\0*", "TIFF"), (0, b"II+\0", "TIFF"), (0, b"MM\0+", "TIFF"),
    (0, b"II\xbc", "JPEG XR"), (0, b"BM", "BMP"), (0, b"\0\0\x01\0", "ICO"), (0, b"\0\0\x02\0", "CUR"),
    (4, b"jP  \r\n\x87\n", "JPEG 2000"), (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"), (0, b"\xff\x0a", "JPEG XL"), (0, b"8BPS", "Photoshop"),
    (0, b"gimp xcf", "GIMP"), (0, b"%!PS", "PostScript"), (0, b"\xc5\xd0\xd3\xc6", "PostScript"),
    (0, b"\xd7\xcd\xc6\x9a", "WMF"), (40, b" EMF", "EMF"), (0, b"AT&TFORM", "DjVu"), (128, b"DICM", "DICOM"),
    (0, b"\x8aMNG", "MNG"), (0, b"\x8bJNG", "JNG"), (0, b"qoif", "QOI"),
    *((0, b"P%d\n" % number, "PNM") for number in range(1, 7)),
)  # fmt: skip
_SVG = re.compile(rb"(?:<\?xml|<!DOCTYPE svg|<!--|<svg)", re.IGNORECASE)
_SVG_BEGINS_WITHIN = 4096
# Office files: ZIP archives since 2007, Microsoft's compound files before, and RTF.
_OFFICE = (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")


class RefusedFileError(Exception):
    """The file is not accepted. The message is a sentence for the person who chose it."""


def takes(accepted: tuple[str, ...]) -> str:
    """The accepted kinds as people call them."""
    pictures = "a picture (JPEG, PNG, HEIC, WebP or GIF)"
    return f"{pictures} or a PDF" if PDF in accepted else pictures


def recognised(data: bytes, accepted: tuple[str, ...]) -> str:
    """The media type that the first bytes claim. The file's name and the browser's claim are ignored.
    Raises RefusedFileError for every kind that is not accepted, with a specific sentence for common ones.
    """
    if not data:
        raise RefusedFileError("The file is empty. Choose it again.")
    found = _claimed(data)
    if found not in accepted:
        raise RefusedFileError(_why_not(data, accepted))
    return found


def _claimed(data: bytes) -> str:
    """Empty for a kind that no column accepts."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS and not _is_avif(data):
        return HEIC
    return next((media_type for start, media_type in _STARTS if data.startswith(start)), "")


def without_lead(data: bytes) -> bytes:
    """Drops marks and blanks before the start of a PDF. Any other file is unchanged."""
    begin = data[: _PDF_BEGINS_WITHIN + 5]
    blanks = len(begin) - len(begin.lstrip(_BLANKS))
    return data[blanks:] if begin[blanks:].startswith(b"%PDF-") else data


def _is_avif(data: bytes) -> bool:
    """Looks at the first box: a preferred brand, a version, and all brands the file can be read as."""
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 128)]
    return data[4:8] == b"ftyp" and any(brands[at : at + 4] in _AVIF_BRANDS for at in range(0, len(brands), 4))


def _other_picture(data: bytes) -> str:
    """The name of another picture format. Empty if it is none."""
    if _is_avif(data):
        return "AVIF"
    begin = data[:_SVG_BEGINS_WITHIN].lstrip(_BLANKS)
    if _SVG.match(begin) and b"<svg" in begin.lower():
        return "SVG"
    return next((name for at, start, name in _OTHER_PICTURES if data[at : at + len(start)] == start), "")


def _why_not(data: bytes, accepted: tuple[str, ...]) -> str:
    choose = f"Choose {takes(accepted)}."
    if other := _other_picture(data):
        return f"{other} pictures cannot be stored here. Save the picture as JPEG and choose that."
    if data.startswith(_OFFICE):
        to_do = "Save the document as PDF and choose that." if PDF in accepted else choose
        return f"Word, Excel and other Office or ZIP files cannot be stored here. {to_do}"
    if data.startswith(_SOUND_OR_FILM) or data[4:8] in _FILM_BOXES or data[:4] == b"RIFF":
        return f"Sound and video cannot be stored here. {choose}"
    if _claimed(data) == PDF:
        return f"A PDF cannot be stored here. {choose}"
    return f"This is not {takes(accepted)}, whatever its name says. Choose another file."
