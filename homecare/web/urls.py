"""The addresses of the product's pages. No other file writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

ADMIN = "/admin"
HOME = f"{ADMIN}/"
ACCOUNT = "/account/"


def page(path: str) -> str:
    """Where a view of the registry is mounted: `page("roles/history")`, without the last slash."""
    return path if path.startswith("/") else f"{ADMIN}/{path}"


def list_of(table: str, conditions: Iterable[tuple[str, str]] = ()) -> str:
    """A table's list, filtered by terms of the condition language."""
    words = urlencode(list(conditions), safe=",")
    return f"{ADMIN}/{table}/?{words}" if words else f"{ADMIN}/{table}/"


def table_of(path: str) -> str:
    """The table whose list the path is. For any other path a name that no table has."""
    return path.removeprefix(HOME).strip("/")


def record(table: str, row_id: object) -> str:
    return f"{ADMIN}/{table}/details/?{urlencode({'id': row_id})}"


def history(table: str, row_id: object, before: int | None = None) -> str:
    words = {"id": row_id} | ({"before": before} if before else {})
    return f"{ADMIN}/{table}/history/?{urlencode(words)}"


def deleted(table: str, before: int | None = None) -> str:
    return f"{ADMIN}/{table}/deleted/" + (f"?{urlencode({'before': before})}" if before else "")


def form(table: str, row_id: object) -> str:
    return f"{ADMIN}/{table}/edit/?{urlencode({'id': row_id})}"


def new(table: str) -> str:
    return f"{ADMIN}/{table}/new/"


def new_with(table: str, words: Iterable[tuple[str, str]]) -> str:
    """A form that is filled in beforehand."""
    return f"{new(table)}?{urlencode(list(words))}"


def undo(table: str) -> str:
    return f"{ADMIN}/{table}/undo/"


def file(table: str, row_id: object, column: str, *, preview: bool = False) -> str:
    """The address of the file in the row's column."""
    words = {"id": row_id, "name": column}
    return f"{ADMIN}/{table}/{'file/preview' if preview else 'file'}/?{urlencode(words)}"


def lookup(table: str, column: str) -> str:
    """Where a picker looks for parents by the column."""
    return f"{ADMIN}/{table}/ajax/lookup/?{urlencode({'name': column})}"


def audit(log: str = "changes", words: Mapping[str, object] | None = None) -> str:
    """A tab of the audit page, by its conditions."""
    path = f"{page('audit')}/" if log == "changes" else f"{page('audit')}/{log}/"
    return f"{path}?{urlencode(words, safe=',')}" if words else path


def audit_file(export_type: str, words: Mapping[str, object]) -> str:
    return f"{page('audit')}/export/{export_type}/?{urlencode(words, safe=',')}"


def assign(words: Mapping[str, object] | None = None, at: str = "") -> str:
    """The roster, by its words; `at` is what it opens: visit-12, staff-7, or the first visit that is late, missed, …"""
    path = f"{page('assign')}/?{urlencode(words, safe=',')}" if words else f"{page('assign')}/"
    return f"{path}#{at}" if at else path


def patients_map(words: Iterable[tuple[str, str]] = ()) -> str:
    """The map by the conditions of the patient list and its own words; commas, colons and ~ stay readable."""
    told = urlencode(list(words), safe=",~")
    return f"{page('map')}/?{told}" if told else f"{page('map')}/"


def tiles(words: Iterable[tuple[str, str]]) -> str:
    """The address of the map's tiles as its script fills it in."""
    told = urlencode(list(words), safe=",~")
    return f"{page('map')}/tiles/{{z}}/{{x}}/{{y}}.mvt" + (f"?{told}" if told else "")
