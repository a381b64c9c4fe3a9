"""Whether the process is alive, and whether it can serve."""

import os
import signal
import socket
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from homecare import create_app
from homecare.config import Config
from homecare.db import db
from homecare.web import deadline

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def test_a_live_process_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


def test_a_migrated_database_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "ready")


def test_a_database_of_another_release_is_not_ready(client: FlaskClient, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        right = connection.scalar(text("SELECT version_num FROM dashboard.alembic_version"))
        connection.execute(text("UPDATE dashboard.alembic_version SET version_num = 'older'"))

    answer = client.get("/readyz")

    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.alembic_version SET version_num = :right"), {"right": right})
    assert answer.status_code == 503
    assert "db upgrade" in answer.json["why"]


def test_a_table_that_escapes_the_trail_is_not_ready(client: FlaskClient, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER trail_changed"))

    answer = client.get("/readyz")

    with owner_engine.begin() as connection:
        connection.execute(text("ALTER TABLE events ENABLE ALWAYS TRIGGER trail_changed"))
    assert answer.status_code == 503
    assert answer.json["why"].startswith("Changes of events are not in the trail.")


def test_an_absent_database_is_not_ready_but_the_process_lives(config: Config) -> None:
    client = create_app(replace(config, database_url=AWAY)).test_client()

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json == {"status": "not ready", "why": "The database does not answer."}


def test_a_server_that_accepts_and_says_nothing_is_not_ready(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = create_app(replace(config, database_url=f"postgresql+psycopg://nobody@127.0.0.1:{port}/nothing"))

        assert app.test_client().get("/readyz").status_code == 503


def test_a_connection_that_froze_is_replaced(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        db.engine.dispose()
        with db.engine.connect() as connection:
            frozen = connection.scalar(text("SELECT pg_backend_pid()"))
    os.kill(frozen, signal.SIGSTOP)

    try:
        assert client.get("/readyz").status_code == 200
    finally:
        os.kill(frozen, signal.SIGCONT)
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != frozen


def test_a_connection_in_the_pool_has_less_patience_than_one_in_use(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        held = connection.connection.dbapi_connection
        in_use_s = held.limit_s

    assert (in_use_s, held.limit_s) == (deadline.STATEMENT_S, deadline.PING_S)
    assert deadline.PING_S + deadline.CONNECT_S < 3
