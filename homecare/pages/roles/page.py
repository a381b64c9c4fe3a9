"""The roles: who has them, the matrix of each, and a preview of a change before it is saved."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action, Policy, Role, folded
from homecare.access.review.preview import changes
from homecare.access.stored import versions
from homecare.access.stored.document import DocumentError
from homecare.actions import roles
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds.read import version_number
from homecare.pages.roles import matrix, words
from homecare.queries import holders as queries
from homecare.web.errors import SpokenError

STALE = "Somebody else saved the roles meanwhile. Your changes are still here: check them and preview them again."


class Roles(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "edit_view": Action.VIEW,
        "new_view": Action.VIEW,
        "rename_view": Action.VIEW,
        "delete_view": Action.VIEW,
    }
    page = PAGES["roles"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._index(200)

    def _index(self, status: int, problem: str = "", typed: Any = None) -> ResponseReturnValue:
        policy = versions.stored_policy(db.session())
        holders = queries.staff_holders(db.session())
        page = self.render(
            "pages/roles/roles.html",
            roles=list(policy.roles.values()),
            held=queries.held_roles(holders),
            nobody=queries.Held(),
            unknown=[holder for holder in holders if folded(holder.role) not in policy.roles],
            version=policy.version,
            problem=problem,
            typed=typed or {},
        )
        return page, status

    @expose("/edit", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """GET shows the matrix. POST previews, returns to the matrix or saves, depending on `_do`."""
        stored = versions.stored_policy(db.session())
        role = role_named(stored, request.args.get("role", ""))
        if request.method == "GET":
            return self._matrix(stored, stored, role)
        if matrix.COMPLETE not in request.form:
            raise SpokenError(400, "The form arrived incomplete and nothing was saved. Send it again.")
        settings = matrix.typed_settings(request.form)
        try:
            typed = matrix.read(stored, role, request.form)
        except DocumentError as error:
            return self._matrix(stored, stored, role, 422, [p.sentence for p in error.problems], settings)
        if sent_version() != stored.version:
            message = "These changes are already saved." if not changes(stored, typed) else STALE
            return self._matrix(stored, typed, role, 409, [message], settings)
        if request.form.get("_do") == "edit":
            return self._matrix(stored, typed, role, settings=settings)
        if request.form.get("_do") == "save":
            return self._save(stored, typed, role)
        return self._preview(stored, typed, role)

    def _matrix(
        self,
        stored: Policy,
        typed: Policy,
        role: Role,
        status: int = 200,
        messages: list[str] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> ResponseReturnValue:
        page = self.render(
            "pages/roles/matrix.html",
            screen=matrix.screen(stored, typed, role, settings),
            role=role,
            version=stored.version,
            messages=messages or [],
            opened=request.args.get("open", ""),
            held=queries.held_roles(queries.staff_holders(db.session())).get(folded(role.name), queries.Held()),
        )
        return page, status

    def _preview(self, stored: Policy, typed: Policy, role: Role) -> ResponseReturnValue:
        session = db.session()
        refusal = ""
        try:
            roles.check(session, stored, typed, acting())
        except roles.PolicyError as error:
            refusal = str(error)
        finally:
            session.rollback()  # releases the lock that the check took
        holders = queries.staff_holders(session)
        return self.render(
            "pages/roles/preview.html",
            role=role,
            told=words.told(stored, typed, holders),
            seen=queries.seen_rows(session, stored, typed, holders),
            label=words.label,
            refusal=refusal,
            version=stored.version,
            sent=[(k, v) for k, v in request.form.items(multi=True) if k[:1] in "tgswpr" and k[1:2] == "."],
        ), 422 if refusal else 200

    def _save(self, stored: Policy, typed: Policy, role: Role) -> ResponseReturnValue:
        note = request.form.get("note", "").strip() or f"Changed {role.name}"
        try:
            number = roles.save(session=db.session(), new=typed, expected=stored.version, note=note, by=acting())
        except roles.StalePolicyError:
            return self._matrix(versions.stored_policy(db.session()), typed, role, 409, [STALE])
        except roles.PolicyError as error:
            return self._matrix(stored, typed, role, 422, [str(error)])
        flash(f"Saved as version {number}. It takes effect with everybody's next click.", "success")
        return redirect(url_for(".edit_view", role=role.name))

    @expose("/new", methods=("POST",))
    def new_view(self) -> ResponseReturnValue:
        """Form: `name`, `description`, `like` (a role to copy; empty for a role that may do nothing yet)."""
        name = request.form.get("name", "")

        def create() -> int:
            return roles.create(
                session=db.session(),
                name=name,
                description=request.form.get("description", ""),
                like=request.form.get("like") or None,
                expected=sent_version(),
                by=acting(),
            )

        return self._do(create, f"The role {name.strip()} is created. Nobody has it yet.", name)

    @expose("/rename", methods=("POST",))
    def rename_view(self) -> ResponseReturnValue:
        name, new_name = request.args.get("role", ""), request.form.get("name", "")

        def rename() -> int:
            return roles.rename(
                session=db.session(), name=name, new_name=new_name, expected=sent_version(), by=acting()
            )

        return self._do(rename, f"{name} is now called {new_name.strip()}, also for the staff who have it.", new_name)

    @expose("/delete", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        name = request.args.get("role", "")

        def delete() -> int:
            return roles.delete(session=db.session(), name=name, expected=sent_version(), by=acting())

        return self._do(delete, f"{name} is deleted.", "")

    def _do(self, change: Any, done: str, name: str) -> ResponseReturnValue:
        try:
            change()
        except roles.StalePolicyError:
            return self._index(409, STALE, request.form)
        except roles.PolicyError as error:
            return self._index(422, str(error), request.form)
        flash(done, "success")
        return redirect(url_for(".edit_view", role=name.strip()) if name else url_for(".index_view"))


def role_named(policy: Policy, name: str) -> Role:
    role = policy.roles.get(folded(name))
    if role is None:
        raise SpokenError(404, f"There is no role {name[:60]!r}. Open the roles page to see the existing ones.")
    return role


def sent_version() -> int:
    return version_number(request.form.get("_version", ""))
