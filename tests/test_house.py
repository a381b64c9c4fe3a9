"""The structure of docs/architecture.md: no import circles, small modules, one place for each thing."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "homecare"
MOST_MODULES, MOST_LINES, MOST_LINES_OF_A_FUNCTION = 16, 250, 40

# Data, not code: one row a table.
LONG_DATA = {"homecare/tables/overrides.py"}
# HTTP lives in these; everything else is told what it needs.
WITH_FLASK = (
    "homecare/__init__.py", "homecare/db.py", "homecare/cli/", "homecare/web/", "homecare/login/", "homecare/admin/",
    "homecare/pages/",
    # What an answer shows is gathered in the request and written down as it ends.
    "homecare/audit/reads.py",
    # A refusal is written down with the session it happened in.
    "homecare/audit/log.py",
    # The request carries the tables as IT set them for its role.
    "homecare/tables/table.py",
)  # fmt: skip
# Transactions of their own beside the request's: what must be kept whatever becomes of it.
WITH_BEGIN = (
    "homecare/login/sessions.py",  # a sign-in ends at once, also where the request fails
    "homecare/login/throttle.py",  # a failed try counts although nothing else of its request is written
    "homecare/login/accounts.py",  # the command line: no rows of a table, no session
    "homecare/login/signing_in.py",  # whoever comes has no session yet
    "homecare/login/one_time_links.py",  # nor has who sets a password by a link
    "homecare/files/keeping.py",  # a file is kept before its row is judged, and let go after
    "homecare/local/demo/",  # the demo company is loaded by its owner, in bulk
    "homecare/local/supervisor.py",  # begins a process, not a transaction
)
# May shrink, never grow: what is special about a kind belongs into its row of traits.
WITH_KINDS = {
    # Columns of any table, also of those whose types are no kind.
    "homecare/access/shown.py": 1,
    "homecare/files/claiming.py": 1,
}


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports() -> dict[str, set[str]]:
    """Which module imports which, wherever in it: also for types alone."""
    found: dict[str, set[str]] = {}
    for name, path in modules().items():
        found[name] = set()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    found[name].add(full if full in modules() else node.module)
    return {name: {other for other in others if other in modules()} for name, others in found.items()}


def circles() -> Iterator[set[str]]:
    """Modules that reach each other, by what each reaches."""
    reached: dict[str, set[str]] = {}
    for start in modules():
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for other in imports()[waiting.pop()] - seen:
                seen.add(other)
                waiting.append(other)
        reached[start] = seen
    for name, others in reached.items():
        if name in others:
            yield {name} | {other for other in others if name in reached[other]}


def test_no_modules_import_each_other_in_a_circle() -> None:
    # The package's own __init__ is imported by none of its modules but as the package's name.
    assert {frozenset(circle) for circle in circles()} == set()


def test_no_folder_is_a_drawer() -> None:
    folders = Counter(path.parent for path in modules().values() if path.name != "__init__.py")

    crowded = {name_of(folder): count for folder, count in folders.items() if count > MOST_MODULES}
    crowded.pop("homecare/local/demo", None)
    assert crowded == {}


def test_no_file_is_too_long_to_read() -> None:
    lengths = {name_of(path): path.read_text().count("\n") for path in modules().values()}

    assert {name: n for name, n in lengths.items() if n > MOST_LINES and name not in LONG_DATA} == {}


def test_no_function_is_too_long_to_read() -> None:
    long = {
        f"{name_of(path)} {node.name}": lines
        for path in modules().values()
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        # The line it begins on counts too; its decorators do not.
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }

    assert long == {}


def test_only_http_knows_flask() -> None:
    strangers = {
        name_of(path)
        for path in modules().values()
        for node in ast.walk(tree_of(path))
        for imported in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if imported.partition(".")[0].partition("_")[0] == "flask"
    }

    assert {name for name in strangers if not name.startswith(WITH_FLASK)} == set()


def calls(path: Path, method: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
        for node in ast.walk(tree_of(path))
    )


def test_one_file_commits() -> None:
    assert {name_of(path) for path in modules().values() if calls(path, "commit")} == {
        "homecare/actions/transaction.py"
    }


def test_only_listed_modules_open_transactions_of_their_own() -> None:
    opening = {name_of(path) for path in modules().values() if calls(path, "begin")}

    assert {name for name in opening if not name.startswith(WITH_BEGIN)} == set()


def strings(path: Path) -> Iterator[str]:
    """Every text of the code but its docstrings."""
    tree = tree_of(path)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_one_file_writes_addresses() -> None:
    writing = {name_of(path) for path in modules().values() if any("/admin/" in text for text in strings(path))}

    assert writing <= {"homecare/web/urls.py"}


@pytest.mark.parametrize("path", sorted(modules().values()), ids=name_of)
def test_kinds_are_spoken_of_where_they_are_defined(path: Path) -> None:
    name = name_of(path)
    if name.startswith(("homecare/kinds/", "homecare/models/")):
        return
    named = sum(
        isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] == "Kind"
        for node in ast.walk(tree_of(path))
    )

    assert named <= WITH_KINDS.get(name, 0), f"{name} names kinds {named} times: ask a trait of kinds/ instead"


def test_no_two_rooms_have_one_name() -> None:
    # `page` and `view` are the same thing of each package: there the folder is the noun.
    names = Counter(path.stem for path in modules().values() if "demo" not in path.parts)
    del names["__init__"], names["page"]

    assert {name for name, count in names.items() if count > 1} == set()
