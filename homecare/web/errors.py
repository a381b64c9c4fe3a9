"""Turns every error into one plain page or JSON that says what to do, without SQL, paths or values."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from homecare.db import sqlstate
from homecare.web.headers import request_id


@dataclass(frozen=True)
class Answer:
    """The status, its title, and a sentence that says what happened and what to do."""

    status: int
    title: str
    sentence: str
    retry_after_s: int | None = None


ANSWERS = {
    answer.status: answer
    for answer in (
        Answer(
            400,
            "That request was not understood",
            "Something in the address or the form was not readable. Go back, check it and try again.",
        ),
        Answer(
            401,
            "You are signed out",
            "Nothing was saved. Sign in again in another tab, then go back to this page and send it again.",
        ),
        Answer(
            403,
            "You may not do this",
            "Your role does not include it. An Admin can change what your role may do.",
        ),
        Answer(
            404,
            "Nothing here",
            "This page or record does not exist, or you may not see it. Check the address.",
        ),
        Answer(
            405,
            "Not possible this way",
            "This address does not take that kind of request. Go back and use the buttons on the page.",
        ),
        Answer(
            409,
            "Another record is in the way",
            "Another record already has this value, or still depends on this one. Go back, change it and try again.",
        ),
        Answer(
            413,
            "Too large",
            "A file may have 10 MB, a form with its files 32 MB and the text of a form 2 MB. Make it smaller and send "
            "it again.",
        ),
        Answer(
            422,
            "A value was not accepted",
            "One of the values has the wrong kind or size. Go back, correct it and try again.",
        ),
        Answer(429, "Too many tries", "Wait a while and try again."),
        Answer(
            500,
            "Something broke",
            "The fault is ours and nothing was saved. Try again; if it happens again, tell IT the number below.",
        ),
        Answer(
            503,
            "Not available at the moment",
            "The database is away or busy and nothing was saved. Try again in a few seconds.",
            retry_after_s=5,
        ),
    )
}
FORGED = Answer(
    400,
    "This form is no longer valid",
    "It was opened before you signed in again, or it came from another site, and nothing was saved. Go back, copy what "
    "you typed, reload the page and send it again.",
)
ANSWER_BY_STATE = {
    "23502": 422,  # a required value is missing
    "23514": 422,  # a check constraint failed
    "42501": 403,
    "55P03": 503,  # a lock was not available in time
}
ANSWER_BY_CLASS = {"08": 503, "22": 422, "23": 409, "40": 503, "53": 503, "54": 422, "57": 503}


def status_of(error: BaseException) -> int:
    """The HTTP status for an error of the database or its driver. 500 for anything unforeseen."""
    state = sqlstate(error)
    if state is not None:
        return ANSWER_BY_STATE.get(state) or ANSWER_BY_CLASS.get(state[:2], 500)
    original = getattr(error, "orig", None) or error
    if isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)):
        return 503
    # The driver itself refuses these: NUL in text, or half of a surrogate pair.
    if isinstance(original, (psycopg.DataError, UnicodeEncodeError)):
        return 422
    return 500


def log(error: BaseException, status: int) -> None:
    """Logs what helps to find the fault."""
    level = current_app.logger.error if status >= 500 else current_app.logger.warning
    level("request=%s status=%s endpoint=%s %s", request_id(), status, request.endpoint, facts(error))


def facts(error: BaseException) -> str:
    """What helps to find the fault, never the message, which can contain people's data."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, psycopg.Error):
        found = f"sqlstate={original.sqlstate} constraint={original.diag.constraint_name}"
    else:
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        found = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"error={type(original).__name__} {found}"


def wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


class SpokenError(HTTPException):
    """A refusal with its own sentence, instead of the general one of its status."""

    def __init__(
        self,
        status: int,
        sentence: str,
        explained_at: str | None = None,
        back: tuple[str, str] | None = None,
        title: str | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = status
        self.sentence = sentence
        self.title = title
        # A page that shows which rule refused, for people who may change it.
        self.explained_at = explained_at
        # The link to go on, as address and label.
        self.back = back


def respond(
    answer: Answer,
    sentence: str | None = None,
    explained_at: str | None = None,
    back: tuple[str, str] | None = None,
    title: str | None = None,
) -> Response:
    sentence = sentence or answer.sentence
    answer = replace(answer, title=title or answer.title)
    if wants_json():
        response = jsonify(error=sentence, status=answer.status, request=request_id())
    else:
        page = render_template(
            "frame/error.html",
            answer=answer,
            sentence=sentence,
            explained_at=explained_at,
            back=back,
            request_id=request_id(),
        )
        response = make_response(page)
    response.status_code = answer.status
    if answer.retry_after_s is not None:
        response.headers["Retry-After"] = str(answer.retry_after_s)
    return response


def on_http_error(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    fallback = ANSWERS[500] if error.code >= 500 else ANSWERS[400]
    answer = ANSWERS.get(error.code) or Answer(error.code, fallback.title, fallback.sentence)
    spoken = {name: getattr(error, name, None) for name in ("sentence", "explained_at", "back", "title")}
    response = respond(answer, **spoken)
    for name, value in error.get_headers():
        # Allow for 405 and Retry-After for 429. The error's own body and type are replaced.
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def on_forged(error: CSRFError) -> Response:
    return respond(FORGED)


def on_any_error(error: Exception) -> Response:
    status = status_of(error)
    log(error, status)
    return respond(ANSWERS[status])


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(CSRFError, on_forged)
    app.register_error_handler(SQLAlchemyError, on_any_error)
    app.register_error_handler(Exception, on_any_error)
