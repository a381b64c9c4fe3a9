"""`bench load` as people call it: where its rows go, what it asks before, and how they are signed in to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import Result
from clusters import DEMO_PASSWORD, WITH_PROJECT, Database
from conftest import Visitor, configured
from flask import Flask
from sqlalchemy import Engine, text
from test_bench_load import TINY, load
from test_demo_kill import rows, wait_for

from homecare import create_app
from homecare.config import Config, ConfigError, PrivateInstallation, read
from homecare.local import bench
from homecare.local.bench.loaders import connect
from homecare.local.bench.target import LOCK_KEY

KEPT = PrivateInstallation(
    "postgresql+psycopg://a@/homecare?host=/run", "postgresql+psycopg://o@/homecare?host=/run", "", ()
)
LOADER = """
import sys
from datetime import date
from homecare.local import bench
bench.load(bench.Target(sys.argv[1], sys.argv[2]), bench.Size.of(2000, 400_000, day=date(2026, 3, 4)), None, print)
"""
WRITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
    "AND query ILIKE '%INSERT INTO visit_services%' AND pid <> pg_backend_pid()"
)
LEFT = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def command(app: Flask, *more: str, typed: str = "") -> Result:
    size = ["--patients", "60", "--visits", "300", "--day", "2026-03-04"]
    return app.test_cli_runner().invoke(args=["bench", "load", *size, *more], input=typed)


def test_the_command_loads_asks_before_it_loads_again_and_opens_the_demo_accounts(
    app: Flask, owner_engine: Engine, client: Visitor
) -> None:
    first = command(app)
    refused = command(app, "--seed", "2", typed="n\n")
    with owner_engine.connect() as connection:
        seed = connection.scalar(
            text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
        )
    again = command(app, "--seed", "2", "--again")

    assert (first.exit_code, refused.exit_code, again.exit_code) == (0, 1, 0), again.output
    assert "make run PRIVATE_DATABASE=" in first.output
    assert "has rows for measuring: 60 patients, 300 visits, seed 1" in refused.output
    assert "seed 1" in seed
    assert rows(owner_engine, "visit_services") == 300
    assert client.sign_in("admin@homecare.example", DEMO_PASSWORD).status_code == 302


def test_a_real_installation_gets_no_account_with_a_public_password(
    blank_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = create_app(replace(configured(blank_database, tmp_path_factory.mktemp("files")), private=False))

    result = command(app)

    assert result.exit_code == 0, result.output
    assert "accounts create" in result.output
    with blank_database.owner_engine() as engine:
        assert (rows(engine, "visit_services"), rows(engine, "dashboard.accounts")) == (300, 0)


def test_the_demo_company_is_refused_in_one_sentence(demo_database: Database, config: Config) -> None:
    app = create_app(
        replace(config, owner_url=demo_database.owner_url, database_url=demo_database.serving_url, private=False)
    )

    result = command(app, "--again")

    assert result.exit_code == 1
    assert "so nothing was done. Rows for measuring go into a database of their own" in result.output


def test_a_database_that_is_not_there_is_told_in_one_sentence(config: Config) -> None:
    wrong = config.owner_url.replace("/copy_", "/gone_")
    result = command(create_app(replace(config, owner_url=wrong, private=False)))

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database refused (")


@pytest.mark.parametrize("size", [(1, 1), (3, 40)], ids=["one of each", "a handful"])
def test_any_number_will_do(blank_database: Database, size: tuple[int, int]) -> None:
    load(blank_database, bench.Size.of(*size, day=TINY.now.date()))

    with blank_database.owner_engine() as engine:
        assert (rows(engine, "patients"), rows(engine, "visit_services")) == size


def test_a_killed_load_is_known_for_what_it_is_and_the_next_begins_from_nothing(blank_database: Database) -> None:
    loader = subprocess.Popen(
        [sys.executable, "-c", LOADER, blank_database.owner_url, blank_database.serving_url],
        env=WITH_PROJECT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    with blank_database.owner_engine() as engine:
        wait_for(engine, WRITING)
        os.kill(loader.pid, signal.SIGKILL)
        loader.wait()
        wait_for(engine, LEFT)
        target = bench.Target(blank_database.owner_url, blank_database.serving_url)
        assert target.told() == bench.UNFINISHED

        load(blank_database)

        assert target.told() == TINY.told
        assert (rows(engine, "patients"), rows(engine, "visit_services")) == (500, 5000)


def test_rows_that_somebody_works_with_stay_whole(blank_database: Database) -> None:
    load(blank_database, bench.Size.of(3, 40, day=TINY.now.date()))
    with blank_database.owner_engine() as engine, engine.connect() as reading:
        reading.execute(text("SELECT FROM visit_services"))

        with pytest.raises(ConfigError, match="Somebody works in the database"):
            load(blank_database)

    assert str(bench.Target(blank_database.owner_url, "").told()).startswith("3 patients, 40 visits")


def test_two_loads_at_once_are_refused(blank_database: Database) -> None:
    with connect(blank_database.owner_url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])

        with pytest.raises(ConfigError, match="Another process is loading rows into this database"):
            load(blank_database)


def test_the_private_cluster_serves_the_database_that_is_named() -> None:
    config = read({"PRIVATE_DATABASE": "homecare_bench", "SECRET_KEY": "k" * 64}, KEPT)

    assert config.database_url == "postgresql+psycopg://a@/homecare_bench?host=/run"
    assert config.owner_url == "postgresql+psycopg://o@/homecare_bench?host=/run"
    assert read({}, KEPT).database_url == KEPT.serving_url


@pytest.mark.parametrize("name", ["Homecare", "a/b", "a?host=/tmp", "1st", "a" * 64])
def test_what_is_no_name_of_a_database_does_not_start(name: str) -> None:
    with pytest.raises(ConfigError, match="it must be a name such as homecare_bench"):
        read({"PRIVATE_DATABASE": name}, KEPT)
