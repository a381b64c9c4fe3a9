"""Where Alembic learns the database, our models, and what it must leave alone.

The address comes from `homecare.migrate`, which needs no web application, or from the application whose command line
runs. It is one transaction on the owner's connection, as far as no migration builds its indexes beside the company's
work: a failed upgrade leaves nothing half done.
"""

from __future__ import annotations

from alembic import context
from flask import current_app
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, pool

from homecare import migrate
from homecare.access.grants import fill_if_empty
from homecare.db import Base


def addresses() -> tuple[str, str]:
    """The owner's address and the serving process's."""
    attributes = context.config.attributes
    if "owner_url" in attributes:
        return attributes["owner_url"], attributes["serving_url"]
    return current_app.config["OWNER_URL"], current_app.config["SQLALCHEMY_DATABASE_URI"]


def run() -> None:
    owner_url, serving_url = addresses()
    engine = create_engine(owner_url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        migrate.take_turn(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
            **migrate.COMPARED,
        )
        with context.begin_transaction():
            migrate.prepare(connection)
            context.run_migrations()
        with connection.begin():
            migrate.grant(connection, owner_url, serving_url)
            if migrate.has_roles(connection):
                fill_if_empty(connection)


if context.is_offline_mode():
    raise migrate.MigrationError("Migrations look at the database before they change it; run them without --sql.")
run()
