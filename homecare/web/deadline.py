"""Stops a frozen server, or a network that swallows packets, from blocking a page for minutes.
PostgreSQL's own time limits run on the server, so they fail with it. Here the client limits its waiting: a pooled
connection that does not answer the pool's ping is dropped, a new one must come within two seconds, and a statement gets
a little more than the server's own limit.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from flask import Flask
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout as WaitTimeout  # psycopg 3.3 has no public name for it
from psycopg.rows import TupleRow
from sqlalchemy import Engine, event

from homecare.db import db

T = TypeVar("T")

PING_S = 0.8
CONNECT_S = 2  # the shortest that libpq supports; together with the ping under three seconds
STATEMENT_S = 6.0  # above the statement_timeout of 5 s, so that a live server answers first


class ImpatientConnection(psycopg.Connection[TupleRow]):
    """Closes itself when the server does not answer within `limit_s`."""

    limit_s: float = CONNECT_S

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.limit_s)
        except WaitTimeout as error:
            # Anything the server still sends no longer belongs to a statement.
            self.pgconn.finish()
            raise psycopg.OperationalError("the database server does not answer") from error


def guard(engine: Engine) -> None:
    """Makes every new connection of this engine impatient, most of all while the pool pings it."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]) -> ImpatientConnection:
        return ImpatientConnection.connect(*arguments, **named | {"connect_timeout": CONNECT_S})

    @event.listens_for(engine, "checkout")
    def into_use(connection: ImpatientConnection, _record: Any, _proxy: Any) -> None:
        connection.limit_s = STATEMENT_S

    @event.listens_for(engine, "checkin")
    def into_pool(connection: ImpatientConnection | None, _record: Any) -> None:
        if connection is not None:
            connection.limit_s = PING_S


def init_app(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            guard(engine)
