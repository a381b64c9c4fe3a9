"""Pages: HTTP only. Each module brings one blueprint; none imports another."""

from __future__ import annotations

from flask import Flask

from homecare import admin
from homecare.pages.health import page as health
from homecare.pages.home import page as home
from homecare.pages.login import page as login
from homecare.pages.preferences import page as preferences
from homecare.pages.roles import explain, history
from homecare.pages.roles import page as roles
from homecare.pages.saved_views import page as views
from homecare.pages.search import page as search
from homecare.pages.session import page as session
from homecare.pages.tables_and_forms import page as lowcode
from homecare.pages.view_as import page as view_as

PAGES = (health.page, login.page, session.page, home.page)


def init_app(app: Flask) -> None:
    for page in PAGES:
        app.register_blueprint(page)
    registry = admin.init_app(app, home.Home())
    for view in (search.Search(), views.Views(), preferences.Preferences()):
        registry.add_view(view)
    for role_view in (roles.Roles(), history.RoleHistory(), explain.Explain(), view_as.ViewAs()):
        registry.add_view(role_view)
    registry.add_view(lowcode.LowCode())
