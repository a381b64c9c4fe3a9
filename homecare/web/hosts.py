"""The names this installation answers to, and redirects that stay with the name they were asked by."""

from __future__ import annotations

from flask import Flask, Response, request

from homecare.web.errors import SpokenError
from homecare.web.settings import current_config

# Asked by what watches over the server, often by an address that changes; they tell nothing.
OF_ANY_NAME = ("health.healthz", "health.readyz")
UNKNOWN = "This server does not answer to that name. IT can add it to TRUSTED_HOSTS."


def refuse_unknown_host() -> None:
    """A made-up name would come back in links, and let a foreign page's name point here."""
    if request.endpoint in OF_ANY_NAME:
        return
    name = without_port(request.host)
    if not any(name == known or (known[0] == "." and name.endswith(known)) for known in current_config().known_hosts):
        raise SpokenError(400, UNKNOWN)


def without_port(host: str) -> str:
    """Also of `[::1]:5000`."""
    name, _, port = host.lower().rpartition(":")
    return name if port.isdigit() else host.lower()


def stay_relative(answer: Response) -> Response:
    """Routing sends `/admin` to a whole address; which name and scheme the browser used is its own affair."""
    if answer.location and answer.location.startswith(request.host_url):
        answer.headers["Location"] = "/" + answer.location.removeprefix(request.host_url)
    return answer


def init_app(app: Flask) -> None:
    app.before_request(refuse_unknown_host)
    app.after_request(stay_relative)
