"""One throw-away PostgreSQL cluster for a whole run, and the template databases that tests copy.

The first process of the run starts the cluster, the workers of a parallel run share it. A template is built once, by
whichever worker needs it first; a copy takes a fraction of a second.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, pool, text

from homecare import migrate
from homecare.config import ROOT
from homecare.local.initialise import DATABASE, OWNER, SERVING
from homecare.local.server import Cluster

# The data dies with the run: nothing is worth waiting for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
DEMO_PASSWORD = "homecare-demo"
BUILDING = 20_250_101
CLUSTER = pytest.StashKey[Cluster]()
_numbers = itertools.count(1)


# For scripts of tests/ that run in a process of their own: they find the project too.
WITH_PROJECT = os.environ | {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Database:
    """One database of the run's cluster, by its two roles as in production."""

    socket_folder: str
    name: str

    @property
    def owner_url(self) -> str:
        return f"postgresql+psycopg://{OWNER}@/{self.name}?host={self.socket_folder}"

    @property
    def serving_url(self) -> str:
        return f"postgresql+psycopg://{SERVING}@/{self.name}?host={self.socket_folder}"

    @contextmanager
    def owner_engine(self) -> Iterator[Engine]:
        yield from _disposed(create_engine(self.owner_url))

    @contextmanager
    def serving_engine(self) -> Iterator[Engine]:
        yield from _disposed(create_engine(self.serving_url))


def _disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def socket_folder(config: pytest.Config) -> str:
    """Where the run's cluster listens; started now if this is the run's first process."""
    if hasattr(config, "workerinput"):
        return str(config.workerinput["socket_folder"])
    if CLUSTER not in config.stash:
        folder = Path(tempfile.mkdtemp(prefix="homecare-tests-", dir="/tmp"))
        folder.chmod(0o755)  # as root the server runs as another account and must reach its data in there
        config.stash[CLUSTER] = cluster = Cluster(folder, settings=FAST)
        cluster.start()
    return str(config.stash[CLUSTER].socket_folder)


def stop(config: pytest.Config) -> None:
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        cluster.stop()
        shutil.rmtree(cluster.instance)


@contextmanager
def maintenance(folder: str) -> Iterator[Connection]:
    """The owner's connection to the cluster's own database, where databases are made and dropped."""
    engine = create_engine(Database(folder, DATABASE).owner_url, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def template(folder: str, name: str, source: str, build: Callable[[Database], None]) -> str:
    """The name of a finished template. Built under another name and renamed, so an interrupted build is not used."""
    with maintenance(folder) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": BUILDING})
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            draft = f"{name}_draft"
            connection.execute(text(f"DROP DATABASE IF EXISTS {draft}"))
            connection.execute(text(f"CREATE DATABASE {draft} TEMPLATE {source}"))
            build(Database(folder, draft))
            connection.execute(text(f"ALTER DATABASE {draft} RENAME TO {name}"))
    return name


def migrated(folder: str) -> str:
    return template(folder, "migrated", "template1", lambda made: migrate.migrate(made.owner_url, made.serving_url))


def with_demo_company(folder: str) -> str:
    return template(folder, "with_demo_company", migrated(folder), load_demo_company)


def load_demo_company(database: Database) -> None:
    from homecare.local import demo

    with database.owner_engine() as engine:
        demo.load_if_empty(engine, DEMO_PASSWORD)


@contextmanager
def copy(folder: str, source: str) -> Iterator[Database]:
    """A database of one's own. Dropping it fails while somebody is still connected: tests close what they open."""
    name = f"copy_{os.getpid()}_{next(_numbers)}"
    with maintenance(folder) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
    yield Database(folder, name)
    with maintenance(folder) as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
