"""One's own account: the password, the second factor and where one is signed in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_login import current_user

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.accounts import feeds, own
from homecare.actions.accounts.own import OwnAccountError
from homecare.admin.door import GuardedView, oneself, refuse
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.login import browsers, calendar_feeds, passwords, second_factor, throttle
from homecare.login.accounts import AccountError
from homecare.login.addresses import client_address
from homecare.login.browsers import Caller
from homecare.queries import account_list as queries
from homecare.queries.workdays import own_day
from homecare.web import urls
from homecare.web.errors import SpokenError

VIEWS = (
    "index_view", "password_view", "begin_view", "give_up_view", "confirm_view", "turn_off_view", "renew_codes_view",
    "end_session_view", "end_others_view", "make_feed_view", "revoke_feed_view",
)  # fmt: skip
AGAIN = "The two are not the same. Type the new password twice."
BUSY = "Many people are signing in at this moment, so your password was not looked at. Try again in a few seconds."


class OwnAccount(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = dict.fromkeys(VIEWS)
    # Whoever has a session may shut it, and keep their password, whatever their role.
    roleless = frozenset(VIEWS)
    as_oneself = frozenset(VIEWS)
    page = PAGES["account"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._page()

    def _page(self, status: int = 200, problems: dict[str, str] | None = None, at: str = "", **more: Any) -> Response:
        """`problems` are sentences by the field they stand at, of the form `at`."""
        connection, person = db.session().connection(), oneself().person
        state = second_factor.state(connection, person.account_id)
        page = self.render(
            "pages/account/account.html",
            person=person,
            factor=state,
            qr=second_factor.qr(state.seed, person.email) if state.seed else "",
            must=current_user.needs_second_factor and not state.since,
            sessions=queries.open_sessions(connection, person.account_id, current_user.get_id()),
            feeds=calendar_feeds.open_feeds(connection, person.staff_id) if may_have_feeds() else None,
            problems=problems or {},
            at=at,
            shortest=passwords.SHORTEST,
            when=when,
            **more,
        )
        return make_response(page, status)

    @expose("/password", methods=("POST",))
    def password_view(self) -> ResponseReturnValue:
        """Form: `old`, `new` and `again`, the new one once more."""
        new, caller = request.form.get("new", ""), Caller.of_request()
        if new != request.form.get("again", ""):
            return self._page(422, {"again": AGAIN}, "password")

        def change() -> Response:
            password_hash = own.change_password(
                session=db.session(),
                old=request.form.get("old", ""),
                new=new,
                token=current_user.get_id(),
                by=oneself(),
                caller=caller,
            )
            answer = done("Your password is changed, and your other sessions are over.")
            # This browser stays known, with the new password.
            known = browsers.remembering(caller.known, oneself().person.account_id, password_hash)
            browsers.set_cookie(answer, known)
            return answer

        return self._try(change, "password")

    @expose("/second-factor/begin", methods=("POST",))
    def begin_view(self) -> ResponseReturnValue:
        own.begin_factor(session=db.session(), by=oneself())
        return redirect(urls.ACCOUNT)

    @expose("/second-factor/give-up", methods=("POST",))
    def give_up_view(self) -> ResponseReturnValue:
        own.give_up_factor(session=db.session(), by=oneself())
        return redirect(urls.ACCOUNT)

    @expose("/second-factor/confirm", methods=("POST",))
    def confirm_view(self) -> ResponseReturnValue:
        """Form: `code`, the first one of the app. Answers the recovery codes, this once."""

        def confirm() -> Response:
            code = request.form.get("code", "")
            codes = own.confirm_factor(session=db.session(), code=code, by=oneself(), caller=Caller.of_request())
            return self._page(codes=codes)

        return self._try(confirm, "confirm")

    @expose("/second-factor/off", methods=("POST",))
    def turn_off_view(self) -> ResponseReturnValue:
        """Form: `old` (the password) and `code`, of the app or a recovery code."""

        def turn_off() -> Response:
            own.turn_off_factor(session=db.session(), **proof())
            return done("The second factor is off.")

        return self._try(turn_off, "factor")

    @expose("/second-factor/codes", methods=("POST",))
    def renew_codes_view(self) -> ResponseReturnValue:
        """Form: as to turn it off. Answers new recovery codes, this once."""
        return self._try(lambda: self._page(codes=own.renew_codes(session=db.session(), **proof())), "factor")

    @expose("/sessions/end", methods=("POST",))
    def end_session_view(self) -> ResponseReturnValue:
        """Form: `session`, the number of one's own."""
        try:
            session_id = parse_id(request.form.get("session", ""))
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        if own.end_session(session=db.session(), session_id=session_id, by=oneself()):
            return done("The session is over.")
        return done("That session was over already.")

    @expose("/sessions/end-others", methods=("POST",))
    def end_others_view(self) -> ResponseReturnValue:
        own.end_others(session=db.session(), token=current_user.get_id(), by=oneself())
        return done("Your other sessions are over.")

    @expose("/calendar/make", methods=("POST",))
    def make_feed_view(self) -> ResponseReturnValue:
        """Answers the new address, this once."""
        if not may_have_feeds():
            refuse(PAGES["own_day"].resource, Action.VIEW, "have a calendar of visits")
        try:
            secret = feeds.make_feed(session=db.session(), by=oneself(), address=client_address())
        except AccountError as refused:
            return self._page(422, {"feed": str(refused)}, "feed")
        return self._page(feed_link=url_for("calendar_feed.show", secret=secret, _external=True))

    @expose("/calendar/revoke", methods=("POST",))
    def revoke_feed_view(self) -> ResponseReturnValue:
        """Form: `feed`, the number of one's own."""
        try:
            feed_id = parse_id(request.form.get("feed", ""))
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        try:
            feeds.revoke_feed(
                session=db.session(),
                staff_id=oneself().person.staff_id,
                feed_id=feed_id,
                by=oneself(),
                address=client_address(),
            )
        except AccountError as refused:
            return self._page(422, {"feed": str(refused)}, "feed")
        return done("The calendar address is revoked. What fetched it gets nothing more.")

    def _try(self, change: Callable[[], Response], at: str) -> Response:
        try:
            return change()
        except OwnAccountError as refused:
            return self._page(422, {refused.field: str(refused)}, at)
        except passwords.BusyError:
            answer, after_s = self._page(503, {"old": BUSY}, at), passwords.RETRY_AFTER_S
        except throttle.TooManyFailuresError as refused:
            after_s = refused.retry_after_s
            sentence = f"Too many tries. Wait {math.ceil(after_s / 60)} min and try again."
            answer = self._page(429, {"old": sentence}, at)
        answer.headers["Retry-After"] = str(after_s)
        return answer


def may_have_feeds() -> bool:
    """Whoever has a day of their own. Somebody without a role has none."""
    return oneself().role is not None and own_day.may_see(oneself())


def proof() -> dict[str, Any]:
    sent = {"password": request.form.get("old", ""), "code": request.form.get("code", "")}
    return sent | {"by": oneself(), "caller": Caller.of_request()}


def done(sentence: str) -> Response:
    flash(sentence, "success")
    return make_response(redirect(urls.ACCOUNT))
