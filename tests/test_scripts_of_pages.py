"""Scripts by folder: core knows no part, a part no page; one list of checks before a form is sent; no hidden needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from clusters import Database
from flask import Flask
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
JS = ROOT / "homecare" / "static" / "js"
SCRIPTS = sorted(JS.rglob("*.js"))
FLOORS = ["core", "parts", "pages", "js"]
IMPORT = re.compile(r'^import (?:[^"]* from )?"([^"]+)";|\bimport\("([^"]+)"\)', re.M)
ASKED_FOR = re.compile(r"(?:script\(\"|asset\('js/)([\w/-]+)")
# Who takes a form from the browser: the checks, the session, and what a script sends in its own way.
TAKING_FORMS = {
    "core/checks.js",
    "core/session.js",
    "pages/form.js",
    "pages/roles.js",
    "parts/check.js",
    "parts/columns.js",
    "parts/filters.js",
    "parts/roster-absent.js",
}
# They work with something of every page: its menu, its session, its keys.
OF_THE_FRAME = {"core/frame.js", "core/keys.js", "core/session.js", "core/theme.js"}
HELPERS = [path for path in SCRIPTS if path.parent.name == "core" and f"core/{path.name}" not in OF_THE_FRAME]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def name_of(path: Path) -> str:
    return path.relative_to(JS).as_posix()


def imported(path: Path) -> list[Path]:
    """What it loads, at once or when it is needed."""
    return [(path.parent / (first or later)).resolve() for first, later in IMPORT.findall(path.read_text())]


def floor(path: Path) -> int:
    return FLOORS.index(path.parent.name)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_imports_downwards(path: Path) -> None:
    upwards = [name_of(other) for other in imported(path) if floor(other) > floor(path)]
    across = [name_of(other) for other in imported(path) if path.parent.name == other.parent.name == "pages"]

    assert upwards + across == []


def test_no_scripts_import_each_other_in_a_circle() -> None:
    def reached(path: Path, seen: frozenset[Path] = frozenset()) -> frozenset[Path]:
        for other in imported(path):
            if other not in seen:
                seen = reached(other, seen | {other})
        return seen

    assert [name_of(path) for path in SCRIPTS if path in reached(path)] == []


def test_every_script_is_asked_for() -> None:
    templates = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    asked = {JS / f"{name}.js" for text in templates for name in ASKED_FOR.findall(text)}

    assert set(SCRIPTS) == asked.union(*map(imported, SCRIPTS))


def test_a_form_is_refused_by_one_list_of_checks() -> None:
    taking = {name_of(path) for path in SCRIPTS if re.search(r'addEventListener\(\s*"submit"', path.read_text())}

    assert taking == TAKING_FORMS


@pytest.mark.parametrize("path", HELPERS, ids=name_of)
def test_a_helper_works_on_a_page_without_dialogs(page: Page, app: Flask, path: Path) -> None:
    address = app.jinja_env.globals["asset"](f"js/{name_of(path)}")  # type: ignore[operator]
    page.goto("/login")

    assert page.evaluate("url => import(url).then(() => document.querySelectorAll('dialog').length)", address) == 0


CHECKED = """async (url) => {
    const { addCheck } = await import(url);
    const form = document.body.appendChild(document.createElement("form"));
    const gone = document.createElement("input");
    const asked = [];
    const events = [];
    let sent = 0;
    form.addEventListener("submit", (event) => events.push(event), true);
    form.addEventListener("submit", (event) => { event.preventDefault(); sent += 1; });
    addCheck(form, () => asked.push("gone") && false, gone);
    addCheck(form, () => asked.push("first"));
    addCheck(form, () => asked.push("second") && form.dataset.fit === "yes");
    addCheck(form, () => asked.push("third"));
    form.requestSubmit();
    form.dataset.fit = "yes";
    form.requestSubmit();
    return [asked, sent, events[0].defaultPrevented];
}"""


def test_the_first_check_that_objects_keeps_the_form(page: Page, app: Flask) -> None:
    page.goto("/login")

    address = app.jinja_env.globals["asset"]("js/core/checks.js")  # type: ignore[operator]
    asked, sent, is_kept = page.evaluate(CHECKED, address)

    assert asked == ["first", "second", "first", "second", "third"]
    assert sent == 1
    assert is_kept
