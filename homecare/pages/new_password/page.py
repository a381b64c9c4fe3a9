"""Setting a password by a one-time link: opening it uses nothing up, sending the password does."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo

from homecare.db import db
from homecare.login import one_time_links, passwords
from homecare.login.addresses import client_address

page = Blueprint("new_password", __name__, url_prefix="/new-password")

BUSY = "Many people are signing in at this moment, so nothing was set. Try again in a few seconds."


class NewPasswordForm(FlaskForm):
    new = PasswordField("New password")
    again = PasswordField("The same password again", [EqualTo("new", "The two are not the same. Type both again.")])


@page.get("/<token>")
def show(token: str) -> Response:
    return form_page(NewPasswordForm(None), token, 200)


@page.post("/<token>")
def send(token: str) -> Response:
    form = NewPasswordForm(request.form)
    new = form.new.data or ""
    try:
        passwords.check_new(new)
    except passwords.PasswordError as refused:
        form.validate()
        form.new.errors = [str(refused)]
        return form_page(form, token, 422)
    if not form.validate():
        return form_page(form, token, 422)
    # Before the work of a hash, or strangers could have it done at will.
    with db.engine.connect() as connection:
        if one_time_links.find(connection, token) is None:
            return gone()
    try:
        password_hash = passwords.hashed(new)
    except passwords.BusyError:
        answer = form_page(form, token, 503, BUSY)
        answer.headers["Retry-After"] = str(passwords.RETRY_AFTER_S)
        return answer
    if not one_time_links.use(token, password_hash=password_hash, address=client_address()):
        return gone()
    return make_response(render_template("pages/new_password/done.html"))


def form_page(form: NewPasswordForm, token: str, status: int, problem: str = "") -> Response:
    with db.engine.connect() as connection:
        whose = one_time_links.find(connection, token)
    if whose is None:
        return gone()
    text = render_template(
        "pages/new_password/new_password.html", form=form, whose=whose, problem=problem, shortest=passwords.SHORTEST
    )
    return make_response(text, status)


def gone() -> Response:
    return make_response(render_template("pages/new_password/gone.html"), 404)
