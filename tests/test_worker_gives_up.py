"""What was asked for and never succeeds is given up once: it stays as failed, and who holds everything is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, text

from homecare.config import Config
from homecare.work.giving_up import MOST_TRIES
from homecare.work.jobs import Job
from homecare.work.loop import Loop
from homecare.work.workers_door import Work


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.all() if result.returns_rows else None


@pytest.fixture(autouse=True)
def _no_jobs(owner_engine: Engine) -> Iterator[None]:
    yield
    run(owner_engine, "DELETE FROM dashboard.jobs")
    run(owner_engine, "DELETE FROM dashboard.notifications")


@pytest.fixture
def loops(config: Config) -> Iterator[Callable[..., Loop]]:
    made: list[Loop] = []

    def make(work: Callable[[Work], None], every_s: int | None = None) -> Loop:
        made.append(Loop(config, {"tried": Job(work, "it is tried", every_s)}))
        return made[-1]

    yield make
    for loop in made:
        loop.close()


Loops = Callable[..., Loop]


def broken(_work: Work) -> None:
    raise ValueError("Hana Girma")


def asked(engine: Engine, tries: int = 0) -> None:
    run(engine, "INSERT INTO dashboard.jobs (name, tries) VALUES ('tried', :tries)", tries=tries)


def tried_often(loop: Loop, engine: Engine, times: int) -> None:
    for _ in range(times):
        loop.run_due()
        run(engine, "UPDATE dashboard.jobs SET try_at = timezone('utc', now()) - interval '1 s'")


def told(engine: Engine) -> list[int]:
    return [row.staff_id for row in run(engine, "SELECT staff_id FROM dashboard.notifications WHERE kind = 'given up'")]


def test_what_never_succeeds_is_given_up_and_told_once(
    loops: Loops, owner_engine: Engine, as_role: Callable[..., Visitor], client: Visitor
) -> None:
    admin, nurse = as_role("Admin"), as_role("Nurse")
    loop = loops(broken)
    asked(owner_engine)

    tried_often(loop, owner_engine, MOST_TRIES - 1)
    assert (told(owner_engine), client.get("/readyz").json.get("failed")) == ([], None)
    tried_often(loop, owner_engine, 5)

    assert loop.failed == MOST_TRIES
    assert told(owner_engine).count(admin.staff_id or 0) == 1
    assert nurse.staff_id not in told(owner_engine)
    page = admin.get("/admin/notifications/").text
    assert "The job tried (no. " in page
    assert "failed each time and was given up. The program failed (ValueError)." in page
    assert "Hana" not in page
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"], ready.json["failed"]) == (200, "ready", {"tried": 1})


def test_what_was_given_up_is_late_no_more(owner_engine: Engine, client: Visitor) -> None:
    run(owner_engine, "INSERT INTO dashboard.jobs (name, due_at, given_up_at) VALUES "
        "('files', timezone('utc', now()) - interval '1 day', timezone('utc', now()))")  # fmt: skip

    answer = client.get("/readyz").json

    assert (answer["jobs"]["files"], answer["failed"]) == (None, {"files": 1})


def test_a_recurring_job_is_never_given_up(loops: Loops, owner_engine: Engine) -> None:
    loop = loops(broken, every_s=60)

    tried_often(loop, owner_engine, MOST_TRIES + 3)

    assert loop.failed == MOST_TRIES + 3
    assert told(owner_engine) == []


def test_what_ends_its_worker_each_time_is_given_up(loops: Loops, owner_engine: Engine) -> None:
    ran: list[str] = []
    asked(owner_engine, tries=MOST_TRIES)

    loops(lambda work: ran.append("tried")).run_due()

    (row,) = run(owner_engine, "SELECT problem, given_up_at FROM dashboard.jobs")
    assert (ran, row.problem) == ([], "Its worker ended each time it was tried. The worker's log may say why.")
    assert row.given_up_at is not None


def test_a_worker_that_is_stopped_counts_no_try(loops: Loops, owner_engine: Engine) -> None:
    asked(owner_engine)
    loop = loops(lambda work: (loop.stop(), work.breathe()))

    loop.run_due()

    assert [row.tries for row in run(owner_engine, "SELECT tries FROM dashboard.jobs")] == [0]


def test_what_was_given_up_is_tried_again_when_that_is_asked(app: Flask, loops: Loops, owner_engine: Engine) -> None:
    asked(owner_engine)
    tried_often(loops(broken), owner_engine, MOST_TRIES)

    result = app.test_cli_runner().invoke(args=["work", "--once", "--again"])

    assert "1 jobs are tried again." in result.output
    (row,) = run(owner_engine, "SELECT tries, given_up_at FROM dashboard.jobs WHERE name = 'tried'")
    assert (row.tries, row.given_up_at) == (0, None)
