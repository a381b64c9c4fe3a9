"""The settings under the names that Flask and its extensions use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from werkzeug.middleware.proxy_fix import ProxyFix

from homecare.config import ROOT, Config

TEMPLATES = str(ROOT / "templates")
MEGABYTE = 1024 * 1024


def behind_tls(config: Config) -> bool:
    """Whether browsers reach this installation only by https.
    True for a real installation, unless only this machine can reach it: bound to loopback without a proxy.
    """
    return not config.private and not config.only_this_machine


def flask_settings(config: Config) -> dict[str, Any]:
    tls = behind_tls(config)
    return {
        "HOMECARE": config,
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "OWNER_URL": config.owner_url,
        # A visit's form has two files of 10 MB. A form's text is far smaller; the roles' matrix has the most fields.
        # A file that is slightly too large is refused at its field, so nothing typed is lost.
        "MAX_CONTENT_LENGTH": 32 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 5000,
        # __Host- binds the cookie to this host and to https; a browser ignores such a cookie on plain http.
        "SESSION_COOKIE_NAME": "__Host-homecare" if tls else "homecare",
        "SESSION_COOKIE_SECURE": tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        # A form stays valid as long as its session: the token has no time limit of its own.
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
