"""The names of tables, columns and values in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from homecare.access.pages import PAGES
from homecare.kinds.say import said
from homecare.tables.table import Field, ShownTable, shown_tables

LONGEST_NAME = 60


def label(resource: str, column: str) -> str:
    """ "Phone number of Patients", "Patients", "the page Map of patients"."""
    if resource.startswith("page:"):
        name = resource.removeprefix("page:")
        return f"the page {PAGES[name].title if name in PAGES else name}"
    table = shown_tables().get(resource)
    if table is None:
        return f"{resource}.{column}" if column else resource
    return f"{table.fields[column].label} of {table.many}" if column else table.many


def plain_text(field: Field, value: Any) -> str:
    """The value as people read it, empty for NULL. A row's id is not an amount, so it has no thousands separators."""
    return str(value) if field.column.primary_key and value is not None else said(field.kind, value)


def name_of(table: ShownTable, texts: Iterable[str], separator: str) -> str:
    """A row's name from what its naming columns say; empty if they say nothing."""
    found = [text for text in texts if text and not text.startswith("•")]
    return begun(found[0]) if found and table.named_by_first else separator.join(found)


def begun(text: str) -> str:
    """The beginning of a text in one line, cut after a word: what it is called by."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_NAME:
        return line
    words, _, half = line[: LONGEST_NAME + 1].rpartition(" ")
    return f"{words or half[:LONGEST_NAME]}…"
