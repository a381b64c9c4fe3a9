"""The roles over time and side by side: all saved versions, two roles compared, and all roles as a file."""

from __future__ import annotations

from typing import ClassVar

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action, Policy, folded
from homecare.access.review.preview import compared
from homecare.access.stored import document, versions
from homecare.actions import roles
from homecare.admin.door import GuardedView, acting
from homecare.audit.log import log_read
from homecare.db import db
from homecare.kinds.read import version_number
from homecare.kinds.say import when
from homecare.pages.roles import words
from homecare.queries import holders as queries
from homecare.web.errors import SpokenError

STALE = "Somebody else saved the roles meanwhile. Check the preview again before you continue."
# The most problems shown for one file.
MOST_PROBLEMS = 100


class RoleHistory(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "compare_view": Action.VIEW,
        "history_view": Action.VIEW,
        "version_view": Action.VIEW,
        "roll_back_view": Action.VIEW,
        "export_view": Action.VIEW,
        "file_view": Action.VIEW,
    }
    page = PAGES["role_history"]

    @expose("/compare")
    def compare_view(self) -> ResponseReturnValue:
        """`a` and `b` name two roles. Without both, the page only asks for them."""
        policy = versions.stored_policy(db.session())
        one, other = (policy.roles.get(folded(request.args.get(word))) for word in ("a", "b"))
        found = compared(policy, one, other) if one and other else None
        return self.render(
            "pages/roles/compare.html",
            roles=list(policy.roles.values()),
            one=one,
            other=other,
            found=found,
            label=words.label,
        )

    @expose("/")
    def history_view(self) -> ResponseReturnValue:
        return self.render("pages/roles/history.html", versions=versions.history(db.session()), when=when)

    @expose("/version")
    def version_view(self) -> ResponseReturnValue:
        """`number`: shows what that version changed, and what going back to it would change now."""
        number = version_number(request.args.get("number", ""))
        return self._version(number, 200)

    def _version(self, number: int, status: int, problem: str = "") -> ResponseReturnValue:
        session = db.session()
        found, before = versions.version_policy(session, number), versions.version_policy(session, number - 1)
        if found is None:
            raise SpokenError(404, f"There is no version {number} of the roles. Choose one from the history.")
        current, holders = versions.stored_policy(session), queries.staff_holders(session)
        page = self.render(
            "pages/roles/version.html",
            saved=next((saved for saved in versions.history(session) if saved.version == number), None),
            number=number,
            changed=words.told(before, found) if before else None,
            told=words.told(current, found, holders),
            seen=queries.seen_rows(session, current, found, holders),
            label=words.label,
            version=current.version,
            problem=problem,
            when=when,
        )
        return page, status

    @expose("/roll-back", methods=("POST",))
    def roll_back_view(self) -> ResponseReturnValue:
        number = version_number(request.form.get("number", ""))
        expected = version_number(request.form.get("_version", ""))
        try:
            made = roles.roll_back(session=db.session(), version=number, expected=expected, by=acting())
        except roles.StalePolicyError:
            return self._version(number, 409, STALE)
        except roles.PolicyError as error:
            return self._version(number, 422, str(error))
        flash(f"Version {made} restores version {number}.", "success")
        return redirect(url_for(".history_view"))

    @expose("/export")
    def export_view(self) -> ResponseReturnValue:
        log_read(acting(), kind="export", resource=self.resource, row_id=None)
        answer = Response(document.to_yaml(versions.stored_policy(db.session())), mimetype="application/yaml")
        answer.headers["Content-Disposition"] = 'attachment; filename="roles.yaml"'
        return answer

    @expose("/file", methods=("GET", "POST"))
    def file_view(self) -> ResponseReturnValue:
        """Form: `text` or the file `upload`. A dry run unless `_do` is "save"."""
        if request.method == "GET":
            return self._file("", 200)
        text = sent_text()
        stored = versions.stored_policy(db.session())
        try:
            new = document.from_yaml(text, stored.version)
        except document.DocumentError as error:
            return self._file(text, 422, [str(problem) for problem in error.problems[:MOST_PROBLEMS]])
        if request.form.get("_do") != "save":
            return self._dry_run(text, stored, new)
        expected = version_number(request.form.get("_version", ""))
        note = request.form.get("note", "").strip() or "From a file"
        try:
            made = roles.save(session=db.session(), new=new, expected=expected, note=note, by=acting())
        except roles.StalePolicyError:
            return self._file(text, 409, [STALE])
        except roles.PolicyError as error:
            return self._file(text, 422, [str(error)])
        flash(f"Saved as version {made}.", "success")
        return redirect(url_for(".history_view"))

    def _dry_run(self, text: str, stored: Policy, new: Policy) -> ResponseReturnValue:
        session = db.session()
        try:
            roles.check(session, stored, new, acting())
        except roles.PolicyError as error:
            return self._file(text, 422, [str(error)])
        finally:
            session.rollback()
        holders = queries.staff_holders(session)
        return self._file(
            text,
            200,
            told=words.told(stored, new, holders),
            seen=queries.seen_rows(session, stored, new, holders),
            version=stored.version,
        )

    def _file(
        self, text: str, status: int, problems: list[str] | None = None, **preview: object
    ) -> ResponseReturnValue:
        page = self.render(
            "pages/roles/file.html", text=text, problems=problems or [], preview=preview, label=words.label
        )
        return page, status


def sent_text() -> str:
    upload = request.files.get("upload")
    if upload is not None and upload.filename:
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SpokenError(422, "The file is not text in UTF-8. Save it as YAML and send it again.") from error
    return request.form.get("text", "")
