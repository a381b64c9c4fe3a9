"""PDF files as they are kept: whole for whoever may open them, with the layers and looks that they had."""

from __future__ import annotations

import io
from typing import Any

import pdfs_made
import pytest
from pypdf import PdfReader

from homecare.files import reading
from homecare.files.kinds import DOCUMENTS, RefusedFileError


def kept(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(reading.clean(content, "letter.pdf", DOCUMENTS).data))


@pytest.mark.parametrize("root", [pdfs_made.LAYERS, b"/OCProperties 6 0 R"])
def test_a_layer_that_is_switched_off_stays_off(root: bytes) -> None:
    apart = pdfs_made.LAYERS.removeprefix(b"/OCProperties")
    content = pdfs_made.page(pdfs_made.MARKED, b"", pdfs_made.LAYERED, root, pdfs_made.LAYER, apart)

    reader = kept(content)

    root_object: Any = reader.root_object
    page: Any = reader.pages[0]
    (off,) = root_object["/OCProperties"]["/D"]["/OFF"]
    assert off.get_object()["/Name"] == "VOID"
    assert page["/Resources"]["/Properties"].raw_get("/void") == off


def test_what_switches_a_layer_when_the_file_is_opened_is_refused_in_words() -> None:
    switch = b"/OpenAction<</S/SetOCGState/State[/OFF 5 0 R]>>"

    with pytest.raises(RefusedFileError, match="Print it to a plain PDF"):
        kept(pdfs_made.layered(pdfs_made.LAYERS.replace(b"/OFF", b"/ON") + switch))


def test_what_the_inks_of_a_file_mean_is_kept() -> None:
    intents: Any = kept(pdfs_made.page(root=b"/OutputIntents[<</S/GTS_PDFX/Info(Coated)>>]")).root_object[
        "/OutputIntents"
    ]

    assert intents[0].get_object()["/Info"] == "Coated"


def test_a_file_locked_by_a_certificate_is_refused_in_words() -> None:
    content = pdfs_made.page().replace(b"trailer<<", b"trailer<</Encrypt<</Filter/Adobe.PubSec/V 4>>/ID[<00><00>]")

    with pytest.raises(RefusedFileError, match="locked with a password"):
        kept(content)


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\r\n" * 400, b" " * 1024])
def test_a_file_whose_table_counts_what_stands_before_it_is_taken(lead: bytes) -> None:
    content = lead + pdfs_made.moved(pdfs_made.page(), len(lead))

    assert len(kept(content).pages) == 1


@pytest.mark.parametrize("lead", [b"GIF89a", b"\xff\xd8\xff", b"a\n"])
def test_what_begins_as_something_else_is_no_pdf(lead: bytes) -> None:
    with pytest.raises(RefusedFileError):
        kept(lead + pdfs_made.page())


def test_links_named_elsewhere_in_the_file_go_too() -> None:
    link = b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://evil.example)>>>>"
    content = pdfs_made.page(b"", b"", b"/Annots 5 0 R", b"", b"[6 0 R]", link)

    assert b"evil" not in reading.clean(content, "letter.pdf", DOCUMENTS).data


def test_an_action_whose_kind_is_named_elsewhere_is_refused() -> None:
    with pytest.raises(RefusedFileError, match="scripts, actions or other files"):
        kept(pdfs_made.page(b"", b"", b"", b"/OpenAction 5 0 R", b"<</S 6 0 R/Win<<>>>>", b"/Launch"))
