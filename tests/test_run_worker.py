"""`make run` starts a worker beside the web server, starts it again where it ends, and stops it with the rest."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import Database
from web_server import KEY, free_port

from homecare.config import ROOT
from homecare.local.restarted import Restarted
from homecare.work.jobs import JOBS

SOON_S = 60.0


def soon(condition: Callable[[], Any]) -> Any:
    """What the condition found, once it found something."""
    deadline = time.monotonic() + SOON_S
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def workers_of(parent: int) -> list[int]:
    """The processes of `flask work` that this process started."""
    found = []
    for name in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found += [int(name)] if b"work" in words else []
    return found


def jobs(port: int) -> dict[str, int | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return dict(json.loads(connection.getresponse().read()).get("jobs", {}))
    except OSError:
        return {}
    finally:
        connection.close()


def test_what_ends_at_once_is_started_ever_more_rarely() -> None:
    started: list[subprocess.Popen[bytes]] = []
    said: list[str] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(["true"]))
        return started[-1]

    child = Restarted("worker", start, said.append)
    deadline = time.monotonic() + SOON_S
    while len(said) < 3 and time.monotonic() < deadline:
        child.watch()
        time.sleep(0.05)

    assert [text.rpartition(" in ")[2] for text in said] == ["1 s.", "2 s.", "4 s."]
    assert len(started) == 3


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(database: Database, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environ = os.environ | {
        "DATABASE_URL": database.serving_url, "DATABASE_OWNER_URL": database.owner_url, "PORT": str(port),
        "SECRET_KEY": "0123456789abcdef" * 4, "ENCRYPTION_KEYS": KEY, "FILES_DIR": str(tmp_path), "WORKERS": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "homecare.local.run"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL
    )
    yield process
    process.terminate()
    process.wait(SOON_S)


def test_a_worker_runs_is_started_again_and_stops_with_the_rest(running: subprocess.Popen[bytes], port: int) -> None:
    soon(lambda: jobs(port) == dict.fromkeys(JOBS, 0))
    (first,) = workers_of(running.pid)

    os.kill(first, signal.SIGKILL)
    second = soon(lambda: [pid for pid in workers_of(running.pid) if pid != first])[0]
    assert running.poll() is None

    running.terminate()
    assert running.wait(SOON_S) == 0
    soon(lambda: not Path(f"/proc/{second}").exists())
