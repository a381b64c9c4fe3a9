"""The host names this installation answers to, and redirects that stay on the requested host."""

from __future__ import annotations

from flask import Flask, Response, request

from homecare.web.errors import SpokenError
from homecare.web.settings import current_config

# Monitoring calls these, often by a changing address. They reveal nothing.
OF_ANY_NAME = ("health.healthz", "health.readyz")
UNKNOWN = "This server does not answer to that name. IT can add it to TRUSTED_HOSTS."


def refuse_unknown_host() -> None:
    """Refuses unknown host names: a made-up name would appear in links and let a foreign site's name point here."""
    if request.endpoint in OF_ANY_NAME:
        return
    name = without_port(request.host)
    if not any(name == known or (known[0] == "." and name.endswith(known)) for known in current_config().known_hosts):
        raise SpokenError(400, UNKNOWN)


def without_port(host: str) -> str:
    """Handles `[::1]:5000` too."""
    name, _, port = host.lower().rpartition(":")
    return name if port.isdigit() else host.lower()


def stay_relative(answer: Response) -> Response:
    """Makes redirects relative. Routing sends absolute ones, but the host and scheme the browser used may differ."""
    if answer.location and answer.location.startswith(request.host_url):
        answer.headers["Location"] = "/" + answer.location.removeprefix(request.host_url)
    return answer


def init_app(app: Flask) -> None:
    app.before_request(refuse_unknown_host)
    app.after_request(stay_relative)
