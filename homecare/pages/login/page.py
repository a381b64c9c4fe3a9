"""Signing in and out."""

from __future__ import annotations

import math

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from homecare.access.person import Person
from homecare.access.stored.grants import policy_at
from homecare.db import db
from homecare.login import accounts, browsers, passwords, sessions, throttle
from homecare.login.addresses import client_address
from homecare.login.browsers import Caller
from homecare.login.redirects import HOME, safe_next
from homecare.web import errors
from homecare.web.settings import current_config

page = Blueprint("login", __name__)

WRONG = "The e-mail or the password is not right. Check both and try again."
BUSY = "Many people are signing in right now, so your password was not checked. Try again in a few seconds."
STALE = "This page was open for too long, so you are not signed in yet. Enter your password again."


class LoginForm(FlaskForm):
    email = EmailField("E-mail", [InputRequired("Enter your e-mail."), Length(max=255, message=WRONG)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=1024, message=WRONG)])


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
    caller = Caller.of_request()
    replacing = current_user.get_id() if current_user.is_authenticated else None
    try:
        entered = accounts.sign_in(
            email=form.email.data or "", password=form.password.data or "", caller=caller, replacing=replacing
        )
    except passwords.BusyError:
        answer = form_page(form, 503, BUSY)
        answer.headers["Retry-After"] = str(passwords.RETRY_AFTER_S)
        return answer
    except throttle.TooManyFailuresError as refused:
        minutes, whose = math.ceil(refused.retry_after_s / 60), "from here" if refused.by_address else "for this e-mail"
        answer = form_page(form, 429, f"Too many tries {whose}. Wait {minutes} min and try again.")
        answer.headers["Retry-After"] = str(refused.retry_after_s)
        return answer
    person = sessions.find_person(entered.token) if entered else None
    if entered is None or person is None:
        return form_page(form, 422, WRONG)
    forget()
    login_user(person)
    answer = jsonify(account=person.account_id) if errors.wants_json() else go_on(person)
    browsers.set_cookie(answer, entered.known)
    return answer


@page.post("/logout")
def leave() -> ResponseReturnValue:
    """Ends the session on the server too, and records the sign-out."""
    if current_user.is_authenticated:
        accounts.sign_out(current_user.get_id(), address=client_address())
    forget()
    return redirect("/login")


@page.errorhandler(CSRFError)
def stale(error: CSRFError) -> Response:
    """A sign-in without a valid token gets the page again with a new token and the typed e-mail."""
    if request.endpoint != "login.send":
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


def form_page(form: LoginForm, status: int, problem: str | None = None) -> Response:
    if errors.wants_json():
        refused = jsonify(error=problem or next((told[0] for told in form.errors.values()), ""))
        refused.status_code = status
        return refused
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
