"""Flask-Admin adapted: one hardened view per company table, generated from the models."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin

from homecare.actions.assigning.rights import plans_everybody
from homecare.admin.door import GuardedView, acting, keep_viewing_read_only, may, viewed_as, withheld
from homecare.admin.list.own_views import may_share, saved_views
from homecare.admin.registry import menu, menu_pages, tabs_of
from homecare.admin.table_view import TableView
from homecare.tables.table import coded_tables
from homecare.web import urls


def init_app(app: Flask, home: GuardedView) -> Admin:
    """Registers the home page and a view for every company table."""
    admin = Admin(app, name="Homecare Admin", url=urls.ADMIN, index_view=home)
    for table in coded_tables().values():
        admin.add_view(TableView(table))
    # Otherwise half of every page would be the templates' indentation.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(keep_viewing_read_only)
    app.jinja_env.globals.update(viewed_as=viewed_as, withheld=withheld)
    app.jinja_env.globals.update(
        menu=menu,
        menu_pages=menu_pages,
        tabs_of=tabs_of,
        may=may,
        plans_everybody=lambda: plans_everybody(acting()),
        acting=acting,
        saved_views=saved_views,
        may_share_views=may_share,
    )
    return admin
