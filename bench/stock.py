"""Stock Flask-Admin 2.2.1 over the same tables: ModelView as its guide sets it up, 50 rows a page, no sign-in.

Its views get the same list columns as ours. It has no relations to resolve, because our models define none; with
relations it would load every parent for each dropdown of a form.
"""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy
from geoalchemy2 import Geography

from homecare.admin.tables import table_infos
from homecare.config import Config
from homecare.db import db, engine_options


def stock_app(config: Config) -> Flask:
    app = Flask("stock", template_folder=None)
    app.config.update(
        SECRET_KEY="stock",
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(),
    )
    extension: SQLAlchemy = db
    extension.init_app(app)
    admin = Admin(app, url="/admin")
    for info in table_infos().values():
        points = [name for name, field in info.fields.items() if isinstance(field.column.type, Geography)]
        options = {
            "page_size": 50,
            "can_view_details": True,
            "column_list": list(info.columns),
            "column_searchable_list": [name for name, field in info.fields.items() if field.searchable],
            "form_excluded_columns": points,
            "column_details_exclude_list": points,
        }
        view = type(f"Stock{info.name}", (ModelView,), options)
        admin.add_view(view(info.model, db, endpoint=info.name, name=info.many))
    return app
