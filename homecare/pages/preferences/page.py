"""A person's settings for a table's list: its columns and its density."""

from __future__ import annotations

from typing import ClassVar

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action, State
from homecare.actions import preferences
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, refuse, right
from homecare.db import db
from homecare.login.redirects import safe_next
from homecare.tables.table import shown_tables
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json


class Preferences(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"save": None}
    page = PAGES["preferences"]

    @expose("/<table>/", methods=("POST",))
    def save(self, table: str) -> ResponseReturnValue:
        """`columns=a,b,c` in order, empty for the defaults; `density=dense` or empty. A missing part stays."""
        if table not in shown_tables():
            raise SpokenError(404, "There is no such table.")
        if not acting().may(table):
            refuse(table, Action.VIEW, right(table, Action.VIEW))
        sent = request.form.get("columns")
        columns = None if sent is None else self._columns(table, sent)
        try:
            preferences.save_list(
                session=db.session(), table=table, columns=columns, density=request.form.get("density"), by=acting()
            )
        except RuleError as error:
            raise SpokenError(422, error.message) from error
        if wants_json():
            return jsonify(done="Saved.")
        return redirect(safe_next(request.form.get("url"), otherwise=urls.list_of(table)))

    def _columns(self, table: str, sent: str) -> list[str]:
        states = acting().access(table).states
        names = list(dict.fromkeys(name for name in sent.split(",") if name))
        for name in names:
            if states.get(name, State.HIDDEN) is State.HIDDEN:
                raise SpokenError(422, f"There is no column {name!r} that you may show.")
        return names
