"""Errors as the person sees them and as the log records them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from homecare import create_app, login
from homecare.config import Config
from homecare.db import db

TELLING = "SELECT 'Almaz Bekele 0911'::text AS patient_name, "
STATEMENTS = {
    "bad-number": (TELLING + "'abc'::integer", 422),
    "out-of-range": (TELLING + "9999999999::integer", 422),
    "taken": (
        "INSERT INTO staff (first_name, last_name, email) VALUES ('Almaz','Bekele','0911@x'),('A','B','0911@x')",
        409,
    ),
    "still-needed": (
        "INSERT INTO dashboard.accounts (staff_id, password_hash) VALUES (999999, 'Almaz Bekele 0911')",
        409,
    ),
    "missing-value": ("INSERT INTO staff (first_name, last_name) VALUES ('Almaz', 'Bekele 0911')", 422),
    "not-granted": ("DELETE FROM dashboard.alembic_version", 403),
    "too-slow": ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(1), 'Almaz Bekele 0911'", 503),
    "our-mistake": ("SELECT patient_name FROM no_such_table", 500),
}
EXCEPTIONS = {
    "pool-empty": (PoolTimeout("QueuePool limit, Almaz"), 503),
    "cut-off": (psycopg.OperationalError("connection to 10.0.0.7 refused"), 503),
    "nul": (psycopg.DataError("PostgreSQL text fields cannot contain NUL"), 422),
    "half-a-pair": (UnicodeEncodeError("utf-8", "Almaz\ud800", 5, 6, "surrogates not allowed"), 422),
    "anything": (ValueError("Almaz Bekele 0911"), 500),
}


@pytest.fixture
def failing(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with two addresses that fail as told."""
    monkeypatch.setattr(login, "OPEN_TO_STRANGERS", login.OPEN_TO_STRANGERS | {"run", "raise_it"})
    app = create_app(config)

    @app.get("/run/<name>")
    def run(name: str) -> str:
        db.session.execute(text(STATEMENTS[name][0]), execution_options={"unscoped": True})
        return "done"

    @app.get("/raise/<name>")
    def raise_it(name: str) -> str:
        raise EXCEPTIONS[name][0]

    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_database_refuses_and_nothing_of_it_is_told(
    failing: Flask, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = failing.test_client().get(f"/run/{name}")

    assert answer.status_code == STATEMENTS[name][1]
    for told in (answer.text, caplog.text):
        assert not any(word in told for word in ("Almaz", "0911", "SELECT", "INSERT", "patient_name", "psycopg."))
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "sqlstate=" in caplog.text


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_error_is_answered_without_its_words(failing: Flask, name: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = failing.test_client().get(f"/raise/{name}")

    assert answer.status_code == EXCEPTIONS[name][1]
    for told in (answer.text, caplog.text):
        assert not any(word in told for word in ("Almaz", "0911", "10.0.0.7", "QueuePool limit"))
    assert "Traceback" not in answer.text
    assert "/homecare/" not in answer.text


def test_the_log_names_the_broken_constraint(failing: Flask, caplog: pytest.LogCaptureFixture) -> None:
    failing.test_client().get("/run/still-needed")

    assert "sqlstate=23503 constraint=fk_accounts_staff_id" in caplog.text


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(config: Config) -> None:
    away = replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    client = create_app(away).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "a session of before"

    answer = client.get("/admin/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Try again in a few seconds" in answer.text


def test_who_asks_for_json_gets_json(client: FlaskClient) -> None:
    answer = client.get("/nothing-here", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.json["status"] == 404
    assert answer.json["error"].startswith("This page or record does not exist")
    assert answer.json["request"] == answer.headers["X-Request-Id"]


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    answer = client.get("/logout")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_body_that_is_too_large_is_refused_in_words(client: FlaskClient) -> None:
    answer = client.post("/login", data={"email": "x" * 3_000_000})

    assert answer.status_code == 413
    assert "Make it smaller" in answer.text


def test_a_form_from_another_site_changes_nothing(as_role: Callable[..., FlaskClient]) -> None:
    admin = as_role("Admin")

    answer = admin.post("/logout", data={"csrf_token": "of another site"})

    assert answer.status_code == 400
    assert "no longer valid" in answer.text
    assert admin.get("/admin/").status_code == 200
