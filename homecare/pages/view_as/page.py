"""Viewing the product as a role or a person: read-only, announced on every page, and recorded."""

from __future__ import annotations

from typing import ClassVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_login import current_user

from homecare.access.pages import PAGES
from homecare.access.policy import Action, folded
from homecare.access.stored.versions import stored_policy
from homecare.admin.door import GuardedView, oneself, refuse
from homecare.audit.log import log_read
from homecare.db import db
from homecare.login import sessions
from homecare.queries.holders import staff_holders
from homecare.web import urls
from homecare.web.errors import SpokenError

KIND = "view-as"


class ViewAs(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "start_view": Action.VIEW,
        "stop_view": None,
    }
    as_oneself = frozenset({"index_view", "stop_view"})
    page = PAGES["view_as"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        policy = stored_policy(db.session())
        holders = [holder for holder in staff_holders(db.session()) if holder.staff_id != oneself().person.staff_id]
        return self.render("pages/view_as/view_as.html", holders=holders, roles=list(policy.roles.values()))

    @expose("/start", methods=("POST",))
    def start_view(self) -> ResponseReturnValue:
        """Form: `person` (a staff id) or `role`. Only for people with every permission, who see nothing new by it."""
        me = oneself()
        if me.role is None or not me.role.everything:
            refuse(self.resource, KIND, "view as somebody else")
        role, staff_id = self._chosen()
        log_read(me, kind=KIND, resource="staff" if staff_id else "roles", row_id=str(staff_id or role))
        sessions.look_as(current_user.get_id(), role=role, staff_id=staff_id)
        return redirect(urls.HOME)

    def _chosen(self) -> tuple[str | None, int | None]:
        person = request.form.get("person", "")
        if person:
            holder = next((h for h in staff_holders(db.session()) if str(h.staff_id) == person), None)
            if holder is None:
                raise SpokenError(422, "Nobody on the staff has this number. Choose a person from the list.")
            return None, holder.staff_id
        role = stored_policy(db.session()).roles.get(folded(request.form.get("role")))
        if role is None:
            raise SpokenError(422, "Choose a person or a role to view as.")
        return role.name, None

    @expose("/stop", methods=("POST",))
    def stop_view(self) -> ResponseReturnValue:
        sessions.look_as(current_user.get_id())
        return redirect(f"{urls.page('roles/view-as')}/")
