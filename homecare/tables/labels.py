"""The names of tables, columns and values in sentences."""

from __future__ import annotations

from typing import Any

from homecare.kinds.say import said
from homecare.tables.table import Field, shown_tables


def label(resource: str, column: str) -> str:
    """ "Phone number of Patients", "Patients", "the page map"."""
    if resource.startswith("page:"):
        return f"the page {resource.removeprefix('page:')}"
    table = shown_tables().get(resource)
    if table is None:
        return f"{resource}.{column}" if column else resource
    return f"{table.fields[column].label} of {table.many}" if column else table.many


def plain_text(field: Field, value: Any) -> str:
    """The value as people read it, empty for NULL. A row's id is not an amount, so it has no thousands separators."""
    return str(value) if field.column.primary_key and value is not None else said(field.kind, value)
