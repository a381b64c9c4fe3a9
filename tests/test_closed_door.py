"""A page that forgets the access check shows nothing: no statement for rows runs before the check."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PASSWORD
from flask import Flask
from sqlalchemy import select, text

from homecare.access.row_scope import UnscopedStatementError
from homecare.db import db
from homecare.models import Patient

STATEMENTS = {"/forgotten-orm": select(Patient.id), "/forgotten-sql": text("SELECT id FROM patients")}


@pytest.fixture(scope="module")
def app(app: Flask) -> Flask:
    """The application with two pages whose author thought of no door."""
    for url, statement in STATEMENTS.items():
        app.add_url_rule(url, url.strip("/"), lambda statement=statement: str(db.session.execute(statement).all()))
    return app


@pytest.mark.parametrize("url", STATEMENTS)
def test_a_page_without_a_door_reads_no_rows(
    app: Flask, new_person: Callable[..., tuple[int, str]], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = app.test_client()
    visitor.sign_in(new_person("Admin")[1], PASSWORD)
    assert visitor.get(url).status_code == 500
    assert UnscopedStatementError.__name__ in caplog.text


def test_a_command_without_a_request_reads_them(app: Flask) -> None:
    with app.app_context():
        assert db.session.execute(STATEMENTS["/forgotten-orm"]).all() == []
