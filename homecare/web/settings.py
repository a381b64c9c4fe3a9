"""The settings in the words of Flask and its extensions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from werkzeug.middleware.proxy_fix import ProxyFix

from homecare.config import ROOT, Config

TEMPLATES = str(ROOT / "templates")
MEGABYTE = 1024 * 1024


def behind_tls(config: Config) -> bool:
    """Whether browsers reach this installation by https only.

    A real installation does, unless nothing but this machine can reach it: bound to loopback with no proxy in front.
    """
    return not config.private and not config.only_this_machine


def flask_settings(config: Config) -> dict[str, Any]:
    tls = behind_tls(config)
    return {
        "HOMECARE": config,
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "OWNER_URL": config.owner_url,
        # A visit's form takes two files of 10 MB; a form's text is far smaller, and its fields are at most the matrix
        # of the roles. A file that is a little too large is refused at its field instead of losing what was typed.
        "MAX_CONTENT_LENGTH": 32 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 5000,
        # __Host- binds the cookie to this host and to https; a browser ignores such a cookie on plain http.
        "SESSION_COOKIE_NAME": "__Host-homecare" if tls else "homecare",
        "SESSION_COOKIE_SECURE": tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        # A form stays open for as long as its session lives: the token ends with the session, not by the clock.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def init_app(app: Flask, config: Config) -> None:
    app.config.update(flask_settings(config))
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def current_config() -> Config:
    """The settings of the running application."""
    config: Config = current_app.config["HOMECARE"]
    return config
