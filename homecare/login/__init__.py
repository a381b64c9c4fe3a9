"""Sign-in: accounts, server-side sessions, throttling, and the check that keeps strangers out."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import Unauthorized

from homecare.access.row_scope import enter_request, leave_request
from homecare.login import sessions
from homecare.login.browsers import keyed
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json

# What a person who is not signed in may open; everything else is shut, whoever adds it.
OPEN_TO_STRANGERS = frozenset({
    "static", "health.healthz", "health.readyz", "login.show", "login.send", "login.send_code", "login.leave",
    "new_password.show", "new_password.send", "session.show", "calendar_feed.show",
})  # fmt: skip
# What a person may open whose role asks for a second factor that is not set up yet: to do so, to stay, and to go.
OPEN_WITHOUT_SECOND_FACTOR = OPEN_TO_STRANGERS | {
    "account.index_view", "account.begin_view", "account.confirm_view", "account.give_up_view", "session.keep",
    "view_as.stop_view",
}  # fmt: skip

csrf = CSRFProtect()


def ask_to_sign_in() -> ResponseReturnValue | None:
    """Shuts every address except the open ones. An address that does not exist answers 404 to everybody."""
    if request.endpoint is None or request.endpoint in OPEN_TO_STRANGERS or current_user.is_authenticated:
        return None
    if request.method not in ("GET", "HEAD") or wants_json():
        raise Unauthorized()
    asked_for = request.full_path if request.query_string else request.path
    return redirect("/login?" + urlencode({"next": asked_for}))


def ask_for_second_factor() -> ResponseReturnValue | None:
    """Leads whoever must set one up to their account page, and does nothing else for them until then."""
    if request.endpoint is None or request.endpoint in OPEN_WITHOUT_SECOND_FACTOR:
        return None
    if not getattr(current_user, "needs_second_factor", False):
        return None
    if request.method not in ("GET", "HEAD") or wants_json():
        raise SpokenError(
            403, "Your role asks for a second factor, and you have none yet. Set it up on your account page first."
        )
    return redirect(urls.ACCOUNT)


def draft_key() -> str:
    """The key for this browser's unsaved forms. Given only while signed in; the browser does not store it."""
    return b64encode(keyed("drafts", str(current_user.account_id))).decode()


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    manager = LoginManager()
    # Flask-Login's context processor would query the database on the very page that reports the database is down.
    manager.init_app(app, add_context_processor=False)
    # A phone changes its address while it moves. The session table decides, not the address.
    manager.session_protection = None
    manager.user_loader(sessions.find_person)
    app.jinja_env.globals["current_user"] = current_user
    app.jinja_env.globals["draft_key"] = draft_key
    app.before_request(enter_request)
    app.before_request(ask_to_sign_in)
    app.before_request(ask_for_second_factor)
    app.teardown_request(leave_request)
