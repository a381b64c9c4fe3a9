"""PDF files keep their appearance, and files that open without a password are accepted."""

from __future__ import annotations

import io

import pytest
import uploading
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from homecare.files import cleaning, pdfs
from homecare.files.kinds import DOCUMENTS, RefusedFileError


def pdf_of(content: bytes, said: bytes) -> bytes:
    """One page of these contents, written by hand."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF"
        % (said, len(content), content)
    )


def kept(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(cleaning.clean(data, "letter.pdf", DOCUMENTS).data))


def pdf_with_a_layer_off() -> bytes:
    """A page over which VOID is written, on a layer that nobody sees."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    void = writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("VOID")})
    )
    layers = DictionaryObject({NameObject("/VOID"): void})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Properties"): layers})
    drawn = StreamObject()
    drawn.set_data(b"/OC /VOID BDC 0 0 200 200 re f EMC")
    page[NameObject("/Contents")] = writer._add_object(drawn)
    off = DictionaryObject({NameObject("/OFF"): ArrayObject([void])})
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([void]), NameObject("/D"): off}
    )
    return uploading.written_pdf(writer)


def test_a_layer_that_is_off_stays_off() -> None:
    reader = kept(pdf_with_a_layer_off())

    shown = reader.pages[0]["/Resources"]["/Properties"].raw_get("/VOID")  # type: ignore[index]
    layers = reader.root_object["/OCProperties"]
    assert list(layers["/D"]["/OFF"]) == [shown]  # type: ignore[index]
    assert list(layers["/OCGs"]) == [shown]  # type: ignore[index]


def locked(user: str, owner: str, algorithm: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt(user, owner, algorithm=algorithm)
    return uploading.written_pdf(writer)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_opens_without_asking_is_taken_and_no_longer_locked(algorithm: str) -> None:
    reader = kept(locked("", "owner", algorithm))

    assert (reader.is_encrypted, len(reader.pages)) == (False, 1)


@pytest.mark.parametrize("algorithm", ["RC4-40", "AES-128", "AES-256"])
def test_a_pdf_that_asks_for_a_password_is_refused_in_words(algorithm: str) -> None:
    with pytest.raises(RefusedFileError) as refused:
        kept(locked("user", "owner", algorithm))

    assert str(refused.value) == pdfs.LOCKED


BEFORE = [b"\xef\xbb\xbf", b"\r\n\r\n", b"\n" * 1000, b"\xef\xbb\xbf\r\n", b"\0", b" \t\f\n"]


@pytest.mark.parametrize("before", BEFORE)
def test_a_pdf_behind_marks_and_line_breaks_is_taken_without_them(before: bytes) -> None:
    clean = cleaning.clean(before + uploading.pdf(), "letter.pdf", DOCUMENTS)

    assert clean.data.startswith(b"%PDF-")
    assert len(PdfReader(io.BytesIO(clean.data)).pages) == 1


@pytest.mark.parametrize("before", [b"\n" * 2000, b"<html>", b"MZ"])
def test_a_pdf_behind_anything_else_is_none(before: bytes) -> None:
    with pytest.raises(RefusedFileError):
        cleaning.clean(before + uploading.pdf(), "letter.pdf", DOCUMENTS)
