"""Flask-Admin made ours: one hardened view per company table, generated from the models."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin

from homecare.admin.guard import GuardedView, acting, may
from homecare.admin.table_view import TableView
from homecare.admin.tables import TableInfo, table_infos


def menu() -> list[tuple[str, list[TableInfo]]]:
    """The tables the acting person may open, by group; asks the same policy that refuses."""
    groups: dict[str, list[TableInfo]] = {}
    for info in table_infos().values():
        if may(info.name):
            groups.setdefault(info.group, []).append(info)
    return list(groups.items())


def init_app(app: Flask, home: GuardedView) -> Admin:
    """Registers the home page and a view for every company table."""
    admin = Admin(app, name="Homecare Admin", url="/admin", index_view=home)
    for info in table_infos().values():
        admin.add_view(TableView(info))
    app.jinja_env.globals.update(menu=menu, may=may, acting=acting)
    return admin
