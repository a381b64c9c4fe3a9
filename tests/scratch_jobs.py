"""A worker process with jobs made up for tests: it says on its output when one begins, and which number it had.

Arguments: the socket folder, the database's name, for how many seconds a job may go on after SIGTERM.
"""

import sys
import time
from pathlib import Path

from clusters import Database
from conftest import configured
from sqlalchemy import text

from homecare.access.row_scope import UNSCOPED
from homecare.work import stopping
from homecare.work.jobs import Job
from homecare.work.loop import Loop
from homecare.work.workers_door import Work


def said(work: Work) -> float:
    print(work.payload["n"], flush=True)
    return float(work.payload["seconds"])


def slow(work: Work) -> None:
    time.sleep(said(work))


def statement(work: Work) -> None:
    seconds = said(work)
    work.session.execute(text("SELECT pg_sleep(:s)"), {"s": seconds}, execution_options=UNSCOPED)


def pieces(work: Work) -> None:
    deadline = time.monotonic() + said(work)
    while time.monotonic() < deadline:
        work.breathe()
        time.sleep(0.05)


JOBS = {run.__name__: Job(run, "it is tried") for run in (slow, statement, pieces)}


def main(socket_folder: str, name: str, patience_s: str) -> None:
    stopping.PATIENCE_S = int(patience_s)
    loop = Loop(configured(Database(socket_folder, name), Path("/nowhere")), JOBS)
    with stopping.stopped_by_signals(loop.stop):
        loop.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
