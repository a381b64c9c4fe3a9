"""Pages: HTTP only. Each module brings one blueprint; none imports another."""

from __future__ import annotations

from flask import Flask

from homecare import admin
from homecare.pages import (
    explain,
    health,
    home,
    login,
    lowcode,
    preferences,
    role_history,
    roles,
    search,
    session,
    view_as,
    views,
)

PAGES = (health.page, login.page, session.page, home.page)


def init_app(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page)
    registry = admin.init_app(app, home.Home())
    for view in (search.Search(), views.Views(), preferences.Preferences()):
        registry.add_view(view)
    for role_view in (roles.Roles(), role_history.RoleHistory(), explain.Explain(), view_as.ViewAs()):
        registry.add_view(role_view)
    registry.add_view(lowcode.LowCode())
