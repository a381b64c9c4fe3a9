"""The addresses of the product's pages. No other file writes them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

ADMIN = "/admin"
HOME = f"{ADMIN}/"


def page(path: str) -> str:
    """Where a view of the registry is mounted, as in `page("roles/history")`. No trailing slash."""
    return f"{ADMIN}/{path}"


def list_of(table: str, conditions: Iterable[tuple[str, str]] = ()) -> str:
    """A table's list, filtered by terms of the condition language."""
    words = urlencode(list(conditions), safe=",")
    return f"{ADMIN}/{table}/?{words}" if words else f"{ADMIN}/{table}/"


def table_of(path: str) -> str:
    """The table whose list the path is. For any other path a name that no table has."""
    return path.removeprefix(HOME).strip("/")


def record(table: str, row_id: object) -> str:
    return f"{ADMIN}/{table}/details/?{urlencode({'id': row_id})}"


def form(table: str, row_id: object) -> str:
    return f"{ADMIN}/{table}/edit/?{urlencode({'id': row_id})}"


def new(table: str) -> str:
    return f"{ADMIN}/{table}/new/"


def undo(table: str) -> str:
    return f"{ADMIN}/{table}/undo/"


def file(table: str, row_id: object, column: str, *, preview: bool = False) -> str:
    """The address of the file in the row's column."""
    words = {"id": row_id, "name": column}
    return f"{ADMIN}/{table}/{'file/preview' if preview else 'file'}/?{urlencode(words)}"
