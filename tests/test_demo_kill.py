"""A demo company that was stopped in the middle of being loaded leaves nothing, and the next start loads it whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from clusters import DEMO_PASSWORD, Database
from sqlalchemy import Engine, create_engine, text

from homecare.local.demo import load_if_empty

LOADER = """
import sys
from sqlalchemy import create_engine
from homecare.local.demo import load
load(create_engine(sys.argv[1]), "password")
"""
WRITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'COPY%visit_services%'"
)
PATIENCE_S = 120


def wait_for(engine: Engine, statement: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(text(statement)):
            assert time.monotonic() < deadline, f"Never seen: {statement}"
            time.sleep(0.002)


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


def test_a_killed_load_leaves_nothing_and_the_next_one_loads_all(migrated_database: Database) -> None:
    engine = create_engine(migrated_database.owner_url)
    loader = subprocess.Popen([sys.executable, "-c", LOADER, migrated_database.owner_url])
    wait_for(engine, WRITING)
    os.kill(loader.pid, signal.SIGKILL)
    loader.wait()
    assert loader.returncode == -signal.SIGKILL
    assert {table: rows(engine, table) for table in ("staff", "patients", "visit_services")} == {
        "staff": 0, "patients": 0, "visit_services": 0,
    }  # fmt: skip
    assert load_if_empty(engine, DEMO_PASSWORD)
    assert rows(engine, "visit_services") == 9_000
    engine.dispose()
