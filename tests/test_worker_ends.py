"""A worker that is told to end finishes its job; one that is killed leaves it to another; neither loses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clusters import WITH_PROJECT, Database
from sqlalchemy import Engine, text

from homecare.config import ROOT, Config
from homecare.work.jobs import JOBS, Job
from homecare.work.loop import Loop

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
SOON_S = 20.0
ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


def add(engine: Engine, name: str, number: int, seconds: float) -> None:
    added = "INSERT INTO dashboard.jobs (name, payload) VALUES (:name, jsonb_build_object('n', :n, 'seconds', :s))"
    run(engine, added, name=name, n=number, s=seconds)


def left(engine: Engine) -> int:
    return int(run(engine, "SELECT count(*) FROM dashboard.jobs"))


def is_free(engine: Engine) -> bool:
    return run(engine, "SELECT id FROM dashboard.jobs FOR UPDATE SKIP LOCKED") is not None


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(autouse=True)
def _no_jobs(owner_engine: Engine) -> Iterator[None]:
    yield
    run(owner_engine, "DELETE FROM dashboard.jobs")


@contextmanager
def worker(database: Database, patience_s: int = 8) -> Iterator[subprocess.Popen[str]]:
    script = [sys.executable, str(Path(__file__).with_name("scratch_jobs.py"))]
    command = [*script, database.socket_folder, database.name, str(patience_s)]
    with subprocess.Popen(command, cwd=ROOT, env=WITH_PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def begun(process: subprocess.Popen[str]) -> int:
    """Waits until a job has begun; its number."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_a_job_whose_worker_was_killed_is_done_by_another(
    database: Database, config: Config, owner_engine: Engine
) -> None:
    add(owner_engine, "slow", 1, seconds=300)
    with worker(database) as process:
        begun(process)
        assert not is_free(owner_engine)
        process.send_signal(signal.SIGKILL)
        process.wait()
    ran: list[int] = []
    other = Loop(config, {"slow": Job(lambda work: ran.append(work.payload["n"]), "it is tried")})

    assert soon(lambda: is_free(owner_engine))
    other.run_due()
    other.close()

    assert (ran, left(owner_engine)) == ([1], 0)


def test_what_a_killed_worker_asked_for_ends_too(
    database: Database, owner_engine: Engine, serving_engine: Engine
) -> None:
    add(owner_engine, "statement", 1, seconds=300)
    with worker(database) as process:
        begun(process)
        assert soon(lambda: run(serving_engine, ASLEEP) == 1)
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert soon(lambda: run(serving_engine, ASLEEP) == 0)


def test_the_command_ends_when_it_is_told_to(database: Database, config: Config, owner_engine: Engine) -> None:
    environ = os.environ | {
        "DATABASE_URL": database.serving_url, "DATABASE_OWNER_URL": database.owner_url,
        "SECRET_KEY": "0123456789abcdef" * 4, "ENCRYPTION_KEYS": config.encryption_keys[0],
        "FILES_DIR": str(config.files_dir),
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app", "work"]
    with subprocess.Popen(command, cwd=ROOT, env=environ) as process:
        try:
            assert soon(lambda: run(owner_engine, "SELECT count(done_at) FROM dashboard.jobs") == len(JOBS))
            process.terminate()

            assert process.wait(SOON_S) == 0
        finally:
            process.kill()


def test_the_job_under_way_is_finished_and_no_other_begun(database: Database, owner_engine: Engine) -> None:
    add(owner_engine, "slow", 1, seconds=2)
    with worker(database) as process:
        begun(process)
        add(owner_engine, "slow", 2, seconds=0)
        process.terminate()
        status = process.wait(SOON_S)

    assert status == 0
    assert run(owner_engine, "SELECT jsonb_agg(payload -> 'n') FROM dashboard.jobs") == [2]
    assert run(owner_engine, "SELECT tries FROM dashboard.jobs") == 0


def test_a_job_in_pieces_ends_after_the_piece_and_is_due_still(database: Database, owner_engine: Engine) -> None:
    add(owner_engine, "pieces", 1, seconds=300)
    with worker(database, patience_s=300) as process:
        begun(process)
        process.terminate()
        status = process.wait(SOON_S)

    assert status == 0
    assert run(owner_engine, "SELECT problem FROM dashboard.jobs WHERE try_at < timezone('utc', now())") == ""


@pytest.mark.parametrize("name", ["slow", "statement"])
def test_a_job_that_takes_too_long_is_broken_off_and_due_still(
    database: Database, owner_engine: Engine, serving_engine: Engine, name: str
) -> None:
    add(owner_engine, name, 1, seconds=300)
    with worker(database, patience_s=1) as process:
        begun(process)
        process.terminate()
        status = process.wait(SOON_S)

    assert status == 0
    assert is_free(owner_engine)
    assert soon(lambda: run(serving_engine, ASLEEP) == 0)


def test_a_worker_waits_for_a_database_that_is_away(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    loop = Loop(replace(config, database_url=AWAY), {})
    thread = threading.Thread(target=loop.run)
    thread.start()

    assert soon(lambda: "The worker waits" in caplog.text)
    assert thread.is_alive()
    loop.stop()
    thread.join(SOON_S)
    assert not thread.is_alive()


def test_a_worker_whose_connections_were_cut_goes_on(
    database: Database, owner_engine: Engine, serving_engine: Engine
) -> None:
    add(owner_engine, "slow", 1, seconds=1)
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = current_user"
    with worker(database) as process:
        begun(process)
        assert run(serving_engine, f"{cut} AND datname = current_database() AND pid <> pg_backend_pid()")

        assert soon(lambda: left(owner_engine) == 0)
