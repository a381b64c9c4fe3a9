"""PDF files read whole and written anew: pages only, without scripts, attachments, actions or older revisions.

Runs in the child process of `reading` only.
"""

from __future__ import annotations

import io
from typing import Any

from pypdf import PasswordType, PdfReader, PdfWriter, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, PdfObject, StreamObject

from homecare.files.costs import Unpacked, refuse_costly_jpeg
from homecare.files.kinds import RefusedFileError

MOST_PAGES = 300
# Walked before they are counted: a page may be named any number of times, by what is itself named many times.
MOST_PAGE_ENTRIES = 5_000
MOST_OBJECTS = 100_000
# A page of A2 at 600 dots an inch has 140 million.
MOST_IMAGE_PIXELS = 200_000_000

# Names that make a document act or carry another file. /OpenAction by itself mostly names the page to open at: what it
# does is found among the actions, and it is not carried over.
ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF", "/RichMediaContent", "/XFA", "/AA"}
)
ACTIVE_VALUES = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToE", "/GoToR", "/Rendition",
        "/Movie", "/Sound", "/RichMedia", "/RichMediaExecute", "/FileAttachment", "/Screen", "/3D", "/EmbeddedFile",
        "/Hide", "/Trans", "/SetOCGState",
    }
)  # fmt: skip
TYPE_KEYS = ("/S", "/Subtype", "/Type")
# What of an annotation would act on a click; its looks stay.
CLICKS = ("/A", "/PA", "/Dest")

# Ways of packing that hide from outside how much is in them.
WRAPPINGS = {"/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/BrotliDecode"}
# What the document says of all its pages and their looks depend on: which layers are off, and what its inks are.
LOOKS = ("/OCProperties", "/OutputIntents")

INTRICATE = "This PDF is too intricate to be read. Print it to a plain PDF and choose that."
LOCKED = "This PDF is locked with a password. Save it without one and choose it again."
ACTIVE = "This PDF holds scripts, actions or other files. Print it to a plain PDF and choose that."


def rewrite(data: bytes) -> bytes:
    """The pages alone, as a new file. Raises RefusedFileError in words, anything for a broken file."""
    unpacked = Unpacked()
    unpacked.weigh_streams(data)
    try:
        with apply_configuration(page_tree_maximum_entries=MOST_PAGE_ENTRIES):
            return _pages_of(_opened(data), unpacked)
    except LimitReachedError as error:
        raise RefusedFileError(INTRICATE) from error


def _opened(data: bytes) -> PdfReader:
    """Of a file that only says what may be done with it, by an owner's password, all is read: anybody can open it."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise RefusedFileError(LOCKED)
    except NotImplementedError as error:
        # Locked by a certificate, or by the way of one shop.
        raise RefusedFileError(LOCKED) from error
    return reader


def _pages_of(reader: PdfReader, unpacked: Unpacked) -> bytes:
    refuse_active(reader, unpacked)
    if not 0 < len(reader.pages) <= MOST_PAGES:
        raise RefusedFileError(f"A PDF may have 1 to {MOST_PAGES} pages; this has {len(reader.pages)}.")
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    for page in reader.pages:
        written = writer.add_page(page)
        annotations = _at(written, "/Annots")
        for annotation in annotations if isinstance(annotations, ArrayObject) else ():
            seen = annotation.get_object()
            for key in CLICKS:
                seen.pop(key, None)
    for key in LOOKS:
        if key in reader.root_object:
            writer.root_object[NameObject(key)] = reader.root_object.raw_get(key).clone(writer)
    writer.metadata = None
    answer = io.BytesIO()
    writer.write(answer)
    return answer.getvalue()


def refuse_active(reader: PdfReader, unpacked: Unpacked) -> None:
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
            raise RefusedFileError(INTRICATE)
        if isinstance(found, DictionaryObject):
            _refuse_active_dictionary(found)
            if isinstance(found, StreamObject):
                _refuse_costly_stream(found, unpacked, locked=reader.is_encrypted)
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)


def _at(found: DictionaryObject, key: str) -> PdfObject:
    """The value itself, where the file says only which object holds it."""
    value: PdfObject = found.get(key, NullObject()).get_object()
    return value


def _refuse_active_dictionary(found: DictionaryObject) -> None:
    if not ACTIVE_KEYS.isdisjoint(found.keys()):
        raise RefusedFileError(ACTIVE)
    for key in TYPE_KEYS:
        if str(_at(found, key)) in ACTIVE_VALUES:
            raise RefusedFileError(ACTIVE)


def _refuse_costly_stream(found: StreamObject, unpacked: Unpacked, *, locked: bool) -> None:
    """What a stream costs whoever opens the page. Packed plainly, it was weighed as it lay in the file."""
    is_image = str(_at(found, "/Subtype")) == "/Image"
    if is_image and _whole(found, "/Width") * _whole(found, "/Height") > MOST_IMAGE_PIXELS:
        raise RefusedFileError(INTRICATE)
    filters = _at(found, "/Filter")
    names = [str(name.get_object()) for name in (filters if isinstance(filters, ArrayObject) else [filters])]
    if names == ["/DCTDecode"]:
        refuse_costly_jpeg(found._data)
    elif locked:
        unpacked.weigh(found._data)
    elif WRAPPINGS.intersection(names):
        unpacked.spend(len(_unwrapped(found)))


def _whole(found: StreamObject, key: str) -> int:
    value = _at(found, key)
    return int(value) if isinstance(value, int | float) else 0


def _unwrapped(found: StreamObject) -> bytes:
    """What comes out of ways of packing that cannot be weighed from outside; nothing where that is not known."""
    try:
        return found.get_data()
    except LimitReachedError:
        raise
    except (PyPdfError, NotImplementedError, ValueError):
        return b""
