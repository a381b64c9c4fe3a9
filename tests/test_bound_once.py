"""Table and person are bound once, as a Seen: nothing below the door asks again what a person sees of a table."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "homecare"
BELOW_THE_DOOR = ("records", "queries", "actions", "admin/list", "admin/record", "admin/form", "admin/change")


def asks_for_access(path: Path) -> bool:
    """Whether it calls `.access(table)`."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "access"
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_only_seen_asks_for_the_access_to_a_table() -> None:
    modules = [path for folder in BELOW_THE_DOOR for path in (PACKAGE / folder).rglob("*.py")]

    assert [path.relative_to(PACKAGE).as_posix() for path in modules if asks_for_access(path)] == ["records/seen.py"]
