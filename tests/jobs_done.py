"""A worker that runs what a test names, and nothing else."""

from __future__ import annotations

from sqlalchemy import text

from homecare.config import Config
from homecare.work.jobs import JOBS
from homecare.work.loop import Loop


def worked(config: Config, name: str) -> None:
    """Runs the product's job of this name, due now."""
    loop = Loop(config, {name: JOBS[name]})
    with loop.engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.jobs SET try_at = due_at - interval '1 day'"))
    loop.run_due()
    loop.close()
    assert (loop.done, loop.failed) == (1, 0)
