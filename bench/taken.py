"""How long something takes by the clock, and how long processors work on it: that is the same beside other work.

The processors' time is this process's and that of its connections' servers on this machine, so that it is what a
machine with nothing else to do takes, but for waiting for a disk.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, text

# Which connections of a database are this process's: they are made when something is measured, and carry this name.
NAME = f"homecare-bench-{os.getpid()}"
os.environ["PGAPPNAME"] = NAME
BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE application_name = :name AND pid <> pg_backend_pid()")


@dataclass(frozen=True)
class Taken:
    """In ms. `first` is not among the others; `most` is what 95 of 100 stay under, `processor` the mean."""

    first: float
    median: float
    most: float
    processor: float

    def told(self, what: str, limit_ms: float) -> None:
        print(
            f"{what:58} first {self.first:7.1f}   median {self.median:7.1f}   95 of 100 under {self.most:7.1f}   "
            f"processors {self.processor:7.1f}   limit {limit_ms:g} ms",
            flush=True,
        )


def taken(owner: Engine, works: Iterable[Callable[[], object]]) -> Taken:
    """Does each once, in their order; three at least."""
    first, *others = works
    first_ms, before = timed(first), worked(owner)
    times = [timed(work) for work in others]
    after = worked(owner)
    processor = sum(after[name] - before.get(name, 0) for name in after) / len(times)
    return Taken(first_ms, statistics.median(times), statistics.quantiles(times, n=20)[-1], processor)


def asking(client: FlaskClient, url: str, **words: Any) -> Callable[[], None]:
    """One request that is answered 200."""

    def ask() -> None:
        answer = client.get(url, query_string=words or None)
        assert answer.status_code == 200, answer.text[:300]

    return ask


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def worked(owner: Engine) -> dict[int, float]:
    """The ms on a processor of this process, by 0, and of its connections' servers, as Linux counts them."""
    spent = {0: time.process_time() * 1000}
    with owner.connect() as connection:
        for pid in connection.scalars(BACKENDS, {"name": NAME}):
            # Of a database on another machine nothing is known.
            with suppress(OSError):
                spent[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1_000_000
    return spent
