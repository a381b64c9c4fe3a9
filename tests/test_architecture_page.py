"""The page about the house names files that exist, and its examples fit the code they extend."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from test_shape import ORDER, PACKAGE, ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
TOP = PAGE[: PAGE.index("## A new page")]
PLACES = (ROOT, PACKAGE, PACKAGE / "static")
NAMED = sorted(set(re.findall(r"`([\w./-]*(?:/[\w./-]*|\.py))`", PAGE)))
TREE = TOP[TOP.index("    app.py") : TOP.index("config, clock")]
# The packages that stand at the beginning of a line of the tree.
FOLDERS = re.findall(r"^      (?! )(.+?)(?:  |$)", TREE, re.M)
EXISTING = re.compile(r"^--- a/(\S+)\n(.*?)(?=^--- |^```)", re.M | re.S)


@pytest.mark.parametrize("name", NAMED)
def test_every_file_named_exists(name: str) -> None:
    assert [place for place in PLACES if (place / name).exists()], f"{name} is not in the tree"


def test_the_tree_has_every_part() -> None:
    drawn = {word.strip("/,").removesuffix(".py") for line in FOLDERS for word in line.split()}
    parts = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("__p")}

    assert drawn - {"templates"} == parts


def test_the_order_of_imports_is_that_of_the_test() -> None:
    parts = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    rows = [", ".join(part for part in row if part in parts) for row in ORDER]

    assert " -> ".join(rows) in " ".join(TOP.replace("`", "").split())


def test_each_life_has_ten_steps() -> None:
    lives = re.findall(r"## The life of .*?(?=\n## |\Z)", TOP, re.S)

    assert [re.findall(r"^(\d+)\. ", life, re.M) for life in lives] == [[str(n) for n in range(1, 11)]] * 2


@pytest.mark.parametrize(("name", "shown"), EXISTING.findall(PAGE), ids=lambda text: str(text)[:40])
def test_a_change_shown_begins_from_what_is_there(name: str, shown: str) -> None:
    lines = set(Path(ROOT, name).read_text().splitlines())
    before = [line[1:] for line in shown.splitlines() if line[:1] in (" ", "-")]

    assert before
    assert [line for line in before if line not in lines] == []


def test_the_action_shown_calls_what_it_names_rightly() -> None:
    code = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)[0]
    names: dict[str, Any] = {"__name__": "shown"}
    exec(compile(code, "docs/architecture.md", "exec"), names)

    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in calls:
        given = {str(word.arg): None for word in call.keywords}
        inspect.signature(names[ast.unparse(call.func)]).bind(*call.args, **given)
    assert {ast.unparse(call.func) for call in calls} == {"transaction", "update_row"}
