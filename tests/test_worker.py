"""A worker takes what is due, once over all workers, and nothing that fails or is killed stops the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from homecare.actions.later import enqueue
from homecare.actions.transaction import transaction
from homecare.config import Config
from homecare.db import db
from homecare.work.jobs import Job
from homecare.work.loop import Loop, backoff_s
from homecare.work.workers_door import Work

NewPerson = Callable[..., tuple[int, str]]


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.all() if result.returns_rows else None


@pytest.fixture(autouse=True)
def _no_jobs(owner_engine: Engine) -> Iterator[None]:
    yield
    run(owner_engine, "DELETE FROM dashboard.jobs")


@pytest.fixture
def workers(config: Config) -> Iterator[Callable[[dict[str, Job]], Loop]]:
    made: list[Loop] = []

    def make(jobs: dict[str, Job]) -> Loop:
        made.append(Loop(config, jobs))
        return made[-1]

    yield make
    for loop in made:
        loop.close()


Workers = Callable[[dict[str, Job]], Loop]


def job(run: Callable[[Work], None], every_s: int | None = 60) -> Job:
    return Job(run, "it is tried", every_s)


def stored(engine: Engine, name: str) -> Any:
    return run(engine, "SELECT *, timezone('utc', now()) AS now FROM dashboard.jobs WHERE name = :n", n=name)


def broken(_work: Work) -> None:
    raise ValueError("Hana Girma")


def test_a_recurring_job_is_due_again_after_its_time(workers: Workers, owner_engine: Engine) -> None:
    ran: list[str] = []
    loop = workers({"tried": job(lambda work: ran.append("tried"), every_s=600)})

    loop.run_due()
    loop.run_due()

    (row,) = stored(owner_engine, "tried")
    assert (ran, row.tries, row.problem) == (["tried"], 0, "")
    assert 595 < (row.due_at - row.now).total_seconds() <= 601
    assert abs((row.try_at - row.due_at).total_seconds()) < 1


def test_two_workers_run_each_job_once(workers: Workers, app: Flask, owner_engine: Engine) -> None:
    ran: list[int] = []
    both_are_there = threading.Barrier(2, timeout=30)
    run(
        owner_engine,
        "INSERT INTO dashboard.jobs (name, payload) SELECT 'tried', jsonb_build_object('n', n) "
        "FROM generate_series(1, 40) n",
    )

    def work(loop: Loop) -> None:
        both_are_there.wait()
        loop.run_due()

    loops = [workers({"tried": job(lambda work: ran.append(work.payload["n"]), every_s=None)}) for _ in range(2)]
    threads = [threading.Thread(target=work, args=(loop,)) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ran) == list(range(1, 41))
    assert stored(owner_engine, "tried") == []
    assert all(loop.done for loop in loops)


def test_a_job_that_two_saw_as_due_is_run_by_one(workers: Workers, owner_engine: Engine) -> None:
    ran: list[str] = []
    loop, other = (workers({"tried": job(lambda work: ran.append("tried"))}) for _ in range(2))
    loop._ensure()

    with Session(loop.engine) as session:
        job_id = loop._begin(session)
        other.run_due()
        assert loop._hold(session, job_id or 0) is None

    assert ran == ["tried"]


def test_a_job_that_runs_is_not_taken_by_another(workers: Workers, owner_engine: Engine) -> None:
    ran: list[str] = []
    other = workers({"tried": job(lambda work: ran.append("again"))})

    def meanwhile(_work: Work) -> None:
        # In a thread of its own, where no job is open.
        thread = threading.Thread(target=other.run_due)
        thread.start()
        thread.join()
        ran.append("once")

    loop = workers({"tried": job(meanwhile)})
    loop.run_due()

    assert (ran, loop.failed, other.done) == (["once"], 0, 0)


def test_one_failed_job_stops_no_other_and_is_tried_later(workers: Workers, owner_engine: Engine) -> None:
    ran: list[str] = []
    loop = workers({"broken": job(broken), "tried": job(lambda work: ran.append("tried"))})

    loop.run_due()
    loop.run_due()

    (row,) = stored(owner_engine, "broken")
    assert (ran, loop.failed, row.tries) == (["tried"], 1, 1)
    assert row.due_at < row.now
    assert 8 < (row.try_at - row.now).total_seconds() <= 11


def test_what_failed_is_kept_in_words_without_values(
    workers: Workers, owner_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(work: Work) -> None:
        raise_unscoped = text("SELECT 'Hana'::int")
        work.session.execute(raise_unscoped, execution_options={"unscoped": True})

    workers({"broken": job(broken), "refused": job(refused)}).run_due()

    assert stored(owner_engine, "broken")[0].problem == (
        "The program failed (ValueError). The worker's log says where."
    )
    assert stored(owner_engine, "refused")[0].problem == "The database did not do it (22P02)."
    assert "test_worker.py" in caplog.text
    assert "Hana" not in caplog.text


def test_a_job_that_is_well_again_forgets_its_failures(workers: Workers, owner_engine: Engine) -> None:
    workers({"tried": job(broken)}).run_due()
    run(owner_engine, "UPDATE dashboard.jobs SET try_at = due_at")

    workers({"tried": job(lambda work: None)}).run_due()

    (row,) = stored(owner_engine, "tried")
    assert (row.tries, row.problem) == (0, "")
    assert row.done_at is not None


def test_a_failing_job_is_tried_ever_more_rarely_but_each_hour() -> None:
    assert [backoff_s(tries) for tries in (1, 2, 3, 9, 10, 1000)] == [10, 20, 40, 2560, 3600, 3600]


def test_what_a_failed_job_had_not_committed_is_rolled_back(workers: Workers, owner_engine: Engine) -> None:
    def half(work: Work) -> None:
        with transaction(work.session, by=work.by):
            enqueue(session=work.session, name="half", payload={}, by=None)
            raise ValueError

    workers({"tried": job(half)}).run_due()

    assert stored(owner_engine, "half") == []


def test_what_kills_its_worker_comes_last_the_next_time(workers: Workers, owner_engine: Engine) -> None:
    ran: list[str] = []
    jobs = {name: job(lambda work: None) for name in ("killing", "tried")}
    loop = workers(jobs | {"killing": job(lambda work: ran.append("killing"))})
    loop._ensure()
    run(owner_engine, "UPDATE dashboard.jobs SET tries = 1, try_at = try_at - interval '1 h' WHERE name = 'killing'")

    loop.run_next()

    assert ran == []
    assert stored(owner_engine, "tried")[0].done_at is not None


def test_a_job_of_another_release_is_left_alone(workers: Workers, owner_engine: Engine) -> None:
    run(owner_engine, "INSERT INTO dashboard.jobs (name) VALUES ('newer')")

    workers({"tried": job(lambda work: None)}).run_due()

    assert stored(owner_engine, "newer")[0].tries == 0


def test_what_is_asked_for_happens_with_the_change_or_not_at_all(
    workers: Workers, app: Flask, owner_engine: Engine
) -> None:
    ran: list[int] = []

    def change(number: int, *, fails: bool) -> None:
        with transaction(db.session(), by=None):
            enqueue(session=db.session(), name="asked", payload={"id": number}, by=None)
            if fails:
                raise LookupError

    with app.app_context():
        with pytest.raises(LookupError):
            change(1, fails=True)
        change(2, fails=False)

    workers({"asked": job(lambda work: ran.append(work.payload["id"]), every_s=None)}).run_due()

    assert ran == [2]
    assert stored(owner_engine, "asked") == []
