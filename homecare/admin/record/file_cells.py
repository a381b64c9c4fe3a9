"""A file in lists and details: its name as a link that passes the row's checks, and a picture as a preview."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.orm import Session

from homecare.admin import cells
from homecare.admin.record.downloads import new_pass
from homecare.files.keeping import find_of_row
from homecare.files.kinds import EXTENSIONS, PREVIEWED
from homecare.records.row_select import RowSelect, file_name
from homecare.tables.table import Field, ShownTable
from homecare.web import urls

LINK = Markup('<a class="file-link" href="{}">{}</a>')
PREVIEW = Markup(
    '<a class="file-preview" href="{}"><img src="{}" alt="{}" loading="lazy" width="160" height="120"></a>'
)
PICTURES = tuple(EXTENSIONS[kind] for kind in PREVIEWED)


def listed(selected: RowSelect, row: Row[Any], field: Field) -> Markup:
    """The name of the row's file as a link. The plain value if it is not our file or not visible."""
    name = file_name(row, selected, field.name)
    if not name:
        return cells.markup(field, getattr(row, field.name))
    return LINK.format(urls.file(selected.table.name, row._id, field.name), name)


def detailed(selected: RowSelect, row: Row[Any], field: Field) -> Markup:
    """As `listed`, plus a preview of a picture. Opening the page loads the preview, which is logged too."""
    name = file_name(row, selected, field.name)
    link = listed(selected, row, field)
    return link + _preview(selected.table, row._id, field, name) if name else link


def revealed(session: Session, table: ShownTable, row_id: int, field: Field, key: str | None) -> Markup:
    """A break-glass file after the reason was logged. The links work for ten minutes in this session."""
    kept = find_of_row(session, key, resource=table.name, column=field.name, row_id=row_id) if key else None
    if kept is None:
        return cells.markup(field, key)
    name, glass_pass = kept.original_name, new_pass(table, row_id, field.name)
    link = LINK.format(urls.file(table.name, row_id, field.name, glass_pass=glass_pass), name)
    return link + _preview(table, row_id, field, name, glass_pass=glass_pass)


def _preview(table: ShownTable, row_id: int, field: Field, name: str, glass_pass: str = "") -> Markup:
    # We set the extension when we wrote the file, so it can be trusted.
    if not name.endswith(PICTURES):
        return Markup("")
    opened = urls.file(table.name, row_id, field.name, glass_pass=glass_pass)
    return PREVIEW.format(opened, urls.file(table.name, row_id, field.name, preview=True, glass_pass=glass_pass), name)
