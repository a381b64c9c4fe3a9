"""/readyz says how far behind the workers are, and the command line lets one catch up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, text

from homecare.config import ROOT
from homecare.work.jobs import JOBS


@pytest.fixture(autouse=True)
def _no_jobs(owner_engine: Engine) -> Iterator[None]:
    yield
    run(owner_engine, "DELETE FROM dashboard.jobs")


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


def once(app: Flask) -> Any:
    return app.test_cli_runner().invoke(args=["work", "--once"])


def test_where_no_worker_ever_ran_nobody_knows(client: Visitor) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert answer.json["jobs"] == dict.fromkeys(JOBS)


def test_after_a_worker_ran_nothing_is_late(app: Flask, client: Visitor) -> None:
    result = once(app)

    assert (result.exit_code, result.output) == (0, f"{len(JOBS)} jobs done, 0 failed.\n")
    assert client.get("/readyz").json["jobs"] == dict.fromkeys(JOBS, 0)


def test_a_worker_that_does_not_run_makes_jobs_late_and_the_pages_are_served(
    app: Flask, client: Visitor, owner_engine: Engine
) -> None:
    once(app)
    run(owner_engine, "UPDATE dashboard.jobs SET due_at = now() - interval '300 s' WHERE name = 'files'")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert 295 <= answer.json["jobs"].pop("files") <= 330
    assert set(answer.json["jobs"].values()) >= {0}


def test_a_job_that_fails_is_late_although_it_is_tried_later(app: Flask, client: Visitor, owner_engine: Engine) -> None:
    once(app)
    late = "due_at = now() - interval '300 s', try_at = now(), tries = 3"
    run(owner_engine, f"UPDATE dashboard.jobs SET {late} WHERE name = 'form_tokens'")
    run(owner_engine, "REVOKE DELETE ON dashboard.form_tokens FROM homecare_app")

    result = once(app)
    run(owner_engine, "GRANT DELETE ON dashboard.form_tokens TO homecare_app")

    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "0 jobs done, 1 failed.")
    assert run(owner_engine, "SELECT problem FROM dashboard.jobs WHERE name = 'form_tokens'") == (
        "The database did not do it (42501)."
    )
    assert client.get("/readyz").json["jobs"]["form_tokens"] >= 295


def test_of_several_of_one_name_the_oldest_counts(client: Visitor, owner_engine: Engine) -> None:
    for age in (10, 500, 100):
        run(owner_engine, "INSERT INTO dashboard.jobs (name, due_at) VALUES ('files', timezone('utc', now()) - :age)",
            age=timedelta(seconds=age))  # fmt: skip

    assert 495 <= client.get("/readyz").json["jobs"]["files"] <= 530


def test_a_database_without_the_table_is_told_to_be_set_up(app: Flask, owner_engine: Engine) -> None:
    run(owner_engine, "ALTER TABLE dashboard.jobs RENAME TO elsewhere")

    result = once(app)

    run(owner_engine, "ALTER TABLE dashboard.elsewhere RENAME TO jobs")
    assert result.exit_code == 1
    assert "Run `flask --app app db upgrade` first." in result.output


def test_every_job_that_is_asked_for_is_one_there_is() -> None:
    asked = {
        keyword.value.value
        for path in (ROOT / "homecare").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "enqueue"
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }

    assert asked <= set(JOBS)
