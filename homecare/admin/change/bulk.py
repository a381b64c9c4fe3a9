"""A bulk change: the ticked rows or every row of a list. The person confirms the number of rows and the action.
The confirmation page carries each row's version, and the confirmation is valid only for these versions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from homecare.actions import many, rows
from homecare.actions.rules import RuleError
from homecare.admin.asked import Asked
from homecare.admin.change import consequences, refused, undo
from homecare.admin.door import acting, not_found, note_missing
from homecare.admin.form import editing, one_value
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.records import lookup
from homecare.records.row_select import version_of
from homecare.records.seen import Seen
from homecare.tables.labels import plain_text
from homecare.web.errors import SpokenError

MOST_TICKED = 500
# About ten seconds of work. More needs a script, or several narrower lists.
MOST_MATCHING = 5000
VERSION = re.compile(r"([0-9]{1,18}):([0-9]{1,10})\b")


@dataclass(frozen=True)
class Chosen:
    """The rows of one request, each with its current version. `everything`: the list `query` selected them.
    `shown` are the versions on the confirmation page. Empty if nothing was asked yet.
    """

    versions: dict[int, str]
    everything: bool
    query: str
    shown: dict[int, str]

    @property
    def ids(self) -> list[int]:
        return [*self.versions]

    @property
    def changed(self) -> list[int]:
        """Rows that differ from the confirmation page: changed, added or gone since."""
        both = {**self.shown, **self.versions}
        return sorted(row_id for row_id in both if self.shown.get(row_id) != self.versions.get(row_id))


def answer(asked: Asked) -> ResponseReturnValue:
    """Asks first, unless the current rows were confirmed. Then changes all or none."""
    action = request.form["action"]
    if action == "export":
        return redirect(_export_url(asked))
    chosen = _chosen(asked)
    values = _values(asked) if action == "set" else {}
    confirmed = request.form.get("confirmed") == "1"
    if not confirmed or not chosen.shown:
        # A confirmation without shown rows does not count.
        return _confirm(asked, chosen, values), 422 if confirmed else 200
    if chosen.changed:
        return _confirm(asked, chosen, values, chosen.changed), 409
    try:
        _delete(asked, chosen) if action == "delete" else _set(asked, chosen, values)
    except rows.RowsChangedError as error:
        return _confirm(asked, _chosen(asked), values, error.ids), 409
    except many.RowsRefusedError as error:
        return refused.page(asked, chosen.versions, error, MOST_TICKED), 422
    except many.RowsAskedError as error:
        return refused.question(asked, chosen.versions, error), 422
    return redirect(asked.back())


def _delete(asked: Asked, chosen: Chosen) -> None:
    table = asked.table
    try:
        done = rows.delete_rows(session=db.session(), model=table.model, versions=chosen.versions, by=acting())
    except RuleError as error:
        raise SpokenError(422, error.message, back=asked.to_list(), title="Nothing was deleted") from error
    flash(f"{table.amount(done)} deleted.", "success")


def _set(asked: Asked, chosen: Chosen, values: dict[str, Any]) -> None:
    table = asked.table
    ((column, value),) = values.items()
    done = many.update_rows(
        session=db.session(),
        model=table.model,
        versions=chosen.versions,
        column=column,
        value=value,
        by=acting(),
        answered=request.form.getlist("sure"),
    )
    if not done.rows:
        flash(f"Nothing changed: {table.amount(len(chosen.ids))} already had this value.", "success")
        return
    label, text = _said(asked.seen, values)
    same = len(chosen.ids) - done.rows
    sentence = f"{table.amount(done.rows)} changed: {label} is {text or 'empty'}"
    undo.offer_rows(asked, f"{sentence}; {same:,} already had this value." if same else f"{sentence}.", done.undo)


def _values(asked: Asked) -> dict[str, Any]:
    table, name = asked.table, request.form.get("field", "")
    try:
        values = one_value.one_value(asked.seen, request.form)
        if name not in editing.set_at_once(asked.seen):
            raise RuleError(name, "This cannot be set in many rows at once. Open each row to set it.")
    except RuleError as error:
        label = table.fields[error.field].label
        raise SpokenError(
            422, f"{label}: {error.message}", back=asked.to_list(), title="Nothing was changed"
        ) from error
    return values


def _chosen(asked: Asked) -> Chosen:
    query, shown = request.form.get("query", ""), _shown(request.form.get("versions", ""))
    if request.form.get("all") == "1":
        return Chosen(_matching(asked, query, shown), True, query, shown)
    texts = request.form.getlist("rowid")
    if not texts or len(texts) > MOST_TICKED:
        raise SpokenError(422, f"Choose 1 to {MOST_TICKED} rows.", back=asked.to_list(), title="No rows, or too many")
    try:
        ids = sorted({parse_id(text) for text in texts})
    except ValueError:
        not_found(asked.table.name, "bulk", None)
    model: Any = asked.table.model
    found = _versions(asked, select(model.id).where(model.id.in_(ids)))
    if len(found) < len(ids):
        # Check this first: the confirmation page alone would reveal what depends on somebody else's rows.
        note_missing(asked.table.name, "bulk", None)
        if not found or not ids == sorted(shown):
            raise NotFound
    return Chosen(found, False, "", shown if ids == sorted(shown) else {})


def _matching(asked: Asked, query: str, shown: dict[int, str]) -> dict[int, str]:
    """The rows that the list with these words shows, by the list's own statement."""
    wanted = asked.listed(_words(query))
    model: Any = asked.table.model
    found = _versions(asked, wanted.narrowed(select(model.id)).limit(MOST_MATCHING + 1))
    if len(found) > MOST_MATCHING:
        sentence = f"More than {MOST_MATCHING:,} rows match. Narrow the list with conditions and change it in parts."
        raise SpokenError(422, sentence, back=asked.to_list(), title="Too many rows at once")
    if not found:
        sentence = "No row matches any longer. Check the list again."
        raise SpokenError(409 if shown else 422, sentence, back=asked.to_list(), title="Nothing was changed")
    return found


def _versions(asked: Asked, ids: Select[Any]) -> dict[int, str]:
    model: Any = asked.table.model
    found = db.session.execute(ids.add_columns(version_of(asked.table)).order_by(model.id))
    return {row.id: row._version for row in found}


def _shown(text: str) -> dict[int, str]:
    """The versions on the confirmation page; see `refused.written`."""
    return {int(row_id): version for row_id, version in VERSION.findall(text)}


def _export_url(asked: Asked) -> str:
    """The same rows as a file. It is a list of its own, so it is logged as any export."""
    if request.form.get("all") == "1":
        words = parse_qsl(asked.listed(_words(request.form.get("query", ""))).query()[1:])
    else:
        words = [("id__in", ",".join(map(str, _chosen(asked).ids)))]
    if columns := request.form.get("columns"):
        words = [(key, value) for key, value in words if key != "columns"] + [("columns", columns)]
    export_type = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    return f"{url_for('.export', export_type=export_type)}?{urlencode(words, safe=',')}"


def _words(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query.lstrip("?")))


def _confirm(asked: Asked, chosen: Chosen, values: dict[str, Any], changed: Sequence[int] = ()) -> str:
    table, deletes = asked.table, request.form["action"] == "delete"
    number = table.amount(len(chosen.ids))
    return asked.render(
        "tables/change/bulk.html",
        table=table,
        chosen=chosen,
        versions=refused.written(chosen.versions),
        question=f"Delete {number}?" if deletes else _question(asked.seen, values, number),
        verb=f"Delete {number}" if deletes else f"Change {number}",
        deletes=deletes,
        before=len(chosen.shown),
        changed=refused.named(asked.seen, changed),
        consequences=consequences.consequences(db.session(), table, chosen.ids) if deletes else [],
        form=request.form,
        back=asked.back(),
    )


def _question(seen: Seen, values: dict[str, Any], number: str) -> str:
    label, text = _said(seen, values)
    return f"Set {label} to {text} for {number}?" if text else f"Empty {label} of {number}?"


def _said(seen: Seen, values: dict[str, Any]) -> tuple[str, str]:
    """The column's label and its new value as text. Empty text if it is cleared."""
    ((name, value),) = values.items()
    field = seen.table.fields[name]
    if value is None:
        return field.label.lower(), ""
    if field.traits.links:
        text = lookup.label_of(db.session(), seen, field, value) or f"#{value}"
    else:
        text = plain_text(field, value)
    return field.label.lower(), text
