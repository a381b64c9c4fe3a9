"""A corpus of hostile uploads: none runs, none is served as it came, none leaves the store or fills the disk."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import boxes
import pytest
import uploading
from conftest import Visitor
from sqlalchemy import Engine
from uploading import PHP, SCRIPT, edit, file_of, new_referral, picture, send_form, stored

from homecare.config import ROOT, Config
from homecare.files import cleaning
from homecare.files.kinds import DOCUMENTS, RefusedFileError

As = Callable[..., Visitor]

REFUSED: dict[str, tuple[bytes, str]] = {
    "an SVG with a script": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "logo.svg"),
    "an SVG that says it is a PNG": (b"<?xml version='1.0'?><svg>" + SCRIPT + b"</svg>", "logo.png"),
    "a page that says it is a JPEG": (b"<!doctype html>" + SCRIPT, "photo.jpg"),
    "a page behind a byte order mark": (b"\xef\xbb\xbf<html>" + SCRIPT, "photo.gif"),
    "a program": (PHP, "shell.php"),
    "an executable": (b"MZ" + bytes(200), "setup.exe"),
    "the start of a JPEG and a page": (b"\xff\xd8\xff\xe0" + SCRIPT * 20, "photo.jpg"),
    "the start of a GIF and a script": (b"GIF89a/*" + SCRIPT + b"*/=1;", "photo.gif"),
    "a PNG of 2,500 million pixels": (uploading.png_bomb(), "small.png"),
    "a JPEG that was cut off": (picture(size=(800, 800))[:3000], "half.jpg"),
    "a JPEG of one byte less": (picture()[:-40], "short.jpg"),
    "a PDF with a script": (uploading.pdf_with_script(), "letter.pdf"),
    "a PDF that starts a program": (uploading.pdf_with_launch(), "letter.pdf"),
    "a PDF with a file in it": (uploading.pdf_with_attachment(), "letter.pdf"),
    "a PDF with a password": (uploading.pdf_locked(), "letter.pdf"),
    "a PDF that unpacks to a hundred megabytes": (uploading.pdf_bomb(), "letter.pdf"),
    "a PDF whose pages are each other's children": (uploading.pdf_of_cycles(), "letter.pdf"),
    "a PDF of its first line": (b"%PDF-1.7\n", "letter.pdf"),
    "a PDF without pages": (b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R>>", "letter.pdf"),
    "a Word file that is a bomb": (uploading.zip_bomb("letter"), "letter.docx"),
    "a ZIP file": (b"PK\x03\x04" + bytes(100), "photo.jpg"),
    "a HEIC of its first box": (boxes.iphone_photograph()[:60], "IMG_1.HEIC"),
    "a HEIC that was cut off": (boxes.iphone_photograph()[:-40], "IMG_1.HEIC"),
    "a HEIC of 2,500 million pixels": (boxes.heic_bomb(), "IMG_1.HEIC"),
    "a HEIC that is a drawing with a script": (boxes.heic_of_an_svg(), "IMG_1.HEIC"),
    "a film that says it is a HEIC": (boxes.film_elsewhere().replace(b"mp42", b"heic"), "IMG_1.HEIC"),
    "a film that is another file": (boxes.film_elsewhere(), "film.mp4"),
    "a list of films elsewhere": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "voice.mp3"),
    "a list of sounds elsewhere": (b"ffconcat version 1.0\nfile /etc/passwd\n", "voice.mp3"),
    "nothing": (b"", "empty.jpg"),
    "eleven megabytes": (picture() + bytes(11_000_000), "large.jpg"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_in_words_and_leaves_no_byte(
    as_role: As, owner_engine: Engine, config: Config, case: str
) -> None:
    content, name = REFUSED[case]
    coordinator, row = as_role("Coordinator"), new_referral(owner_engine)
    before = everything_in(config.files_dir)

    answer = send_form(coordinator, edit("referrals", row), {"documents": (content, name)}, reason="Second opinion")

    assert answer.status_code == 422
    assert 'id="documents-error"' in answer.get_data(as_text=True)
    assert "Second opinion" in answer.get_data(as_text=True)
    assert stored(owner_engine, "referrals", "documents", row) is None
    assert everything_in(config.files_dir) == before


def everything_in(folder: Path) -> set[Path]:
    return {path for path in folder.parent.rglob("*") if path.is_file()}


DISARMED: dict[str, tuple[bytes, str]] = {
    "a GIF that is a script too": (uploading.gif_and_script(), "photo.gif"),
    "a JPEG with a program in its notes": (uploading.photograph_with_secrets(), "photo.php.jpg"),
    "a HEIC with a program in its notes": (boxes.iphone_photograph(), "IMG_1.HEIC"),
    "a HEIC with a drawing behind it": (picture("HEIF") + boxes.box(b"free", b"<svg>", SCRIPT), "IMG_1.svg"),
    "a HEIC whose pixels are another file": (boxes.heic_elsewhere(), "IMG_1.HEIC"),
    "a JPEG with a page behind it": (picture() + SCRIPT, "photo.html"),
    "a PNG with a page behind it": (picture("PNG") + SCRIPT, "photo.svg"),
    "a PDF with a page behind it": (uploading.pdf() + SCRIPT, "letter.html"),
    "a PDF with a link": (uploading.pdf_with_link(), "letter.pdf"),
}


@pytest.mark.parametrize("case", DISARMED)
def test_a_file_that_is_taken_leaves_without_what_was_hidden_in_it(
    as_role: As, owner_engine: Engine, case: str
) -> None:
    content, name = DISARMED[case]
    coordinator, row = as_role("Coordinator"), new_referral(owner_engine)
    saved = send_form(coordinator, edit("referrals", row), {"documents": (content, name)})

    answer = coordinator.get(file_of("referrals", row, "documents"))

    assert (saved.status_code, answer.status_code) == (302, 200)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] in ("image/jpeg", "image/png", "application/pdf")
    for secret in (b"script", b"<?php", b"GPS", b"/URI", b"Exif"):
        assert secret not in answer.get_data()


@pytest.mark.parametrize(("kind", "content"), boxes.fuzzed(30))
def test_wrong_bytes_are_refused_or_become_a_whole_file(kind: str, content: bytes) -> None:
    try:
        clean = cleaning.clean(content, f"wrong.{kind}", DOCUMENTS)
    except RefusedFileError:
        return
    assert cleaning.clean(clean.data, clean.name, DOCUMENTS).media_type == clean.media_type


LOOK_OUTSIDE = """
import socket, sys
from homecare.files import child
child.bound()
child.rewritten(sys.stdin.buffer.read(), sys.argv[1])
for tried in (lambda: open("/etc/passwd"), lambda: open("/tmp/new", "w"), socket.socket):
    try:
        tried()
    except OSError as refused:
        print(refused.errno)
"""


def test_what_decodes_pictures_can_open_neither_file_nor_line() -> None:
    command = [sys.executable, "-c", LOOK_OUTSIDE, "image/heic"]

    done = subprocess.run(command, input=boxes.heic_elsewhere(), capture_output=True, cwd=ROOT, check=True)

    assert done.stdout.split() == [b"%d" % errno.EMFILE] * 3


def test_the_web_process_loads_nothing_that_parses_uploads() -> None:
    watched = "{'homecare.files.cleaning', 'homecare.files.images', 'pillow_heif', 'pypdf'}"
    loading = f"import sys; from homecare import cli, pages; print(*{watched} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", loading], capture_output=True, cwd=ROOT, check=True)

    assert done.stdout == b"homecare.files.cleaning\n"


NAMES = [
    ("../../../../etc/cron.d/x.jpg", "x.jpg"),
    ("..\\..\\windows\\x.jpg", "x.jpg"),
    ("C:\\fakepath\\x.jpg", "x.jpg"),
    ("photo.jpg\0.php", "photo.jpg.jpg"),
    ("report\u202egpj.exe", "reportgpj.jpg"),
    ("line\r\nSet-Cookie: a=b.jpg", "lineSet-Cookie: a=b.jpg"),
    ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.jpg"),
    ('"; filename="evil.html', '"; filename="evil.jpg'),
    (".htaccess", "htaccess.jpg"),
    ("...", "file.jpg"),
    ("/", "file.jpg"),
    ("ሐኪም ማዘዣ.jpeg", "ሐኪም ማዘዣ.jpg"),
    ("x" * 5000 + ".jpg", "x" * 120 + ".jpg"),
    ("a\ud800.jpg", "a.jpg"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_a_name_stays_a_name_whatever_is_in_it(given: str, kept: str) -> None:
    assert cleaning.safe_name(given, "image/jpeg") == kept


@pytest.mark.parametrize("name", ["../../x.jpg", "a\u202egpj.exe", "<b>.jpg", '"; filename="e.html', "ማዘዣ.jpg"])
def test_a_hostile_name_breaks_neither_the_store_nor_the_answer(
    as_role: As, owner_engine: Engine, config: Config, name: str
) -> None:
    coordinator, row = as_role("Coordinator"), new_referral(owner_engine)
    before = everything_in(config.files_dir)
    send_form(coordinator, edit("referrals", row), {"documents": (picture(), name)})

    answer = coordinator.get(file_of("referrals", row, "documents"))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert ".html;" not in answer.headers["Content-Disposition"] + ";"
    (added,) = everything_in(config.files_dir) - before
    assert added.is_relative_to(config.files_dir)
