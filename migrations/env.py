"""Where Alembic learns the database, our models, and what it must leave alone.

The address comes from `homecare.migrate`, which needs no web application, or from the application whose command line
runs. Each revision is one transaction on the owner's connection, so that no table is locked for longer than its own.
"""

from __future__ import annotations

import itertools

from alembic import context
from flask import current_app
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import DBAPIError

from homecare import adoption, covering, migrate, queueing
from homecare.access.stored.grants import fill_if_empty
from homecare.db import Base


def addresses() -> tuple[str, str]:
    """The owner's address and the serving process's."""
    attributes = context.config.attributes
    if "owner_url" in attributes:
        return attributes["owner_url"], attributes["serving_url"]
    return current_app.config["OWNER_URL"], current_app.config["SQLALCHEMY_DATABASE_URI"]


def attempt(say: adoption.Say) -> None:
    """As far as it comes: each revision is a transaction of its own, and what is done stays done. Raises BusyError."""
    owner_url, serving_url = addresses()
    engine = create_engine(owner_url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        try:
            migrate.prepare(connection)
            connection.commit()
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                process_revision_directives=alembic_helpers.writer,
                render_item=alembic_helpers.render_item,
                transaction_per_migration=True,
                say=say,
                **migrate.COMPARED,
            )
            with context.begin_transaction():
                context.run_migrations()
            cover(connection)
            migrate.grant(connection, owner_url, serving_url, say)
            if migrate.has_roles(connection):
                fill_if_empty(connection)
            connection.commit()
        except DBAPIError as error:
            busy = adoption.busy(connection, error, adoption.TABLES)
            if busy is None:
                raise
            raise busy from error


def cover(connection: Connection) -> None:
    """One table a transaction, where the migrations that ran reach as far as the trail and the queues of facts."""
    due = covering.due(connection) if migrate.has_trail(connection) else ()
    for _table, statements in itertools.chain(due, queueing.due(connection)):
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


def run() -> None:
    attributes = context.config.attributes
    say = attributes.get("say", print)
    adoption.patiently(lambda: attempt(say), say, attributes.get("patience_s", adoption.PATIENCE_S))


if context.is_offline_mode():
    raise migrate.MigrationError("Migrations look at the database before they change it; run them without --sql.")
run()
