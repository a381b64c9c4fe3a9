"""One change of many rows: those ticked, or every row of a list; confirmed with their number and the verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from homecare.actions import many, rows
from homecare.actions.rules import RuleError
from homecare.admin import deleting, lookup, refused, saving, undo
from homecare.admin.cells import plain_text
from homecare.admin.guard import acting, not_found
from homecare.admin.tables import TableInfo
from homecare.db import db
from homecare.errors import SpokenError
from homecare.models.columns import Kind
from homecare.queries.values import parse_id

if TYPE_CHECKING:
    from homecare.admin.table_view import TableView

MOST_TICKED = 500
# Some ten seconds of work; more belongs to a script, or to several narrower lists.
MOST_MATCHING = 5000


@dataclass(frozen=True)
class Chosen:
    """The rows of one request. `everything` says that the list `query` chose them, not a person one by one."""

    ids: list[int]
    everything: bool
    query: str


def answer(view: TableView) -> ResponseReturnValue:
    """Asks first, unless the form says that the number on it was confirmed and is still right; then all or none."""
    info, action = view.info, request.form["action"]
    if action == "export":
        return redirect(_export_url(view))
    chosen = _chosen(view)
    values = _values(view) if action == "set" else {}
    confirmed = request.form.get("confirmed") == "1"
    shown = request.form.get("count", "")
    if not confirmed or (chosen.everything and not shown):
        return _confirm(view, chosen, values, "")
    if chosen.everything and shown != str(len(chosen.ids)):
        changed = f"Meanwhile the list has {len(chosen.ids):,} rows instead of {shown}. Nothing was changed yet."
        return _confirm(view, chosen, values, changed), 409
    try:
        _delete(view, chosen) if action == "delete" else _set(view, chosen, values)
    except rows.RowGoneError:
        _gone(info, chosen)
    except many.RowsRefusedError as error:
        return refused.page(view, chosen.ids, error, MOST_TICKED), 422
    return redirect(view.back())


def _delete(view: TableView, chosen: Chosen) -> None:
    info = view.info
    try:
        done = rows.delete_rows(session=db.session(), model=info.model, row_ids=chosen.ids, by=acting())
    except RuleError as error:
        raise SpokenError(422, error.message, back=_to_list(view), title="Nothing was deleted") from error
    flash(f"{info.amount(done)} deleted.", "success")


def _set(view: TableView, chosen: Chosen, values: dict[str, Any]) -> None:
    info = view.info
    ((column, value),) = values.items()
    done = many.update_rows(
        session=db.session(), model=info.model, row_ids=chosen.ids, column=column, value=value, by=acting()
    )
    if not done.rows:
        flash(f"Nothing changed: {info.amount(len(chosen.ids))} had this value already.", "success")
        return
    label, text = _said(info, values)
    same = len(chosen.ids) - done.rows
    sentence = f"{info.amount(done.rows)} changed: {label} is {text or 'empty'}"
    undo.offer_rows(view, f"{sentence}; {same:,} had this value already." if same else f"{sentence}.", done.undo)


def _values(view: TableView) -> dict[str, Any]:
    try:
        return saving.one_value(view.info, acting(), request.form)
    except RuleError as error:
        label = view.info.fields[error.field].label
        raise SpokenError(422, f"{label}: {error.message}", back=_to_list(view), title="Nothing was changed") from error


def _chosen(view: TableView) -> Chosen:
    query = request.form.get("query", "")
    if request.form.get("all") == "1":
        return Chosen(_matching(view, query), True, query)
    texts = request.form.getlist("rowid")
    if not texts or len(texts) > MOST_TICKED:
        raise SpokenError(422, f"Choose 1 to {MOST_TICKED} rows.", back=_to_list(view), title="No rows, or too many")
    try:
        ids = sorted({parse_id(text) for text in texts})
    except ValueError:
        not_found(view.info.name, "bulk", None)
    model: Any = view.info.model
    # Before anything is asked or counted: the question alone would tell what hangs on somebody else's rows.
    if len(db.session.scalars(select(model.id).where(model.id.in_(ids))).all()) != len(ids):
        not_found(view.info.name, "bulk", None)
    return Chosen(ids, False, "")


def _matching(view: TableView, query: str) -> list[int]:
    """The rows that the list of these words shows, by the list's own statement."""
    wanted = view.list_request(_words(query))
    model: Any = view.info.model
    statement = wanted.narrowed(select(model.id)).order_by(model.id).limit(MOST_MATCHING + 1)
    found = list(db.session.scalars(statement))
    if len(found) > MOST_MATCHING:
        sentence = f"More than {MOST_MATCHING:,} rows match. Narrow the list with conditions, and do it part by part."
        raise SpokenError(422, sentence, back=_to_list(view), title="Too many rows at once")
    if not found:
        sentence = "No row matches any more. Look at the list again."
        raise SpokenError(422, sentence, back=_to_list(view), title="Nothing was changed")
    return found


def _to_list(view: TableView) -> tuple[str, str]:
    return view.back(), f"Back to the {view.info.many.lower()}"


def _export_url(view: TableView) -> str:
    """The same rows as a file: a list of its own, so that what it holds is written down as any export is."""
    if request.form.get("all") == "1":
        words = parse_qsl(view.list_request(_words(request.form.get("query", ""))).query()[1:])
    else:
        words = [("id__in", ",".join(map(str, _chosen(view).ids)))]
    if columns := request.form.get("columns"):
        words = [(key, value) for key, value in words if key != "columns"] + [("columns", columns)]
    export_type = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    return f"{url_for('.export', export_type=export_type)}?{urlencode(words, safe=',')}"


def _words(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query.lstrip("?")))


def _confirm(view: TableView, chosen: Chosen, values: dict[str, Any], notice: str) -> str:
    info, deletes = view.info, request.form["action"] == "delete"
    number = info.amount(len(chosen.ids))
    return view.render(
        "pages/bulk.html",
        info=info,
        chosen=chosen,
        question=f"Delete {number}?" if deletes else _question(info, values, number),
        verb=f"Delete {number}" if deletes else f"Change {number}",
        deletes=deletes,
        notice=notice,
        consequences=deleting.consequences(db.session(), info, chosen.ids) if deletes else [],
        form=request.form,
        back=view.back(),
    )


def _question(info: TableInfo, values: dict[str, Any], number: str) -> str:
    label, text = _said(info, values)
    return f"Set {label} to {text} for {number}?" if text else f"Empty {label} of {number}?"


def _said(info: TableInfo, values: dict[str, Any]) -> tuple[str, str]:
    """The column and its new value in words; no words where it becomes empty."""
    ((name, value),) = values.items()
    field = info.fields[name]
    if value is None:
        return field.label.lower(), ""
    if field.kind is Kind.RELATION:
        text = lookup.label_of(db.session(), info, field, acting(), value) or f"#{value}"
    else:
        text = plain_text(field, value)
    return field.label.lower(), text


def _gone(info: TableInfo, chosen: Chosen) -> NoReturn:
    if chosen.everything:
        raise SpokenError(
            409, "Some of these rows were deleted meanwhile, and none was changed. Look at the list again."
        )
    not_found(info.name, "bulk", None)
