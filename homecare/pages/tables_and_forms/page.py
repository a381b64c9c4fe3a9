"""IT's labels and layouts for tables and forms: a draft that only its editor sees, then published as a version."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action, folded
from homecare.actions import table_settings as actions
from homecare.actions.role_names import as_now, of_known
from homecare.actions.roles import LONGEST_NOTE
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds.read import version_number
from homecare.kinds.say import when
from homecare.pages.tables_and_forms import settings_form
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError, parse
from homecare.tables import it_settings
from homecare.tables.table import ShownTable, coded_tables
from homecare.web import urls
from homecare.web.errors import SpokenError

STALE = "Somebody else published meanwhile. Your draft is still here: check the differences, then publish it again."


class TablesAndForms(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "edit_view": Action.VIEW,
        "try_view": Action.VIEW,
        "discard_view": Action.VIEW,
        "publish_view": Action.VIEW,
        "roll_back_view": Action.VIEW,
    }
    page = PAGES["tables_and_forms"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._index(200)

    def _index(self, status: int, problem: str = "") -> ResponseReturnValue:
        session = db.session()
        current = actions.newest(session)
        published = it_settings.published(session, current)
        draft = actions.draft_of(session, acting().person.staff_id)
        page = self.render(
            "pages/tables_and_forms/tables_and_forms.html",
            tables=coded_tables(),
            published=published,
            draft=draft,
            differences=settings_form.differences(published, draft.document) if draft else [],
            versions=actions.versions(session),
            current=current,
            when=when,
            problem=problem,
        )
        return page, status

    @expose("/edit", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """`table`, and `role` to lay out the form of one role. POST saves the draft."""
        table, role = coded_table(request.args.get("table", "")), self._role()
        document, based_on = self._document()
        if request.method == "GET":
            return self._form(table, document.get(table.name, {}), role, 200)
        typed = document.get(table.name, {})
        try:
            typed = settings_form.read(table, typed, request.form, role)
            document = {name: found for name, found in (document | {table.name: typed}).items() if found}
            it_settings.check({table.name: typed}, acting().policy.roles)
            check_conditions(table, typed)
        except ValueError as error:
            return self._form(table, typed, role, 422, str(error))
        actions.save_draft(session=db.session(), document=document, based_on=based_on, by=acting())
        if request.form.get("_do") == "try":
            actions.try_draft(session=db.session(), previewing=True, by=acting())
            return redirect(urls.list_of(table.name))
        flash("The draft is saved. Nobody else sees it until it is published.", "success")
        return redirect(url_for(".edit_view", table=table.name, role=role or None))

    def _document(self) -> tuple[dict[str, Any], int]:
        """The editor's draft, or else the published settings, with the version it is based on."""
        session = db.session()
        draft = actions.draft_of(session, acting().person.staff_id)
        if draft is not None:
            return of_known(draft.document, acting().policy.roles), draft.based_on
        current = actions.newest(session)
        return dict(it_settings.published(session, current)), current

    def _form(self, table: ShownTable, settings: Any, role: str, status: int, problem: str = "") -> ResponseReturnValue:
        policy = acting().policy
        shown = it_settings.lay_over(table, settings, policy.roles.get(role))
        page = self.render(
            "pages/tables_and_forms/table.html",
            coded=table,
            shown=shown,
            list_places=settings_form.line_places(shown),
            form_places=settings_form.form_places(shown),
            on_form=settings_form.form_places(table),
            conditions=settings_form.conditions_text(shown),
            has_own_form=role in settings.get("forms", {}),
            role=role,
            roles=list(policy.roles.values()),
            sorts=[name for name, field in table.fields.items() if field.sortable or name == "id"],
            is_choice=lambda f: f.traits.is_choice and (table.name, f.name) != ("staff", "role"),
            problem=problem,
            typed=request.form,
        )
        return page, status

    @expose("/try", methods=("POST",))
    def try_view(self) -> ResponseReturnValue:
        """Form: `on` is 1 to preview the draft, 0 to stop."""
        actions.try_draft(session=db.session(), previewing=request.form.get("on") == "1", by=acting())
        return redirect(url_for(".index_view"))

    @expose("/discard", methods=("POST",))
    def discard_view(self) -> ResponseReturnValue:
        actions.discard_draft(session=db.session(), by=acting())
        flash("The draft is discarded.", "success")
        return redirect(url_for(".index_view"))

    @expose("/publish", methods=("POST",))
    def publish_view(self) -> ResponseReturnValue:
        draft = actions.draft_of(db.session(), acting().person.staff_id)
        if draft is None:
            return self._index(422, "There is no draft to publish. Change a table first.")
        document = of_known(draft.document, acting().policy.roles)
        try:
            it_settings.check(document, acting().policy.roles)
        except it_settings.SettingsError as error:
            return self._index(422, str(error))
        return self._publish(document, request.form.get("note", "").strip() or "Published")

    @expose("/roll-back", methods=("POST",))
    def roll_back_view(self) -> ResponseReturnValue:
        """Form: `number`, an earlier version. 0 means the settings in the code."""
        number = version_number(request.form.get("number", ""))
        versions = {version.version: version for version in actions.versions(db.session())}
        if number and number not in versions:
            return self._index(422, "There is no such version. Choose one from the list.")
        document = as_now(db.session(), versions[number].document, versions[number].saved_at) if number else {}
        return self._publish(of_known(document, acting().policy.roles), f"Back to version {number}")

    def _publish(self, document: dict[str, Any], note: str) -> ResponseReturnValue:
        if len(note) > LONGEST_NOTE or not note.isprintable():
            return self._index(422, f"A note is one line of at most {LONGEST_NOTE} characters.")
        based_on = version_number(request.form.get("_version", ""))
        try:
            made = actions.publish(session=db.session(), document=document, based_on=based_on, note=note, by=acting())
        except actions.StaleSettingsError:
            return self._index(409, STALE)
        flash(f"Published as version {made}. Everybody sees it from their next click.", "success")
        return redirect(url_for(".index_view"))

    def _role(self) -> str:
        role = folded(request.args.get("role", ""))
        if role and role not in acting().policy.roles:
            raise SpokenError(404, f"There is no role {role[:60]!r}. Choose one from the list.")
        return role


def coded_table(name: str) -> ShownTable:
    table = coded_tables().get(name)
    if table is None:
        raise SpokenError(404, f"There is no table {name[:60]!r}. Choose one from the list.")
    return table


def check_conditions(table: ShownTable, settings: Any) -> None:
    """Raises SettingsError for a condition that this table's list does not accept."""
    pairs = [(key, value) for key, value in settings.get("conditions", ())]
    try:
        parse(table.model, pairs, acting().access(table.name), acting().policy)
    except UnknownConditionError as error:
        raise it_settings.SettingsError(str(error)) from error
    except ForbiddenConditionError as error:
        raise it_settings.SettingsError(f"You may not filter by {error.column} of {table.many.lower()}.") from error
