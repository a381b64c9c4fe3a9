"""A file as lists and details show it: its name with a link through the row's door, and a picture as itself."""

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
from homecare.tables.table import Field, TableInfo
from homecare.web import urls

LINK = Markup('<a class="file-link" href="{}">{}</a>')
PREVIEW = Markup(
    '<a class="file-preview" href="{}"><img src="{}" alt="{}" loading="lazy" width="160" height="120"></a>'
)
PICTURES = tuple(EXTENSIONS[kind] for kind in PREVIEWED)


def listed(selected: RowSelect, row: Row[Any], field: Field) -> Markup:
    """The name of the row's file as a link; the value as it is where it is none of ours, or not to be seen."""
    name = file_name(row, selected, field.name)
    if not name:
        return cells.markup(field, getattr(row, field.name))
    return LINK.format(urls.file(selected.info.name, row._id, field.name), name)


def detailed(selected: RowSelect, row: Row[Any], field: Field) -> Markup:
    """As `listed`, and under it the picture where it is one. Opening the page opens the picture: that is logged too."""
    name = file_name(row, selected, field.name)
    link = listed(selected, row, field)
    return link + _preview(selected.info, row._id, field, name) if name else link


def revealed(session: Session, info: TableInfo, row_id: int, field: Field, key: str | None) -> Markup:
    """A file behind glass, once the reason was logged: the links work for ten minutes in this session."""
    kept = find_of_row(session, key, resource=info.name, column=field.name, row_id=row_id) if key else None
    if kept is None:
        return cells.markup(field, key)
    name, glass_pass = kept.original_name, new_pass(info, row_id, field.name)
    link = LINK.format(urls.file(info.name, row_id, field.name, glass_pass=glass_pass), name)
    return link + _preview(info, row_id, field, name, glass_pass=glass_pass)


def _preview(info: TableInfo, row_id: int, field: Field, name: str, glass_pass: str = "") -> Markup:
    # The ending is ours, given when the file was written anew: it tells the truth.
    if not name.endswith(PICTURES):
        return Markup("")
    opened = urls.file(info.name, row_id, field.name, glass_pass=glass_pass)
    return PREVIEW.format(opened, urls.file(info.name, row_id, field.name, preview=True, glass_pass=glass_pass), name)
