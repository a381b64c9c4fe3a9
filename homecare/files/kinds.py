"""Which kinds of file a column takes, and how each is recognised: data, read by forms, by the reader and by tests."""

from __future__ import annotations

JPEG, PNG, WEBP, GIF, PDF = "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"
IMAGES = (JPEG, PNG, WEBP, GIF)
DOCUMENTS = (*IMAGES, PDF)

# A file column that is not named here takes pictures and PDF.
ACCEPTED: dict[tuple[str, str], tuple[str, ...]] = {
    ("staff", "photo"): IMAGES,
    ("inventory_items", "photo"): IMAGES,
}
# What is kept is one of these three, whatever came in.
EXTENSIONS = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}
PREVIEWED = (JPEG, PNG)

# Columns that tell of the file beside the one that holds its key, and what of the file fills them.
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
_SOUND_OR_FILM = (b"ID3", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3", b"\xff\xfb", b"\xff\xf1", b"#!AMR")
_APPLE_PICTURES = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")


class RefusedFileError(Exception):
    """A file that is not kept; the message is a sentence for the person who chose it."""


def accepted(resource: str, column: str) -> tuple[str, ...]:
    return ACCEPTED.get((resource, column), DOCUMENTS)


def recognised(data: bytes) -> str:
    """The media type that the first bytes claim; the name and what the browser said count for nothing.

    Raises RefusedFileError for every other kind, in words where the kind is a usual one.
    """
    if not data:
        raise RefusedFileError("The file is empty. Choose it again.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    for start, media_type in _STARTS:
        if data.startswith(start):
            return media_type
    raise RefusedFileError(_why_not(data))


def _why_not(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in _APPLE_PICTURES:
        return "HEIC and AVIF pictures cannot be kept. Set the camera to JPEG (“Most Compatible”) or send a screenshot."
    if data.startswith(_SOUND_OR_FILM) or data[4:8] == b"ftyp" or data[:4] == b"RIFF":
        return "Sound and film cannot be kept here. Choose a picture or a PDF."
    if data.startswith(b"PK"):
        return "Office and ZIP files cannot be kept here. Save the document as PDF and choose that."
    return "This is not a picture or a PDF, whatever its name says. Choose a JPEG, PNG, WebP, GIF or PDF file."
