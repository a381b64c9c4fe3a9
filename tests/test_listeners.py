"""What listens to every session is wired by create_app in plain words, and by nothing else's import."""

from __future__ import annotations

import ast
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "homecare"
# Hooks that a module may hang up while it is read: what they hang on is made by the same reading.
AT_IMPORT = {
    "homecare/models/indexes.py",  # each model gets its indexes as it is declared
    "homecare/db.py",  # the driver reads dates in one way, for any engine that anybody makes
}
HOOKS = ("listens_for", "listen", "listen_to_sessions", "register_loader", "register_heif_opener", "register")
# Everything is imported, then the application is made twice: who listens, after each.
SAY_WHO_LISTENS = """
import importlib, os, pkgutil
from sqlalchemy.orm import Session
import homecare
from homecare import config
for module in pkgutil.walk_packages(homecare.__path__, "homecare."):
    importlib.import_module(module.name)
def listening():
    to = Session().dispatch
    return sorted(f"{one.__module__}.{one.__name__}" for one in [*to.do_orm_execute, *to.after_flush]
                  if one.__module__.startswith("homecare."))
print(listening())
homecare.create_app(config.read(os.environ, None))
print(listening())
homecare.create_app(config.read(os.environ, None))
print(listening())
"""


def listening() -> list[str]:
    real = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/company",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }
    done = subprocess.run(
        [sys.executable, "-c", SAY_WHO_LISTENS], cwd=ROOT, env=os.environ | real, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_protects_listens_once_and_because_the_application_is_made() -> None:
    by_import, made, made_again = listening()

    assert by_import == "[]"
    assert made == (
        "['homecare.access.row_scope._scope_rows', 'homecare.actions.told.moved_work._note_rows', "
        "'homecare.actions.told.moved_work._note_statement', 'homecare.audit.reads._note_selected', "
        "'homecare.files.claiming._claim']"
    )
    assert made_again == made


def run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything of a module that is run as it is read: not what stands in functions, but their decorators."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in child.decorator_list:
                yield decorator
                yield from run_at_import(decorator)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from run_at_import(child)


def hooks_of(path: Path) -> set[str]:
    called = (node.func for node in run_at_import(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called}
    return names & set(HOOKS)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_import_hangs_up_a_hook(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in AT_IMPORT:
        assert hooks_of(path) == set(), "wire it in an init_app or a listen() that create_app calls"
