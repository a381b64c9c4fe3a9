"""Signing in and out."""

from __future__ import annotations

import math

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from homecare.access.person import Person
from homecare.access.stored.grants import policy_at
from homecare.db import db
from homecare.login import browsers, passwords, sessions, signing_in, throttle
from homecare.login.addresses import client_address
from homecare.login.browsers import Caller
from homecare.login.redirects import HOME, safe_next
from homecare.web import errors
from homecare.web.settings import current_config

page = Blueprint("login", __name__)

WRONG = "The e-mail or the password is not right. Check both and try again."
BUSY = "Many people are signing in right now, so your password was not checked. Try again in a few seconds."
WRONG_CODE = "This code is not right, or it was used before. Wait for the next one and try again."
OVER = "That took too long, so nothing was opened. Enter your password again."
STALE = "This page was open for too long, so nothing was sent. Enter your password again."


class LoginForm(FlaskForm):
    email = EmailField("E-mail", [InputRequired("Enter your e-mail."), Length(max=255, message=WRONG)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=1024, message=WRONG)])


class CodeForm(FlaskForm):
    ticket = HiddenField()
    code = StringField("Code", [InputRequired("Enter the code."), Length(max=64, message=WRONG_CODE)])


@page.get("/login")
def show() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(asked_for())
    return form_page(LoginForm(), 200)


@page.post("/login")
def send() -> ResponseReturnValue:
    """Sign-in from the dialog over a page, which wants JSON, or from the sign-in page."""
    form = LoginForm(request.form)
    if not form.validate():
        return form_page(form, 422)
    caller, replacing = Caller.of_request(), replaced()
    try:
        found = signing_in.sign_in(
            email=form.email.data or "", password=form.password.data or "", caller=caller, replacing=replacing
        )
    except (passwords.BusyError, throttle.TooManyFailuresError) as refused:
        return not_now(form, refused)
    if isinstance(found, signing_in.CodeAsked):
        if errors.wants_json():
            return jsonify(ticket=found.ticket)
        return form_page(CodeForm(None, ticket=found.ticket), 200)
    return entered(found) or form_page(form, 422, WRONG)


@page.post("/login/code")
def send_code() -> ResponseReturnValue:
    """The second step: `ticket` of the first one, and `code` of the app or a recovery code."""
    form = CodeForm(request.form)
    if not form.validate():
        return form_page(form, 422)
    try:
        found = signing_in.enter_code(
            ticket=form.ticket.data or "", code=form.code.data or "", caller=Caller.of_request(), replacing=replaced()
        )
    except signing_in.TicketError:
        # The page that stays open asks for the password again.
        return (jsonify(error=OVER, again=True), 422) if errors.wants_json() else form_page(LoginForm(None), 422, OVER)
    except throttle.TooManyFailuresError as refused:
        return not_now(form, refused)
    return entered(found) or form_page(form, 422, WRONG_CODE)


def replaced() -> str | None:
    """The session that signing in over a page ends."""
    return current_user.get_id() if current_user.is_authenticated else None


def entered(found: signing_in.Entered | None) -> Response | None:
    person = sessions.find_person(found.token) if found else None
    if found is None or person is None:
        return None
    forget()
    login_user(person)
    answer = jsonify(account=person.account_id) if errors.wants_json() else go_on(person)
    browsers.set_cookie(answer, found.known)
    return answer


def not_now(form: LoginForm | CodeForm, refused: passwords.BusyError | throttle.TooManyFailuresError) -> Response:
    if isinstance(refused, passwords.BusyError):
        answer, after_s = form_page(form, 503, BUSY), passwords.RETRY_AFTER_S
    else:
        after_s = refused.retry_after_s
        whose = "from here" if refused.by_address else "for this e-mail"
        answer = form_page(form, 429, f"Too many tries {whose}. Wait {math.ceil(after_s / 60)} min and try again.")
    answer.headers["Retry-After"] = str(after_s)
    return answer


@page.post("/logout")
def leave() -> ResponseReturnValue:
    """Ends the session on the server too, and records the sign-out."""
    if current_user.is_authenticated:
        signing_in.sign_out(current_user.get_id(), address=client_address())
    forget()
    return redirect("/login")


@page.errorhandler(CSRFError)
def stale(error: CSRFError) -> Response:
    """A sign-in without a valid token comes back with a new one and the e-mail that was typed."""
    if request.endpoint not in ("login.send", "login.send_code"):
        return errors.on_forged(error)
    return form_page(LoginForm(request.form), 400, STALE)


def forget() -> None:
    """Clears everything of the previous session from the cookie."""
    logout_user()
    session.clear()


def asked_for(otherwise: str = HOME) -> str:
    return safe_next(request.args.get("next"), otherwise)


def go_on(person: Person) -> Response:
    return make_response(redirect(asked_for(otherwise=start_page(person))))


def start_page(person: Person) -> str:
    """The start page of the person's role. Home if the role has none."""
    role = policy_at(db.session(), person.policy_version).role_of(person.role, person.status)
    return safe_next(role.start_page if role is not None else None)


def form_page(form: LoginForm | CodeForm, status: int, problem: str | None = None) -> Response:
    if errors.wants_json():
        refused = jsonify(error=problem or next((told[0] for told in form.errors.values()), ""))
        refused.status_code = status
        return refused
    if isinstance(form, CodeForm):
        page = render_template("pages/login/code.html", form=form, problem=problem, asked_for=asked_for())
        return make_response(page, status)
    config = current_config()
    text = render_template(
        "pages/login/login.html",
        form=form,
        problem=problem,
        asked_for=asked_for(),
        demo_accounts=config.demo_accounts,
        demo_password=config.demo_password if config.demo_accounts else None,
    )
    return make_response(text, status)
