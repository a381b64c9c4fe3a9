"""What is read of a request: only forms with a limited number of fields. Anything else is refused early."""

from __future__ import annotations

from flask import Flask, current_app, request

from homecare.web.errors import SpokenError

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
READING = ("GET", "HEAD", "OPTIONS")
# More than a list with a condition on every column, or a prefilled form, can need.
MOST_NAMES = 500


def refuse_early() -> None:
    if request.routing_exception is not None:
        return
    if request.query_string.count(b"&") >= MOST_NAMES:
        raise SpokenError(400, f"This address has more than {MOST_NAMES} conditions. Use fewer.")
    if request.method in READING:
        return
    # An empty body needs no type: the address says everything.
    if request.mimetype not in (URL_ENCODED, MULTIPART) and (request.mimetype or request.content_length):
        raise SpokenError(415, f"Only forms are accepted here, as {URL_ENCODED} or {MULTIPART}. Nothing was saved.")
    if request.mimetype == URL_ENCODED:
        limit_fields()


def limit_fields() -> None:
    """Limits the size and fields of URL-encoded forms. Werkzeug limits only multipart forms."""
    request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    most = current_app.config["MAX_FORM_PARTS"]
    if request.get_data().count(b"&") >= most:
        raise SpokenError(413, f"This form has more than {most:,} fields. Nothing was saved.")


def init_app(app: Flask) -> None:
    app.before_request(refuse_early)
