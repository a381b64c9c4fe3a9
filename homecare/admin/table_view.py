"""The hardened base view: every company table's screens, from its metadata alone."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qsl

from flask import Response, flash, jsonify, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action, State
from homecare.admin import (
    bulk,
    deletion,
    downloads,
    editing,
    exporter,
    in_place,
    listing,
    lookup,
    saving,
    undo,
    workbook,
)
from homecare.admin.details import RELATED_ROWS, DetailsScreen, additions, related_list
from homecare.admin.guard import GuardedView, acting, not_found, refuse
from homecare.admin.kept import kept_of
from homecare.admin.screens import ListScreen
from homecare.admin.tables import TableInfo, table_info
from homecare.audit.log import log_read
from homecare.db import db
from homecare.errors import SpokenError
from homecare.kinds.texts import one_line
from homecare.login.redirects import safe_next
from homecare.models.columns import Kind
from homecare.queries.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.queries.preferences import Kept
from homecare.queries.values import parse_id

BULK_ACTIONS = {"delete": Action.DELETE, "set": Action.EDIT, "export": Action.EXPORT}


class TableView(GuardedView):
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
        "file_view": Action.VIEW,
        "preview_view": Action.VIEW,
    }

    def __init__(self, info: TableInfo) -> None:
        self.table = info.name
        self.resource = info.name
        super().__init__(name=info.many, category=info.group, endpoint=info.name, url=f"/admin/{info.name}")

    @property
    def info(self) -> TableInfo:
        """The table as IT set it for the role of this request."""
        return table_info(self.table)

    def needed(self, name: str) -> Action | None:
        if name != "action_view":
            return super().needed(name)
        try:
            return BULK_ACTIONS[request.form.get("action", "")]
        except KeyError as error:
            raise SpokenError(400, "Choose what to do with the chosen rows.") from error

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        kept = kept_of(f"/admin/{self.info.name}/")
        if not request.args and kept.default and (words := self._usable(kept.default.query)):
            return redirect(f"{url_for('.index_view')}?{words}")
        screen = ListScreen.load(self.list_request(request.args, kept, keeps_wrong=True), db.session())
        page = self.render(
            "admin/list.html",
            screen=screen,
            info=self.info,
            access=screen.request.access,
            additions=additions(self.info, acting()),
        )
        return page, 400 if screen.wrong else 200

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        return self._details(self._row_id("view"), revealed={})

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> ResponseReturnValue:
        """Break-glass: the values behind glass of one row, once, for a reason that is written down beforehand."""
        row_id = self._row_id("view")
        try:
            reason = " ".join(one_line(request.form.get("reason", "")).split())
        except ValueError:
            reason = ""
        if len(reason) < 5:
            flash("Give a reason of a few words; it is kept with your name.", "error")
            return redirect(url_for(".details_view", id=row_id))
        access = acting().access(self.info.name)
        names = [name for name, state in access.states.items() if state is State.BREAK_GLASS]
        if not names:
            refuse(self.info.name, "reveal", f"reveal anything of {self.info.many.lower()}", str(row_id))
        log_read(acting(), kind="reveal", resource=self.info.name, row_id=str(row_id), reason=reason[:1000])
        return self._details(row_id, revealed=editing.revealed(db.session(), self.info, names, row_id))

    def _details(self, row_id: int, revealed: dict[str, Any]) -> ResponseReturnValue:
        stored = editing.stored_row(db.session(), self.info, acting(), row_id)
        if stored is None:
            not_found(self.info.name, "view", str(row_id))
        screen = DetailsScreen.of(self.info, acting(), stored, revealed, db.session())
        return self.render("admin/details.html", screen=screen, info=self.info, access=acting().access(self.info.name))

    @expose("/related/")
    def related_view(self) -> ResponseReturnValue:
        """A piece of a details page: the newest rows of table `of` whose column `by` names row `id`."""
        row_id = self._row_id("view")
        if editing.stored_row(db.session(), self.info, acting(), row_id, ()) is None:
            not_found(self.info.name, "view", str(row_id))
        of, by = request.args.get("of", ""), request.args.get("by", "")
        screen = related_list(db.session(), self.info, acting(), row_id, of, by)
        if screen is None:
            raise SpokenError(404, "There is no such list of related records for your role.")
        return self.render("admin/related.html", screen=screen, info=self.info, rows=RELATED_ROWS, row_id=row_id)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return saving.FormScreen(self, self.info, None).answer()

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        return saving.FormScreen(self, self.info, self._row_id("edit")).answer()

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        return deletion.answer(self, self._row_id("delete"))

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """Bulk, all of the rows or none: `rowid` many times, or `all=1` and the list's `query`; `field` and `value`."""
        return bulk.answer(self)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The whole list as a file, in its order; `columns` chooses from what the role may see."""
        if export_type not in ("csv", "xlsx"):
            raise SpokenError(404, "There is no export of this kind.")
        wanted = self.list_request(request.args)
        columns = exporter.exported_columns(wanted, wanted.columns if wanted.chosen_columns else None)
        if export_type == "csv":
            lines = exporter.csv_lines(db.session(), wanted, columns)
            answer = Response(stream_with_context(exporter.begun(lines)), mimetype="text/csv")
            # It has begun already: whoever asks for the head alone, or hangs up, lets go of its cursor at once.
            answer.call_on_close(lines.close)
        else:
            file = workbook.written(db.session(), wanted, columns)
            answer = Response(workbook.pieces(file), mimetype=workbook.TYPE)
            answer.call_on_close(file.close)
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.info.name}.{export_type}"'
        return answer

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> ResponseReturnValue:
        """`name` is the relation's column, `query` what was typed: [[id, label, what it fills], …], at most 20."""
        field = self.info.fields.get(request.args.get("name", ""))
        if field is None or field.kind is not Kind.RELATION:
            raise SpokenError(400, "There is no relation of this name.")
        if not lookup.may_look_up(self.info, field, acting()):
            refuse(self.info.name, "lookup", f"look up {field.label.lower()} of {self.info.many.lower()}")
        try:
            found = lookup.find(db.session(), self.info, field, acting(), request.args.get("query", ""))
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        fills = lookup.fills(db.session(), self.info, field, acting(), [key for key, _ in found])
        return jsonify([[key, label, fills[key]] if key in fills else [key, label] for key, label in found])

    @expose("/file/")
    def file_view(self) -> ResponseReturnValue:
        """The file that row `id` has in its column `name`, as an attachment."""
        return downloads.answer(self.info, acting(), self._row_id("file"), preview=False)

    @expose("/file/preview/")
    def preview_view(self) -> ResponseReturnValue:
        return downloads.answer(self.info, acting(), self._row_id("file"), preview=True)

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        return in_place.update(self)

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """What the change `token` of a list overwrote is put back."""
        return undo.answer(self)

    def _usable(self, query: str) -> str:
        """The words of a default view, or none where the role may no longer use them: a list must always open."""
        try:
            listing.read(self.info, acting(), MultiDict(parse_qsl(query)))
        except (UnknownConditionError, ForbiddenConditionError):
            flash("Your default view uses what is not there for you any more, so the whole list is shown.", "error")
            return ""
        return query

    def list_request(
        self, args: MultiDict[str, str], kept: Kept | None = None, *, keeps_wrong: bool = False
    ) -> listing.ListRequest:
        try:
            return listing.read(self.info, acting(), args, kept, keeps_wrong=keeps_wrong)
        except UnknownConditionError as error:
            # The page, whatever was asked for: without conditions an export would be a file of everything.
            back = (
                f"/admin/{self.info.name}/?{listing.ALL}=1",
                f"Open the {self.info.many.lower()} without conditions",
            )
            raise SpokenError(400, str(error), back=back) from error
        except ForbiddenConditionError as error:
            reason = f"look into {error.column} of {self.info.many.lower()}"
            refuse(self.info.name, "filter", reason, column=error.column)

    def _row_id(self, action: str) -> int:
        text = request.args.get("id") or request.form.get("id", "")
        try:
            return parse_id(text)
        except ValueError:
            not_found(self.info.name, action, text)

    def back(self) -> str:
        return safe_next(request.values.get("url"), otherwise=url_for(".index_view"))
