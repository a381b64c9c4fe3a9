"""The hardened base view: every company table's screens, from its metadata alone."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response, flash, jsonify, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.policy import Action, State
from homecare.actions import rows
from homecare.actions.rules import RuleError
from homecare.admin import deleting, editing, exporter, listing, lookup, saving
from homecare.admin.guard import GuardedView, acting, not_found, refuse
from homecare.admin.screens import DetailsScreen, ListScreen
from homecare.admin.tables import TableInfo
from homecare.audit.log import log_read
from homecare.db import db
from homecare.errors import SpokenError
from homecare.login.redirects import safe_next
from homecare.models.columns import Kind
from homecare.queries.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.queries.values import parse_id

BULK_ACTIONS = {"delete": Action.DELETE, "set": Action.EDIT}
MOST_AT_ONCE = 500


class TableView(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "details_view": Action.VIEW,
        "reveal_view": Action.VIEW,
        "create_view": Action.CREATE,
        "edit_view": Action.EDIT,
        "delete_view": Action.DELETE,
        "export": Action.EXPORT,
        "ajax_lookup": Action.VIEW,
        "ajax_update": Action.EDIT,
    }

    def __init__(self, info: TableInfo) -> None:
        self.info = info
        self.resource = info.name
        super().__init__(name=info.many, category=info.group, endpoint=info.name, url=f"/admin/{info.name}")

    def needed(self, name: str) -> Action | None:
        if name != "action_view":
            return super().needed(name)
        try:
            return BULK_ACTIONS[request.form.get("action", "")]
        except KeyError as error:
            raise SpokenError(400, "Choose what to do with the chosen rows.") from error

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        screen = ListScreen.load(self._list_request(), db.session())
        return self.render("admin/list.html", screen=screen, info=self.info, access=screen.request.access)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        return self._details(self._row_id("view"), revealed={})

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> ResponseReturnValue:
        """Break-glass: the values behind glass of one row, once, for a reason that is written down beforehand."""
        row_id = self._row_id("view")
        reason = " ".join(request.form.get("reason", "").split())
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
        self._log_read("details", row_id)
        screen = DetailsScreen.of(self.info, acting(), stored, revealed)
        return self.render("admin/details.html", screen=screen, info=self.info, access=acting().access(self.info.name))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return saving.FormScreen(self, self.info, None).answer()

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        row_id = self._row_id("edit")
        if request.method == "GET":
            self._log_read("form", row_id)
        return saving.FormScreen(self, self.info, row_id).answer()

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """GET asks, saying in numbers what goes with the row; POST deletes the version that was shown."""
        row_id = self._row_id("delete")
        session = db.session()
        stored = editing.stored_row(session, self.info, acting(), row_id)
        if stored is None:
            not_found(self.info.name, "delete", str(row_id))
        if request.method == "GET":
            return self._confirm_delete([row_id], editing.row_name(self.info, stored), stored.version)
        version = request.form.get("_version") or None
        try:
            rows.delete_rows(session=session, model=self.info.model, row_ids=[row_id], by=acting(), version=version)
        except rows.RowGoneError:
            not_found(self.info.name, "delete", str(row_id))
        except rows.StaleError:
            flash("Somebody changed it meanwhile. Look at it again before you delete it.", "error")
            return self._confirm_delete([row_id], editing.row_name(self.info, stored), None), 409
        except RuleError as error:
            raise SpokenError(422, error.message) from error
        flash(f"{editing.row_name(self.info, stored)} is deleted.", "success")
        return redirect(self._back())

    def _confirm_delete(self, row_ids: list[int], name: str, version: str | None) -> str:
        fresh = editing.stored_row(db.session(), self.info, acting(), row_ids[0]) if version is None else None
        return self.render(
            "admin/delete.html",
            info=self.info,
            row_ids=row_ids,
            name=name,
            version=fresh.version if fresh else version,
            consequences=deleting.consequences(db.session(), self.info, row_ids),
            back=self._back(),
        )

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """Bulk: all of the chosen rows or none. `rowid` may stand many times; `field` and `value` for "set"."""
        row_ids = self._chosen_ids()
        session, by = db.session(), acting()
        try:
            if request.form["action"] == "delete":
                if request.form.get("confirmed") != "1":
                    return self._confirm_delete(row_ids, f"{len(row_ids)} {self.info.many.lower()}", "")
                done = rows.delete_rows(session=session, model=self.info.model, row_ids=row_ids, by=by)
                flash(f"{done:,} {self.info.many.lower()} deleted.", "success")
            else:
                values = saving.one_value(self.info, by, request.form)
                done = rows.update_rows(session=session, model=self.info.model, row_ids=row_ids, values=values, by=by)
                flash(f"{done:,} of {len(row_ids):,} {self.info.many.lower()} changed.", "success")
        except rows.RowGoneError:
            not_found(self.info.name, "bulk", None)
        except RuleError as error:
            raise SpokenError(422, f"{error.message} None of the rows was changed.") from error
        return redirect(self._back())

    def _chosen_ids(self) -> list[int]:
        texts = request.form.getlist("rowid")
        if not texts or len(texts) > MOST_AT_ONCE:
            raise SpokenError(422, f"Choose 1 to {MOST_AT_ONCE} rows.")
        try:
            return sorted({parse_id(text) for text in texts})
        except ValueError:
            not_found(self.info.name, "bulk", None)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        if export_type != "csv":
            raise SpokenError(404, "There is no export of this kind.")
        wanted = self._list_request()
        columns = exporter.exported_columns(wanted, wanted.columns if wanted.chosen_columns else None)
        log_read(acting(), kind="export", resource=self.info.name, row_id=None, reason=wanted.query()[:1000])
        lines = exporter.csv_lines(db.session(), wanted, columns)
        answer = Response(stream_with_context(lines), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.info.name}.csv"'
        return answer

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> ResponseReturnValue:
        """`name` is the relation's column, `query` what was typed: [[id, label], …], at most 20."""
        field = self.info.fields.get(request.args.get("name", ""))
        if field is None or field.kind is not Kind.RELATION:
            raise SpokenError(400, "There is no relation of this name.")
        if not lookup.may_look_up(self.info, field, acting()):
            refuse(self.info.name, "lookup", f"look up {field.label.lower()} of {self.info.many.lower()}")
        try:
            found = lookup.find(db.session(), self.info, field, acting(), request.args.get("query", ""))
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        return jsonify([[key, label] for key, label in found])

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        return saving.update_in_place(self.info, acting())

    def _list_request(self) -> listing.ListRequest:
        try:
            return listing.read(self.info, acting(), request.args)
        except UnknownConditionError as error:
            raise SpokenError(400, str(error)) from error
        except ForbiddenConditionError as error:
            refuse(self.info.name, "filter", f"look into {error.column} of {self.info.many.lower()}")

    def _row_id(self, action: str) -> int:
        text = request.args.get("id") or request.form.get("id", "")
        try:
            return parse_id(text)
        except ValueError:
            not_found(self.info.name, action, text)

    def _log_read(self, kind: str, row_id: int) -> None:
        if self.info.of_patients:
            log_read(acting(), kind=kind, resource=self.info.name, row_id=str(row_id))

    def _back(self) -> str:
        return safe_next(request.values.get("url"), otherwise=url_for(".index_view"))
