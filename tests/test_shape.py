"""The shape of the program: imports run one way, and no open page or changed address goes unnoticed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Visitor
from flask import Flask
from werkzeug.routing import Rule

from homecare import create_app
from homecare.config import Config

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "homecare"

# A part imports parts of the rows above its own, and itself; parts of one row do not know each other.
ORDER = (
    ("config", "clock", "calendars"),
    ("db",),
    ("web", "models", "adoption"),
    ("migrate", "covering", "queueing", "kinds"),
    ("access",),
    ("tables", "audit", "files", "login"),
    ("records",),
    ("queries",),
    ("actions",),
    ("work", "admin"),
    ("pages",),
    ("local",),
    ("cli",),
    ("__init__",),
)
ROW = {part: number for number, row in enumerate(ORDER) for part in row}
OPEN_TO_STRANGERS = {
    "GET /healthz",
    "GET /readyz",
    "GET /login",
    "POST /login",
    "POST /login/code",
    "POST /logout",
    # Who has a one-time link comes without an account that opens.
    "GET /new-password/<…>",
    "POST /new-password/<…>",
    "GET /session",
    # A calendar has no session; the address itself is the secret, and it is revocable.
    "GET /calendar/<…>.ics",
    "GET /static/<…>/<…>",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(name: str) -> str:
    """`homecare.login.sessions` is of the part `login`, `homecare` alone of `__init__`."""
    return name.split(".")[1] if "." in name else "__init__"


def imported(path: Path) -> Iterator[str]:
    """The dotted names of ours that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relative to itself; name the whole module"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_imported(path: Path) -> set[str]:
    found = set()
    for name in imported(path):
        if name.split(".")[0] == "homecare":
            part = part_of(name)
            found.add(part if part in ROW else "__init__")
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    wrong = {name for name in parts_imported(path) if name != part and ROW[name] >= ROW[part]}

    assert wrong == set(), f"{part} must not import {wrong}"


def test_every_part_has_its_row() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()}

    assert parts - set(ROW) == set()


def test_pages_never_import_pages() -> None:
    for path in (PACKAGE / "pages").glob("*/*.py"):
        own = f"homecare.pages.{path.parent.name}"
        strange = {name for name in imported(path) if name.startswith("homecare.pages.")} - {
            name for name in imported(path) if name == own or name.startswith(f"{own}.")
        }

        assert strange == set(), f"{path} imports another page"


def test_the_policy_knows_neither_flask_nor_the_database() -> None:
    policy = {path for path in (PACKAGE / "access").glob("*.py") if path.stem in ("person", "policy")}

    assert policy
    for path in policy:
        assert {name.split(".")[0] for name in imported(path)} & {"flask", "sqlalchemy", "psycopg"} == set()


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def ways_in(app: Flask) -> set[str]:
    """Every address with each of its methods, as `GET /admin/`."""
    return {f"{method} {rule.rule}" for rule in rules(app) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def test_the_addresses_are_those_of_the_list(app: Flask) -> None:
    listed = (ROOT / "tests" / "routes.txt").read_text().splitlines()

    assert sorted(ways_in(app)) == listed, "an address came or went: say so in tests/routes.txt"


def filled_in(rule: Rule) -> str:
    return str(rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)[1])  # type: ignore[index]


def test_no_address_is_open_to_strangers_but_the_listed_ones(app: Flask, client: Visitor) -> None:
    opened = set()
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            # A right token each time: it is the door that must refuse, not the token.
            token = client.token("/login") if method == "POST" else ""
            answer = client.open(filled_in(rule), method=method, headers={"X-CSRFToken": token}, buffered=True)
            is_shut = answer.status_code == 401 or (answer.location or "").startswith("/login?next=")
            if not is_shut:
                opened.add(
                    f"{method} {rule.rule}".replace("<version>", "<…>")
                    .replace("<path:filename>", "<…>")
                    .replace("<token>", "<…>")
                    .replace("<secret>", "<…>")
                )

    assert opened == OPEN_TO_STRANGERS


def test_an_address_nobody_thought_of_is_shut(config: Config) -> None:
    app = create_app(config)
    app.add_url_rule("/forgotten", "forgotten", lambda: "patients")

    assert app.test_client().get("/forgotten").location == "/login?next=%2Fforgotten"
