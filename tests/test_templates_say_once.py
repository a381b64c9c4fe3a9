"""What nearly every template writes stands in one macro, and what a template asks for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
CSS = ROOT / "homecare" / "static" / "css"
MACROS = TEMPLATES / "parts" / "macros.html"
# What a macro writes, and which templates may write it beside.
SAID_ONCE: dict[str, tuple[str, ...]] = {
    'name="csrf_token"': (),
    "asset('css/": ("frame/base.html",),
    'type="module"': (),
    # Of another form than it stands in; with a name put together.
    'type="hidden"': ("tables/list/bulk_bar.html", "parts/inputs.html"),
    '<a href="/admin/">Home': (),
    'data-shut aria-label="Close"': (),
    '<div class="confirm">': ("frame/question.html",),
}
MOST_LINES = 120


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize(("words", "also"), SAID_ONCE.items())
def test_what_many_templates_need_is_written_once(words: str, also: tuple[str, ...]) -> None:
    writing = {name_of(path) for path in TEMPLATES.rglob("*.html") if path != MACROS and words in path.read_text()}

    assert writing <= set(also)


def test_every_sheet_is_linked_by_a_template() -> None:
    texts = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'"([\w/-]+)"', texts)) | set(re.findall(r"css/([\w/-]+)\.css", texts))

    assert {path.relative_to(CSS).with_suffix("").as_posix() for path in CSS.rglob("*.css")} - named == set()


def test_every_sheet_that_is_asked_for_is_there() -> None:
    asked = {name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'sheet\("([^"]+)"\)', path.read_text())}

    assert [name for name in asked if not (CSS / f"{name}.css").exists()] == []


def test_no_template_is_too_long_to_read() -> None:
    long = [name_of(path) for path in TEMPLATES.rglob("*.html") if path.read_text().count("\n") > MOST_LINES]

    assert long == []
