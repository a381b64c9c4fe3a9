"""Places and their cells are right within a round of the worker, whatever changed the company's rows and how."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from flask import Flask
from jobs_done import worked
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from homecare.config import Config
from homecare.db import db
from homecare.work.facts import draining
from homecare.work.facts.fact_kinds import FACTS

PLACES = FACTS["places"]
MOVED = "ST_Translate(geolocation::geometry, 0.001, 0.001)::geography"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _rebuilt(config: Config) -> None:
    worked(config, "places")


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.all() if result.returns_rows else None


@pytest.fixture
def faults(app: Flask) -> Callable[[], list[str]]:
    def found() -> list[str]:
        with app.app_context():
            return [*PLACES.faults(db.session())]

    return found


@pytest.fixture
def waiting(owner_engine: Engine) -> Callable[[], int]:
    return lambda: run(owner_engine, "SELECT count(*) FROM dashboard.dirty_places")[0][0]


Faults = Callable[[], list[str]]


def test_a_database_that_was_upgraded_is_worked_out(owner_engine: Engine, faults: Faults) -> None:
    placed, patients = run(
        owner_engine,
        "SELECT (SELECT count(*) FROM dashboard.places WHERE m IS NOT NULL), "
        "(SELECT count(*) FROM patients WHERE geolocation IS NOT NULL)",
    )[0]

    assert placed == patients > 100
    assert run(owner_engine, "SELECT sum(patients) FROM dashboard.place_cells WHERE level = 3")[0][0] == placed
    assert faults() == []


CHANGES = {
    "moved": f"UPDATE patients SET geolocation = {MOVED} WHERE id % 3 = 0",
    "no place": "UPDATE patients SET geolocation = NULL WHERE id % 5 = 0",
    "empty point": "UPDATE patients SET geolocation = 'POINT EMPTY' WHERE id = (SELECT min(id) FROM patients)",
    "beyond the map": "UPDATE patients SET geolocation = 'POINT(38 89)' WHERE id = (SELECT max(id) FROM patients)",
    "at the edge": "UPDATE patients SET geolocation = 'POINT(180 0)' WHERE id = (SELECT max(id) FROM patients)",
    "source": "UPDATE patients SET source = 'NGO', acquisition_channel = NULL WHERE id % 7 = 0",
    "visits done": "UPDATE visit_services SET status = ' completed ' WHERE id % 2 = 0",
    "visits handed over": "UPDATE visit_services SET patient_id = (SELECT min(id) FROM patients) WHERE id % 11 = 0",
    "visits gone": "DELETE FROM visit_services WHERE id % 3 = 0",
    "shifts": "UPDATE caregiver_assignments SET shift_end = NULL WHERE id % 4 = 0",
    "page re-pointed": "UPDATE landing_pages SET campaign_id = (SELECT min(id) FROM marketing_campaigns)",
    "campaign gone": "DELETE FROM marketing_campaigns WHERE id = (SELECT max(campaign_id) FROM dashboard.places)",
    "leads gone": "DELETE FROM marketing_leads WHERE id % 2 = 0",
    "patients gone": "DELETE FROM patients WHERE id % 13 = 0",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_by_whatever_statement_is_right_after_a_round(
    change: str, config: Config, owner_engine: Engine, faults: Faults, waiting: Callable[[], int]
) -> None:
    run(owner_engine, CHANGES[change])
    queued = waiting()

    worked(config, "places")

    assert queued > 0
    assert (faults(), waiting()) == ([], 0)


def test_copied_rows_are_placed(config: Config, owner_engine: Engine, faults: Faults) -> None:
    connection = owner_engine.raw_connection()
    with connection.cursor() as cursor, cursor.copy("COPY patients (full_name, geolocation) FROM STDIN") as copy:
        copy.write("Hana\tSRID=4326;POINT(38.76 9.01)\nSelam\t\\N\n")
    connection.commit()
    connection.close()

    worked(config, "places")

    named = "SELECT m IS NOT NULL FROM patients p JOIN dashboard.places ON patient_id = p.id WHERE full_name = :name"
    assert run(owner_engine, named, name="Hana") == [(True,)]
    assert run(owner_engine, named, name="Selam") == [(False,)]
    assert faults() == []


def test_what_was_rolled_back_leaves_nothing_to_do(owner_engine: Engine, waiting: Callable[[], int]) -> None:
    with owner_engine.connect() as connection:
        connection.execute(text("UPDATE patients SET source = 'Event'"))
        connection.rollback()

    assert waiting() == 0


def test_another_column_makes_nothing_stale(owner_engine: Engine, waiting: Callable[[], int]) -> None:
    run(owner_engine, "UPDATE patients SET address = 'Bole' WHERE id % 2 = 0")

    assert waiting() == 0


def test_a_table_that_is_emptied_is_worked_out_anew(
    owner_engine: Engine, config: Config, faults: Faults, waiting: Callable[[], int]
) -> None:
    run(owner_engine, "ALTER TABLE caregiver_assignments DISABLE TRIGGER trail_truncated")
    run(owner_engine, "UPDATE patients SET registered_by_caregiver_id = NULL")
    run(owner_engine, "ALTER TABLE patients DROP CONSTRAINT fk_patients_registered_by_caregiver_id")
    run(owner_engine, "TRUNCATE caregiver_assignments")
    asked = run(owner_engine, "SELECT count(*) FROM dashboard.dirty_places WHERE key IS NULL")[0][0]

    worked(config, "places")

    assert asked == 1
    assert (faults(), waiting()) == ([], 0)


def test_time_alone_changes_who_comes_next(owner_engine: Engine, config: Config, faults: Faults) -> None:
    patient = run(owner_engine, "SELECT min(id) FROM patients")[0][0]
    run(owner_engine, "DELETE FROM visit_services WHERE patient_id = :id", id=patient)
    soon = "timezone('utc', now()) + interval '1 hour'"
    run(owner_engine, f"INSERT INTO visit_services (patient_id, scheduled_at) VALUES (:id, {soon})", id=patient)
    worked(config, "places")
    # As if the hour were over: the visit's time has passed, and no row tells of it.
    run(owner_engine, "ALTER TABLE visit_services DISABLE TRIGGER dirty_places_values")
    run(
        owner_engine,
        "UPDATE visit_services SET scheduled_at = scheduled_at - interval '2 hours' WHERE patient_id = :id",
        id=patient,
    )
    run(owner_engine, "ALTER TABLE visit_services ENABLE ALWAYS TRIGGER dirty_places_values")
    run(
        owner_engine,
        "UPDATE dashboard.places SET due_at = due_at - interval '2 hours' WHERE patient_id = :id",
        id=patient,
    )

    worked(config, "places")

    assert run(owner_engine, "SELECT next_visit_at FROM dashboard.places WHERE patient_id = :id", id=patient) == [
        (None,)
    ]
    assert faults() == []


def test_a_change_that_commits_while_the_worker_computes_is_not_lost(
    owner_engine: Engine, config: Config, faults: Faults, waiting: Callable[[], int]
) -> None:
    patient = run(owner_engine, "SELECT min(id) FROM patients")[0][0]
    with owner_engine.connect() as writer:
        writer.execute(text("UPDATE patients SET source = 'Walk-in' WHERE id = :id"), {"id": patient})
        # The worker sees neither the change nor its key, and works out the old state for another reason.
        run(owner_engine, "INSERT INTO dashboard.dirty_places VALUES (:id)", id=patient)
        worked(config, "places")
        writer.commit()

    assert waiting() == 1
    worked(config, "places")
    assert run(owner_engine, "SELECT source FROM dashboard.places WHERE patient_id = :id", id=patient) == [("Walk-in",)]
    assert faults() == []


def test_writers_and_workers_at_once_lose_nothing(
    owner_engine: Engine, config: Config, faults: Faults, waiting: Callable[[], int]
) -> None:
    is_over = threading.Event()

    def write(number: int) -> None:
        for turn in range(12):
            # Each on patients of its own: what races is the queue, not the rows.
            moved = f"UPDATE patients SET source = :source, geolocation = {MOVED} WHERE id % 4 = :n"
            run(owner_engine, moved, source=["NGO", "Event"][turn % 2], n=number)
            run(owner_engine, "UPDATE visit_services SET status = :s WHERE patient_id % 4 = :n AND id % 5 = :t",
                s=["Missed", "Completed"][turn % 2], n=number, t=turn % 5)  # fmt: skip

    def work() -> None:
        while not is_over.is_set():
            with Session(owner_engine) as session:
                draining_round(session)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    workers = [threading.Thread(target=work) for _ in range(2)]
    for thread in (*writers, *workers):
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in workers:
        thread.join()

    worked(config, "places")
    assert (faults(), waiting()) == ([], 0)


def draining_round(session: Session) -> None:
    """What a worker's round does, for threads that have no door of their own."""
    with session.begin():
        if draining._alone(session, PLACES):
            PLACES.work_out(session, sorted({*draining._taken(session, PLACES.queue)}))


def test_a_large_backlog_is_worked_out_at_once(
    owner_engine: Engine, config: Config, monkeypatch: pytest.MonkeyPatch, faults: Faults
) -> None:
    before = run(owner_engine, "SELECT rebuilt_at FROM dashboard.fact_states WHERE name = 'places'")
    monkeypatch.setattr(draining, "MOST_ONE_BY_ONE", 20)
    run(owner_engine, "UPDATE patients SET source = 'Facebook'")

    worked(config, "places")

    assert run(owner_engine, "SELECT rebuilt_at FROM dashboard.fact_states WHERE name = 'places'") > before
    assert faults() == []


@pytest.fixture
def spoiled(owner_engine: Engine) -> int:
    patient = run(owner_engine, "SELECT min(patient_id) FROM dashboard.places WHERE m IS NOT NULL")[0][0]
    run(owner_engine, "UPDATE dashboard.places SET source = 'Spoiled' WHERE patient_id = :id", id=patient)
    return int(patient)


def test_check_names_what_differs_and_rebuild_mends_it(spoiled: int, app: Flask, faults: Faults) -> None:
    command = app.test_cli_runner()

    checked = command.invoke(args=["facts", "check", "places"])
    rebuilt = command.invoke(args=["facts", "rebuild", "places"])

    assert (checked.exit_code, f"The place of patient {spoiled} differs in source." in checked.output) == (1, True)
    assert (rebuilt.exit_code, rebuilt.output) == (0, "All places are worked out.\n")
    assert command.invoke(args=["facts", "check"]).output == "Every fact is as the company's rows say.\n"
