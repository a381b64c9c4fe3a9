"""PDF files read whole and written anew: pages only, without scripts, attachments, actions or older revisions.

Runs in the child process of `reading` only.
"""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject

from homecare.files.kinds import RefusedFileError

MOST_PAGES = 300
MOST_OBJECTS = 100_000

# Names that make a document act or carry another file. /OpenAction by itself mostly names the page to open at: what it
# does is found among the actions, and it is not carried over.
ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF", "/RichMediaContent", "/XFA", "/AA"}
)
ACTIVE_VALUES = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToE", "/GoToR", "/Rendition",
        "/Movie", "/Sound", "/RichMedia", "/RichMediaExecute", "/FileAttachment", "/Screen", "/3D", "/EmbeddedFile",
        "/Hide", "/Trans",
    }
)  # fmt: skip
TYPE_KEYS = ("/S", "/Subtype", "/Type")
# What of an annotation would act on a click; its looks stay.
CLICKS = ("/A", "/PA", "/Dest")

ACTIVE = "This PDF holds scripts, actions or other files. Print it to a plain PDF and choose that."


def rewrite(data: bytes) -> bytes:
    """The pages alone, as a new file. Raises RefusedFileError in words, anything for a broken file."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise RefusedFileError("This PDF is locked with a password. Save it without one and choose it again.")
    refuse_active(reader)
    if not 0 < len(reader.pages) <= MOST_PAGES:
        raise RefusedFileError(f"A PDF may have 1 to {MOST_PAGES} pages; this has {len(reader.pages)}.")
    writer = PdfWriter()
    for page in reader.pages:
        written = writer.add_page(page)
        for annotation in written.get("/Annots") or ():
            seen = annotation.get_object()
            for key in CLICKS:
                seen.pop(key, None)
    writer.metadata = None
    answer = io.BytesIO()
    writer.write(answer)
    return answer.getvalue()


def refuse_active(reader: PdfReader) -> None:
    """Looks at every object that can be reached from the document's root, each once."""
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked_at = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise RefusedFileError("This PDF is too intricate to be read. Print it to a plain PDF and choose that.")
        if isinstance(found, DictionaryObject):
            _refuse_active_dictionary(found)
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)


def _refuse_active_dictionary(found: DictionaryObject) -> None:
    if not ACTIVE_KEYS.isdisjoint(found.keys()):
        raise RefusedFileError(ACTIVE)
    for key in TYPE_KEYS:
        value = found.get(key, NullObject())
        if str(value) in ACTIVE_VALUES:
            raise RefusedFileError(ACTIVE)
