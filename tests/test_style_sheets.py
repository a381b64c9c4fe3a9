"""Style sheets in layers: the order is said once, a sheet is in the layer of its folder, a page styles itself alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import DEMO_PASSWORD, Database
from flask import Flask

from homecare.local import vendor

ROOT = Path(__file__).resolve().parent.parent
CSS = ROOT / "homecare" / "static" / "css"
ORDER = "@layer vendor, foundation, frame, parts, pages, print;"
SHEETS = [path for path in sorted(CSS.rglob("*.css")) if path != CSS / "layers.css"]
PAGES = sorted((CSS / "pages").glob("*.css"))
LINKED = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
# May shrink, never grow: among layers a word of importance turns the order round.
IMPORTANT = {"foundation/theme.css": 3, "parts/cards.css": 1}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def name_of(path: Path) -> str:
    return path.relative_to(CSS).as_posix()


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """What stands on the first level of a sheet, or of a block: (what it is for, what is in it)."""
    rest = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    while rest.strip():
        end = re.search(r"[;{]", rest)
        assert end, f"no block and no statement: {rest.strip()}"
        said, at = rest[: end.start()].strip(), end.end()
        depth = 1 if end[0] == "{" else 0
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[at], 0)
            at += 1
        yield said, rest[end.end() : at - 1]
        rest = rest[at:]


def selectors(css: str) -> Iterator[str]:
    """Of a block and of what is nested in it under a condition."""
    for said, inside in blocks(css):
        if said.startswith(("@media", "@container", "@supports")):
            yield from selectors(inside)
        elif inside:
            yield said


def test_the_order_of_the_layers_is_said_once() -> None:
    assert ORDER in (CSS / "layers.css").read_text()
    assert [name_of(path) for path in SHEETS if re.search(r"@layer[^{]*;", path.read_text())] == []


@pytest.mark.parametrize("url", ["/admin/", "/admin/patients/", "/admin/nowhere", "/login"])
def test_the_order_comes_before_every_other_sheet(app: Flask, url: str) -> None:
    visitor = app.test_client()
    if url != "/login":
        visitor.sign_in("admin@homecare.example", DEMO_PASSWORD)

    linked = LINKED.findall(visitor.get(url).get_data(as_text=True))

    assert linked[0].endswith("/css/layers.css")


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_a_sheet_is_in_the_layer_of_its_folder(path: Path) -> None:
    layer = path.stem if path.parent == CSS else path.parent.name

    assert [said for said, _ in blocks(path.read_text())] == [f"@layer {layer}"]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_styles_nothing_outside_its_root(path: Path) -> None:
    [(_, of_layer)] = blocks(path.read_text())
    [(root, of_page)] = blocks(of_layer)

    assert root == f".page-{path.stem}"
    for selector in selectors(of_page):
        # What stands beside the root is outside; so is what an ancestor of the root holds.
        assert not re.search(r"&\S*\s*[+~]|^[+~]", selector), selector
        assert "&" in selector or not re.match(r"(:root|html|body|main)\b", selector), selector


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_template_that_asks_for_a_pages_sheet_has_its_root(path: Path) -> None:
    templates = {page.name: page.read_text() for page in (ROOT / "templates").rglob("*.html")}
    asking = {name: text for name, text in templates.items() if f'sheet("pages/{path.stem}")' in text}

    assert asking
    assert [name for name, text in asking.items() if f"page-{path.stem}" not in text] == []


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_importance_is_not_needed_where_layers_decide(path: Path) -> None:
    assert path.read_text().count("!important") <= IMPORTANT.get(name_of(path), 0)


def test_what_others_made_is_in_the_lowest_layer() -> None:
    installed = json.loads((vendor.VENDOR / "manifest.json").read_text())
    sheets = [path for name, path in installed.items() if name.endswith(".css")]

    assert len(sheets) > 1
    for path in sheets:
        said = [said for said, _ in blocks((vendor.VENDOR / path).read_text())]
        assert said == ["@layer vendor"], f"{path}: `make run` copies it anew"


def test_a_sheet_that_no_layer_can_hold_is_refused() -> None:
    with pytest.raises(vendor.AssetsError, match="@import"):
        vendor.in_layer('@import "other.css";')
