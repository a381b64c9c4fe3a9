"""The security headers of every answer, including errors and static files."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, has_request_context, request

from homecare.config import Config
from homecare.web.settings import behind_tls, current_config

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# An uploaded file loads nothing, runs nothing and has no origin, even when it is opened on its own.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
REFUSED_FEATURES = (
    "accelerometer", "autoplay", "display-capture", "encrypted-media", "fullscreen", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: a form sent over https without a referrer is refused as forged.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The camera photographs a prescription; a check-in tells how far from the patient it was. Nothing else is needed.
    "Permissions-Policy": ", ".join(
        ["camera=(self)", "geolocation=(self)", *(f"{feature}=()" for feature in REFUSED_FEATURES)]
    ),
}
TWO_YEARS_S = 2 * 365 * 24 * 3600


def request_id() -> str:
    """The id of this request in the log, in the trail and on error pages."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    name: str = g.request_id
    return name


def known_request_id() -> str:
    """Empty outside of a request."""
    return request_id() if has_request_context() else ""


def common(config: Config) -> dict[str, str]:
    """The headers of every answer, including those that the web server sends without the application."""
    tls = {"Strict-Transport-Security": f"max-age={TWO_YEARS_S}; includeSubDomains"} if behind_tls(config) else {}
    return HEADERS | tls


def add_headers(answer: Response) -> Response:
    is_file = answer.headers.get("Content-Security-Policy") == FILE_POLICY
    answer.headers.update(common(current_config()) | ({"Content-Security-Policy": FILE_POLICY} if is_file else {}))
    answer.headers["X-Request-Id"] = request_id()
    if request.endpoint != "static" or answer.status_code >= 400:
        said = answer.headers.get("Cache-Control", "")
        answer.headers["Cache-Control"] = said if "no-store" in said else "no-store"
    return answer


def init_app(app: Flask) -> None:
    app.after_request(add_headers)
