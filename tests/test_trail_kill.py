"""A backend that is killed at any moment loses no write that was acknowledged, and leaves none without its entry."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sampling import at_most
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from trail_replay import differences

from homecare import migrate
from homecare.actions.transaction import transaction
from homecare.local.cluster import Cluster
from homecare.models import LeadSource

KILLS, WRITERS = at_most(3, 6), 3
RECOVERY_S = 60
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """One of its own, as careful as a real one: it goes down with the backend."""
    folder = Path(tempfile.mkdtemp(prefix="homecare-kill-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with Cluster(folder / "cluster") as running:
            migrate.migrate(running.owner_url, running.serving_url)
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Writers:
    """They add and change rows until told to stop; `said` is what the database acknowledged."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.said, self.done = engine, dict[str, str](), threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]

    def write(self, writer: int) -> None:
        number = 0
        while not self.done.is_set():
            number += 1
            name = f"{writer} {number}"
            try:
                with Session(self.engine) as session:
                    with transaction(session, by=None, model=LeadSource):
                        session.add(LeadSource(name=name, description="first"))
                    self.said[name] = "first"
                    with transaction(session, by=None):
                        session.execute(
                            text("UPDATE lead_sources SET description = 'second' WHERE name = :name"), {"name": name}
                        )
                    self.said[name] = "second"
            except SQLAlchemyError:
                time.sleep(0.05)

    def say_more(self, rows: int) -> None:
        """Waits until so many rows more are acknowledged."""
        wanted, deadline = len(self.said) + rows, time.monotonic() + RECOVERY_S
        while len(self.said) < wanted:
            assert time.monotonic() < deadline, "nobody writes any more"
            time.sleep(0.05)


def asked(engine: Engine, statement: str) -> Sequence[Any]:
    """What the server says, once it is back and says something."""
    deadline = time.monotonic() + RECOVERY_S
    while time.monotonic() < deadline:
        with suppress(SQLAlchemyError), engine.connect() as connection:
            if found := connection.execute(text(statement)).all():
                return found
        time.sleep(0.05)
    raise AssertionError("the server did not come back")


def test_a_killed_backend_loses_nothing_and_leaves_nothing_unsaid(cluster: Cluster) -> None:
    dice = random.Random(17)
    engine = create_engine(cluster.serving_url, pool_pre_ping=True)
    writers = Writers(engine)
    for thread in writers.threads:
        thread.start()
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.2, 1.0))
            os.kill(dice.choice(asked(engine, BACKENDS)).pid, signal.SIGKILL)
    finally:
        writers.done.set()
        for thread in writers.threads:
            thread.join()

    owner = create_engine(cluster.owner_url)
    held = {row.name: row.description for row in asked(owner, "SELECT name, description FROM lead_sources")}
    with owner.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
    owner.dispose()
    assert {name for name in writers.said if name not in held} == set()
    assert {name for name, last in writers.said.items() if last == "second" and held[name] != "second"} == set()
