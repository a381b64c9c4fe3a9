"""Pages: HTTP only, one package each; none imports another. The registry (access/pages.py) lists them."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from homecare import admin
from homecare.access.pages import PAGES
from homecare.admin.door import GuardedView
from homecare.pages.calendar_feed import page as calendar_feed
from homecare.pages.health import page as health
from homecare.pages.home import page as home
from homecare.pages.login import page as login
from homecare.pages.new_password import page as new_password
from homecare.pages.session import page as session

# Open to strangers, or only a redirect: these pass no door.
DOORLESS = (calendar_feed.page, health.page, login.page, new_password.page, session.page, home.start)


def view_of(module: str) -> GuardedView:
    """The one view that a page's module defines. Raises LookupError if it defines none or several."""
    name = f"homecare.pages.{module}"
    found = [
        thing
        for thing in vars(import_module(name)).values()
        if isinstance(thing, type) and issubclass(thing, GuardedView) and thing.__module__ == name
    ]
    if len(found) != 1:
        raise LookupError(f"{name} must define one view; it defines {len(found)}.")
    return found[0]()


def init_app(app: Flask) -> None:
    for blueprint in DOORLESS:
        app.register_blueprint(blueprint)
    views = {page.name: view_of(page.module) for page in PAGES.values() if page.module}
    registry = admin.init_app(app, views.pop("home"))
    for view in views.values():
        registry.add_view(view)
