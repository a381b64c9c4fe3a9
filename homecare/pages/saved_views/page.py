"""Saved views: a page's address stored under a name, for oneself or for roles."""

from __future__ import annotations

from typing import ClassVar

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions import preferences
from homecare.actions.rules import RuleError
from homecare.admin.change import undo
from homecare.admin.door import GuardedView, acting, not_found, refuse
from homecare.admin.list import own_views
from homecare.db import db
from homecare.login.redirects import safe_next
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json


class Views(GuardedView):
    """Open to everybody with a role. Opening a view passes the checks of its page, which decide what it shows."""

    needs: ClassVar[dict[str, Action | None]] = {"save": None, "rename": None, "delete": None}
    page = PAGES["views"]

    @expose("/", methods=("POST",))
    def save(self) -> ResponseReturnValue:
        """`name`, `path`, `query`; `roles` may be repeated; `default=1` makes it the page's default view.
        If the person has another view with this name on this page, it answers 409; `replace=1` confirms.
        """
        path = request.form.get("path", "")
        if not own_views.may_open(path):
            raise SpokenError(422, "Only a page that you may open can be saved. Open it and save it from there.")
        roles = self._roles()
        try:
            query = own_views.cleaned(request.form.get("query", ""))
            view_id = preferences.save_view(
                session=db.session(),
                name=request.form.get("name", ""),
                path=path,
                query=query,
                roles=roles,
                default=request.form.get("default") == "1",
                by=acting(),
                replacing=request.form.get("replace") == "1",
            )
        except preferences.ViewTakenError as taken:
            return self._ask(taken.name, own_views.address(path, query))
        except RuleError as error:
            raise SpokenError(422, error.message) from error
        except ValueError as error:
            raise SpokenError(422, str(error)) from error
        url = own_views.address(path, query)
        if wants_json():
            return jsonify(id=view_id, url=url), 201
        flash("The view is saved.", "success")
        return redirect(url)

    @expose("/<int(max=2147483647):view_id>/rename/", methods=("POST",))
    def rename(self, view_id: int) -> ResponseReturnValue:
        try:
            preferences.rename_view(
                session=db.session(), view_id=view_id, name=request.form.get("name", ""), by=acting()
            )
        except RuleError as error:
            raise SpokenError(422, error.message) from error
        except preferences.ViewGoneError:
            not_found(self.resource, "rename", str(view_id))
        if wants_json():
            return jsonify(done="The view is renamed.")
        flash("The view is renamed.", "success")
        return redirect(safe_next(request.form.get("url")))

    @expose("/<int(max=2147483647):view_id>/delete/", methods=("POST",))
    def delete(self, view_id: int) -> ResponseReturnValue:
        try:
            view = preferences.delete_view(session=db.session(), view_id=view_id, by=acting())
        except preferences.ViewGoneError:
            not_found(self.resource, "delete", str(view_id))
        sentence = f"The view “{view.name}” is deleted."
        if wants_json():
            return jsonify(done=sentence)
        held = [("name", view.name), ("path", view.path), ("query", view.query), ("default", str(int(view.is_default)))]
        undo.offer(sentence, f"{urls.page('views')}/", [*held, *(("roles", role) for role in view.roles)])
        return redirect(safe_next(request.form.get("url"), otherwise=view.path))

    def _ask(self, name: str, back: str) -> ResponseReturnValue:
        """Asks before replacing a view."""
        sentence = f"You already have a view “{name}” of this page. Replace it, or choose another name."
        if wants_json():
            return jsonify(error=sentence, status=409), 409
        return self.render(
            "pages/saved_views/taken.html", sentence=sentence, name=name, back=back, sent=request.form
        ), 409

    def _roles(self) -> list[str]:
        """The roles the view is offered to, under their stored names."""
        wanted = {name for name in request.form.getlist("roles") if name}
        if wanted and not own_views.may_share():
            refuse(self.resource, own_views.SHARE, "share views with other roles")
        known = {role.name for role in acting().policy.roles.values()}
        if unknown := wanted - known:
            raise SpokenError(422, f"The role {min(unknown)!r} no longer exists. Open the page again and choose.")
        return sorted(wanted)
