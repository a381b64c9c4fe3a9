"""Stock Flask-Admin 2.2.1 over the same tables: ModelView as its guide sets it up, 50 rows a page, no sign-in.

Its lists get the same columns as ours, and show a relation's bare key where ours shows the name. Its forms get the same
inputs, relations as the AJAX pickers its guide advises for large tables; with dropdowns it would load every parent.
"""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from geoalchemy2 import Geography
from sqlalchemy.orm import relationship

from homecare.config import Config
from homecare.db import db, engine_options
from homecare.tables.table import ShownTable, coded_tables


def relate(table: ShownTable) -> dict[str, dict[str, object]]:
    """Gives the model a relationship for each foreign key; returns the pickers' settings by its name."""
    pickers: dict[str, dict[str, object]] = {}
    for field in table.fields.values():
        if not field.target:
            continue
        parent = coded_tables()[field.target]
        name = f"{field.name.removesuffix('_id')}_row"
        keys = [getattr(table.model, field.name)]
        setattr(table.model, name, relationship(parent.model, foreign_keys=keys, post_update=True))
        found = [n for n, f in parent.fields.items() if f.searchable] or ["status"]
        pickers[name] = {"fields": found, "page_size": 10}
    return pickers


def stock_app(config: Config) -> Flask:
    app = Flask("stock", template_folder=None)
    app.config.update(
        SECRET_KEY="stock",
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.threads),
    )
    db.init_app(app)
    admin = Admin(app, url="/admin")
    pickers = {table.name: relate(table) for table in coded_tables().values()}
    for table in coded_tables().values():
        points = [name for name, field in table.fields.items() if isinstance(field.column.type, Geography)]
        options = {
            "page_size": 50,
            "can_view_details": True,
            "column_list": list(table.columns),
            "column_searchable_list": [name for name, field in table.fields.items() if field.searchable],
            "form_ajax_refs": pickers[table.name],
            "form_excluded_columns": points,
            "column_details_exclude_list": points,
        }
        view = type(f"Stock{table.name}", (ModelView,), options)
        admin.add_view(view(table.model, db, endpoint=table.name, name=table.many))
    return app
