"""Who has an account, and what an Admin does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.accounts import others
from homecare.actions.accounts.feeds import revoke_feed
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, not_found
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.login import calendar_feeds, one_time_links
from homecare.login.accounts import AccountError
from homecare.login.addresses import client_address
from homecare.queries import account_list as queries
from homecare.web.errors import SpokenError

LONGEST_SEARCH = 200


class Accounts(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "index_view": Action.VIEW,
        "one_view": Action.VIEW,
        "create_view": Action.VIEW,
        "disable_view": Action.VIEW,
        "enable_view": Action.VIEW,
        "reset_view": Action.VIEW,
        "reset_factor_view": Action.VIEW,
        "end_session_view": Action.VIEW,
        "revoke_feed_view": Action.VIEW,
    }
    page = PAGES["accounts"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """`show` is with (an account), without or disabled; `search` a name or an e-mail; a page begins at a row."""
        shown, search = request.args.get("show", "with"), request.args.get("search", "").strip()[:LONGEST_SEARCH]
        if shown not in queries.SHOWN:
            raise SpokenError(400, f"show is {shown[:40]!r}; it must be with, without or disabled.")
        places = {name: number(request.args[name]) for name in ("after", "before") if request.args.get(name)}
        found = queries.lines(db.session().connection(), shown, search.replace("\0", ""), **places)
        return self.render("pages/accounts/accounts.html", found=found, shown=shown, search=search,
                           may_change=others.may_change(acting()), when=when)  # fmt: skip

    @expose("/details/")
    def one_view(self) -> ResponseReturnValue:
        return self._one(asked_id(), 200)

    def _one(self, staff_id: int, status: int, problem: str = "", token: str = "") -> ResponseReturnValue:
        connection = db.session().connection()
        line = queries.line(connection, staff_id)
        if line is None:
            not_found(self.resource, Action.VIEW, str(staff_id))
        before = request.args.get("before")
        events = queries.events(connection, staff_id, before=number(before) if before else None)
        page = self.render(
            "pages/accounts/account.html",
            line=line,
            sessions=queries.open_sessions(connection, line.account_id) if line.account_id else [],
            feeds=calendar_feeds.open_feeds(connection, staff_id),
            events=events[: queries.PAGE],
            older=events[queries.PAGE - 1].id if len(events) > queries.PAGE else None,
            problem=problem,
            link=url_for("new_password.show", token=token, _external=True) if token else "",
            hours=int(one_time_links.LASTS.total_seconds() // 3600),
            may_change=others.may_change(acting()),
            is_own=line.staff_id == acting().accountable.staff_id,
            when=when,
        )
        return page, status

    @expose("/create", methods=("POST",))
    def create_view(self) -> ResponseReturnValue:
        return self._do(others.create)

    @expose("/disable", methods=("POST",))
    def disable_view(self) -> ResponseReturnValue:
        return self._do(others.disable, "The account is disabled, and its sessions are over.")

    @expose("/enable", methods=("POST",))
    def enable_view(self) -> ResponseReturnValue:
        return self._do(others.enable, "The account is open again.")

    @expose("/reset", methods=("POST",))
    def reset_view(self) -> ResponseReturnValue:
        return self._do(others.reset)

    @expose("/reset-second-factor", methods=("POST",))
    def reset_factor_view(self) -> ResponseReturnValue:
        return self._do(others.reset_second_factor, "The second factor is off. The password alone opens the account.")

    @expose("/end-session", methods=("POST",))
    def end_session_view(self) -> ResponseReturnValue:
        """Form: `session`, the number of one of that person's."""
        staff_id, session_id = asked_id(), number(request.form.get("session", ""))
        try:
            others.end_session(session=db.session(), staff_id=staff_id, session_id=session_id, by=acting())
        except AccountError as error:
            return self._one(staff_id, 422, str(error))
        flash("The session is over.", "success")
        return redirect(url_for(".one_view", id=staff_id))

    @expose("/revoke-feed", methods=("POST",))
    def revoke_feed_view(self) -> ResponseReturnValue:
        """Form: `feed`, the number of a calendar address of that person's."""
        staff_id, feed_id = asked_id(), number(request.form.get("feed", ""))
        try:
            revoke_feed(session=db.session(), staff_id=staff_id, feed_id=feed_id, by=acting(), address=client_address())
        except AccountError as error:
            return self._one(staff_id, 422, str(error))
        flash("The calendar address is revoked.", "success")
        return redirect(url_for(".one_view", id=staff_id))

    def _do(self, change: Callable[..., str | None], done: str = "") -> ResponseReturnValue:
        """A change that answers a token shows its link, this once; the others lead back to the account."""
        staff_id = asked_id()
        try:
            token = change(session=db.session(), staff_id=staff_id, by=acting(), address=client_address())
        except (AccountError, RuleError) as error:
            return self._one(staff_id, 422, str(error))
        if token:
            return self._one(staff_id, 200, token=token)
        flash(done, "success")
        return redirect(url_for(".one_view", id=staff_id))


def asked_id() -> int:
    return number(request.args.get("id", ""))


def number(text: str) -> int:
    try:
        return parse_id(text)
    except ValueError as error:
        raise SpokenError(400, str(error)) from error
