"""The two sessions that load: each takes the next task when its last one is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from string import Template

import psycopg
from sqlalchemy import make_url

from homecare.local.bench.dice import FUNCTIONS
from homecare.local.bench.literals import WORDS
from homecare.local.bench.sizes import CHUNK, Size

SESSIONS = 2
# What takes less is not told by itself.
WORTH_TELLING_S = 2.0
SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "timezone": "UTC",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    # Both processors are busy already.
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    # Nobody waits for the answer to a single statement.
    "synchronous_commit": "off",
    # A loader that was killed ends its statement within a second.
    "client_connection_check_interval": "1000",
}


def connect(url: str) -> psycopg.Connection:
    """Every statement is a transaction of its own."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    return psycopg.connect(address, autocommit=True, options=options, connect_timeout=10)


@dataclass(frozen=True)
class Task:
    """Statements that one session does one after the other."""

    name: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """The rows of one table. `rows` names the number that they are counted by, as $first to $last."""

    table: str
    sql: str
    rows: str = ""

    def tasks(self, size: Size) -> list[Task]:
        values = WORDS | size.values()
        if not self.rows:
            return [Task(self.table, (Template(self.sql).substitute(values),))]
        count = size.numbers()[self.rows]
        return [
            Task(
                f"{self.table}, {min(first + CHUNK, count):,} of {count:,}",
                (Template(self.sql).substitute(values, first=first + 1, last=min(first + CHUNK, count)),),
            )
            for first in range(0, count, CHUNK)
        ]


@contextmanager
def sessions(url: str, size: Size, say: Callable[[str], None]) -> Iterator[Sessions]:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(url)) for _ in range(SESSIONS)]
        for connection in connections:
            for function in FUNCTIONS:
                connection.execute(Template(function).substitute(WORDS | size.values()))
        yield Sessions(connections, say)


@dataclass(frozen=True)
class Sessions:
    connections: list[psycopg.Connection]
    say: Callable[[str], None]

    def run(self, tasks: Sequence[Task]) -> None:
        """All of them, in the order given as far as two at a time allow; the first error ends it."""
        waiting: SimpleQueue[Task] = SimpleQueue()
        for task in tasks:
            waiting.put(task)
        with ThreadPoolExecutor(SESSIONS) as pool:
            working = [pool.submit(self.work, connection, waiting) for connection in self.connections]
            try:
                for one in working:
                    one.result()
            except BaseException:
                # Ctrl-C too: what runs on the server is not waited for.
                while not waiting.empty():
                    waiting.get_nowait()
                for connection in self.connections:
                    connection.cancel_safe()
                raise

    def work(self, connection: psycopg.Connection, waiting: SimpleQueue[Task]) -> None:
        while True:
            try:
                task = waiting.get_nowait()
            except Empty:
                return
            start = time.monotonic()
            for statement in task.statements:
                connection.execute(statement)
            took = time.monotonic() - start
            if took > WORTH_TELLING_S:
                self.say(f"{'':10}{task.name} ({took:.1f} s)")
