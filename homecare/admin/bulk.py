"""One change of many rows: those ticked, or every row of a list; confirmed with their number and the verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from homecare.actions import rows
from homecare.actions.rules import RuleError
from homecare.admin import deleting, lookup, saving
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
    values = _values(info) if action == "set" else {}
    confirmed = request.form.get("confirmed") == "1"
    shown = request.form.get("count", "")
    if not confirmed or (chosen.everything and not shown):
        return _confirm(view, chosen, values, "")
    if chosen.everything and shown != str(len(chosen.ids)):
        changed = f"Meanwhile the list has {len(chosen.ids):,} rows instead of {shown}. Nothing was changed yet."
        return _confirm(view, chosen, values, changed), 409
    try:
        flash(_do(info, chosen, action, values), "success")
    except rows.RowGoneError:
        _gone(info, chosen)
    except RuleError as error:
        raise SpokenError(422, f"{error.message} None of the rows was changed.") from error
    return redirect(view.back())


def _do(info: TableInfo, chosen: Chosen, action: str, values: dict[str, Any]) -> str:
    """Returns the sentence that says what was done."""
    if action == "delete":
        done = rows.delete_rows(session=db.session(), model=info.model, row_ids=chosen.ids, by=acting())
        return f"{amount(info, done)} deleted."
    done = rows.update_rows(session=db.session(), model=info.model, row_ids=chosen.ids, values=values, by=acting())
    same = len(chosen.ids) - done
    return f"{amount(info, done)} changed{f'; {same:,} had this value already' if same else ''}."


def _values(info: TableInfo) -> dict[str, Any]:
    try:
        return saving.one_value(info, acting(), request.form)
    except RuleError as error:
        raise SpokenError(422, f"{error.message} None of the rows was changed.") from error


def amount(info: TableInfo, number: int) -> str:
    return f"{number:,} {(info.one if number == 1 else info.many).lower()}"


def _chosen(view: TableView) -> Chosen:
    query = request.form.get("query", "")
    if request.form.get("all") == "1":
        return Chosen(_matching(view, query), True, query)
    texts = request.form.getlist("rowid")
    if not texts or len(texts) > MOST_TICKED:
        raise SpokenError(422, f"Choose 1 to {MOST_TICKED} rows.", back=_to_list(view))
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
        raise SpokenError(422, sentence, back=_to_list(view))
    if not found:
        raise SpokenError(422, "No row matches any more. Look at the list again.", back=_to_list(view))
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
    number = amount(info, len(chosen.ids))
    question = f"Delete {number}?" if deletes else f"{_change(info, values)} for {number}?"
    return view.render(
        "pages/bulk.html",
        info=info,
        chosen=chosen,
        question=question,
        verb=f"Delete {number}" if deletes else f"Change {number}",
        deletes=deletes,
        notice=notice,
        consequences=deleting.consequences(db.session(), info, chosen.ids) if deletes else [],
        form=request.form,
        back=view.back(),
    )


def _change(info: TableInfo, values: dict[str, Any]) -> str:
    ((name, value),) = values.items()
    field = info.fields[name]
    if value is None:
        return f"Empty {field.label.lower()}"
    if field.kind is Kind.RELATION:
        text = lookup.label_of(db.session(), info, field, acting(), value) or f"#{value}"
    else:
        text = plain_text(field, value)
    return f"Set {field.label.lower()} to {text}"


def _gone(info: TableInfo, chosen: Chosen) -> NoReturn:
    if chosen.everything:
        raise SpokenError(
            409, "Some of these rows were deleted meanwhile, and none was changed. Look at the list again."
        )
    not_found(info.name, "bulk", None)
