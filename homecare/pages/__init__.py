"""Pages: HTTP only. Each module brings one blueprint; none imports another."""

from __future__ import annotations

from flask import Flask

from homecare import admin
from homecare.pages import health, home, login

PAGES = (health.page, login.page, home.page)


def init_app(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page)
    admin.init_app(app, home.Home())
