"""The security headers, on every kind of answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from homecare import create_app
from homecare.config import Config

EVERY_KIND = [
    "/healthz",
    "/login",
    "/admin/",
    "/nothing-here",
    "/logout",
    "/static/x/css/foundation/theme.css",
    "/static/x/none",
]


@pytest.mark.parametrize("url", EVERY_KIND)
def test_every_answer_carries_the_headers(client: FlaskClient, url: str) -> None:
    answer = client.get(url, buffered=True)

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"].startswith("camera=(self), geolocation=(self), accelerometer=()")
    assert len(answer.headers["X-Request-Id"]) == 16


def test_a_page_is_kept_by_nobody(as_role: Callable[..., FlaskClient]) -> None:
    answer = as_role("Admin").get("/admin/")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_host_name_gets_the_headers_and_a_page(config: Config) -> None:
    client = create_app(replace(config, trusted_hosts=("care.example", "127.0.0.1"))).test_client()

    answer = client.get("/login", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "evil.example" not in answer.text


def test_a_file_of_this_release_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    answer = client.get(app.jinja_env.globals["asset"]("css/foundation/theme.css"), buffered=True)  # type: ignore[operator]

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_under_the_address_of_another_release_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/00000000/css/foundation/theme.css", buffered=True)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_a_file_outside_the_folder_is_not_served(client: FlaskClient) -> None:
    assert client.get("/static/x/../errors.py").status_code == 404
    assert client.get("/static/x/%2e%2e/errors.py").status_code == 404


def test_a_private_installation_promises_no_tls(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/login").headers


def test_behind_tls_the_browser_is_told_to_stay_there(config: Config) -> None:
    client = create_app(replace(config, private=False, trusted_proxies=1)).test_client()

    answer = client.get("/login", headers={"X-Forwarded-Proto": "https"})

    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-homecare=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
