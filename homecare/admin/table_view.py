"""The hardened base view: the screens of every company table, generated from its metadata."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qsl

from flask import Response, flash, g, jsonify, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action
from homecare.actions.taking_back import deletions
from homecare.admin.asked import Asked
from homecare.admin.change import bulk, deletion, in_place, undo
from homecare.admin.door import GuardedView, acting, not_found, refuse
from homecare.admin.form import saving
from homecare.admin.form.best_first import best_first
from homecare.admin.form.priced import Fills, with_amounts
from homecare.admin.list import exporter, workbook
from homecare.admin.list.own_views import own_views_of
from homecare.admin.list.screens import ListScreen
from homecare.admin.record import downloads, opening, timeline
from homecare.admin.record.details import RELATED_ROWS, additions, may_add, related_list
from homecare.admin.stock import StockView
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.records import list_request, lookup
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.seen import Seen
from homecare.records.stored import stored_row
from homecare.tables.table import ShownTable, shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError

BULK_ACTIONS = {"delete": Action.DELETE, "set": Action.EDIT, "export": Action.EXPORT}


class TableView(GuardedView, StockView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "details_view": Action.VIEW,
        "related_view": Action.VIEW,
        "reveal_view": Action.VIEW,
        "create_view": Action.CREATE,
        "edit_view": Action.EDIT,
        "delete_view": Action.DELETE,
        "export": Action.EXPORT,
        "ajax_lookup": Action.VIEW,
        "ajax_update": Action.EDIT,
        "undo_view": Action.EDIT,
        "history_view": Action.VIEW,
        "revert_view": Action.EDIT,
        "deleted_view": Action.VIEW,
        "restore_view": Action.CREATE,
        "file_view": Action.VIEW,
        "preview_view": Action.VIEW,
    }

    def __init__(self, table: ShownTable) -> None:
        StockView.__init__(self, table)

    @property
    def table(self) -> ShownTable:
        """The table with IT's settings for the role of this request."""
        return shown_table(self.endpoint)

    @property
    def seen(self) -> Seen:
        """Built once per request and passed down."""
        found: dict[str, Seen] = g.setdefault("seen", {})
        if self.endpoint not in found:
            found[self.endpoint] = Seen.of(acting(), self.table)
        return found[self.endpoint]

    @property
    def asked(self) -> Asked:
        return Asked(self.seen, self.render)

    def needed(self, name: str) -> Action | None:
        if name != "action_view":
            return super().needed(name)
        try:
            return BULK_ACTIONS[request.form.get("action", "")]
        except KeyError as error:
            raise SpokenError(400, "Choose an action for the selected rows.") from error

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        own = own_views_of(urls.list_of(self.table.name))
        if not request.args and own.default and (words := self._usable(own.default.query)):
            return redirect(f"{url_for('.index_view')}?{words}")
        screen = ListScreen.load(self.asked.listed(request.args, own, keeps_wrong=True), db.session())
        page = self.render(
            "tables/list/list.html",
            screen=screen,
            table=self.table,
            access=screen.request.access,
            additions=additions(self.seen),
            shows_deleted=deletions.may_see(self.seen),
        )
        return page, 400 if screen.wrong else 200

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        return opening.page(self.asked, self._row_id("view"))

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> ResponseReturnValue:
        """Break-glass: opens what is hidden of one row for a `reason`, which is recorded first. `_do=end` shuts it."""
        return opening.answer(self.asked, self._row_id("view"))

    @expose("/related/")
    def related_view(self) -> ResponseReturnValue:
        """Part of a details page: the newest rows of table `of` whose column `by` refers to row `id`."""
        row_id = self._row_id("view")
        if stored_row(db.session(), self.seen, row_id, ()) is None:
            not_found(self.table.name, "view", str(row_id))
        of, by = request.args.get("of", ""), request.args.get("by", "")
        screen = related_list(db.session(), self.seen, row_id, of, by)
        if screen is None:
            raise SpokenError(404, "There is no such list of related records for your role.")
        added = may_add(screen.request.seen, screen.request.table.fields[by], len(screen.lines))
        return self.render(
            "tables/record/related.html",
            screen=screen,
            table=self.table,
            rows=RELATED_ROWS,
            row_id=row_id,
            may_add=added,
        )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return saving.FormScreen(self.asked, None).answer()

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        return saving.FormScreen(self.asked, self._row_id("edit")).answer()

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        return deletion.answer(self.asked, self._row_id("delete"))

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """Changes all rows or none: `rowid` repeated, or `all=1` and the list's `query`; `field` and `value`."""
        return bulk.answer(self.asked)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The whole list as a file, in its order. `columns` selects from the columns the role may see."""
        if export_type not in ("csv", "xlsx"):
            raise SpokenError(404, "There is no export of this kind.")
        wanted = self.asked.listed(request.args)
        columns = exporter.exported_columns(wanted, wanted.columns if wanted.chosen_columns else None)
        if export_type == "csv":
            lines = exporter.csv_lines(db.session(), wanted, columns)
            answer = Response(stream_with_context(exporter.begun(lines)), mimetype="text/csv")
            # The export has already started: a HEAD request or a closed connection must release its cursor.
            answer.call_on_close(lines.close)
        else:
            file = workbook.written(db.session(), wanted, columns)
            answer = Response(workbook.pieces(file), mimetype=workbook.TYPE)
            answer.call_on_close(file.close)
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.table.name}.{export_type}"'
        return answer

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> ResponseReturnValue:
        """`name` is the relation's column, `query` the typed text, `row` the stored row: [[id, label, columns
        to fill], …], at most 20 and who should go on a visit."""
        field = self.table.fields.get(request.args.get("name", ""))
        if field is None or not field.traits.links:
            raise SpokenError(400, "There is no relation of this name.")
        if not lookup.may_look_up(self.seen, field):
            refuse(self.table.name, "lookup", f"look up {field.label.lower()} of {self.table.many.lower()}")
        try:
            typed, row = request.args.get("query", ""), request.args.get("row", "")
            found = lookup.find(db.session(), self.seen, field, typed)
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        if not typed.strip():
            found = best_first(db.session(), self.seen, field, row, found)
        keys = [key for key, _ in found]
        fills: Fills = lookup.fills(db.session(), self.seen, field, keys)
        if not row:
            fills = with_amounts(db.session(), self.seen, field.name, keys, fills)
        return jsonify([[key, label, fills[key]] if key in fills else [key, label] for key, label in found])

    @expose("/file/")
    def file_view(self) -> ResponseReturnValue:
        """The file in column `name` of row `id`, as an attachment."""
        return downloads.answer(self.seen, self._row_id("file"), preview=False)

    @expose("/file/preview/")
    def preview_view(self) -> ResponseReturnValue:
        return downloads.answer(self.seen, self._row_id("file"), preview=True)

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        return in_place.update(self.asked)

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """Restores what the list change `token` overwrote."""
        return undo.answer(self.asked)

    @expose("/history/")
    def history_view(self) -> ResponseReturnValue:
        return timeline.answer(self.asked, self._row_id("view"))

    @expose("/history/revert/", methods=("POST",))
    def revert_view(self) -> ResponseReturnValue:
        return timeline.revert(self.asked, self._row_id("edit"))

    @expose("/deleted/")
    def deleted_view(self) -> ResponseReturnValue:
        return timeline.deleted(self.asked)

    @expose("/deleted/restore/", methods=("POST",))
    def restore_view(self) -> ResponseReturnValue:
        return timeline.restore(self.asked)

    def _usable(self, query: str) -> str:
        """The words of a default view. Empty if the role may no longer use them, because a list must always open."""
        try:
            list_request.read(self.seen, MultiDict(parse_qsl(query)))
        except (UnknownConditionError, ForbiddenConditionError):
            flash("Your default view uses something you can no longer see, so the whole list is shown.", "error")
            return ""
        return query

    def _row_id(self, action: str) -> int:
        text = request.args.get("id") or request.form.get("id", "")
        try:
            return parse_id(text)
        except ValueError:
            not_found(self.table.name, action, text)
