"""Pages: HTTP only. Each module brings one blueprint; none imports another."""

from __future__ import annotations

from flask import Flask

from homecare import admin
from homecare.pages import health, home, login, preferences, roles, search, views

PAGES = (health.page, login.page, home.page)


def init_app(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page)
    registry = admin.init_app(app, home.Home())
    for view in (search.Search(), views.Views(), preferences.Preferences()):
        registry.add_view(view)
    for page_view in (roles.Roles(),):
        registry.add_view(page_view)
