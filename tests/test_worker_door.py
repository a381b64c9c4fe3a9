"""A job runs as system with a reason, or on behalf of a person with the rights they have, under a request's guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, func, select, text

from homecare.access.person import Person
from homecare.access.policy import Action
from homecare.access.row_scope import UNSCOPED, inside_request
from homecare.access.shown import NOT_SHOWN, shown_of
from homecare.audit.reads import UnsaidReadError
from homecare.config import Config
from homecare.login import sessions
from homecare.login.sessions import NOBODY
from homecare.models import Patient, Staff, StoredJob
from homecare.work import workers_door
from homecare.work.jobs import Job
from homecare.work.loop import Loop
from homecare.work.workers_door import Work

NewPerson = Callable[..., tuple[int, str]]
VISIT = "INSERT INTO visit_services (staff_id, patient_id, scheduled_at) VALUES (:staff, :patient, now())"


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


@pytest.fixture
def patients(owner_engine: Engine) -> Iterator[list[int]]:
    added = "INSERT INTO patients (full_name) VALUES ('Hana Girma') RETURNING id"
    yield [run(owner_engine, added) for _ in range(3)]
    run(owner_engine, "DELETE FROM patients")


@pytest.fixture
def opened(config: Config) -> Iterator[Callable[..., Any]]:
    engine = Loop(config, {}).engine
    yield lambda **told: workers_door.opened(engine, config, because="it is tried", payload={}, **told)
    engine.dispose()


Opened = Callable[..., Any]


def seen(work: Work) -> set[int]:
    return set(work.session.scalars(select(Patient.id)))


def test_as_system_it_names_its_reason_and_sees_all(opened: Opened, patients: list[int]) -> None:
    with opened() as work:
        assert work.by.accountable.by_whom["staff_name"] == "The system, because it is tried"
        assert (work.by.person.staff_id, seen(work)) == (NOBODY, set(patients))


def test_a_job_knows_of_a_person_what_a_request_knows(
    opened: Opened, as_role: Callable[..., Visitor], owner_engine: Engine
) -> None:
    """Each column of a person, but for the draft that they preview."""
    nurse = as_role("Nurse", last_name="Worku")
    with nurse.session_transaction() as cookie:
        token = cookie["_user_id"]
    run(owner_engine, "INSERT INTO dashboard.settings_versions (version, document) VALUES (7, '{}')")
    with nurse.application.app_context():
        found = sessions.find_person(token)
    assert found is not None

    with opened(staff_id=nurse.staff_id) as work:
        in_a_job = {one.name: getattr(work.by.person, one.name) for one in fields(Person)}

    assert in_a_job == {one.name: getattr(found, one.name) for one in fields(Person)}
    assert (in_a_job["last_name"], in_a_job["settings_version"]) == ("Worku", 7)
    run(owner_engine, "DELETE FROM dashboard.settings_versions")


def test_nothing_kept_for_a_role_of_it_serves_the_system(opened: Opened) -> None:
    with opened() as work:
        assert work.by.role.name not in {role.name for role in work.by.policy.roles.values()}


def test_on_behalf_of_a_person_it_sees_their_rows_alone(
    opened: Opened, new_person: NewPerson, patients: list[int], owner_engine: Engine
) -> None:
    staff_id, _ = new_person("Nurse")
    run(owner_engine, VISIT, staff=staff_id, patient=patients[1])

    with opened(staff_id=staff_id) as work:
        assert seen(work) == {patients[1]}
        assert work.session.scalar(select(func.count()).select_from(Patient)) == 1
        assert not work.by.may("patients", Action.DELETE)


def test_a_right_taken_meanwhile_is_gone(opened: Opened, new_person: NewPerson, owner_engine: Engine) -> None:
    staff_id, _ = new_person("Admin")
    run(owner_engine, "UPDATE staff SET role = 'Inventory' WHERE id = :id", id=staff_id)

    with opened(staff_id=staff_id) as work:
        assert not work.by.may("patients", Action.VIEW)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE dashboard.accounts SET disabled_at = now() WHERE staff_id = :id", "no account that is open"),
        ("UPDATE staff SET status = 'Inactive' WHERE id = :id", "not Active, or has no known role"),
        ("DELETE FROM staff WHERE id = :id", "no account that is open"),
    ],
)
def test_who_may_nothing_any_more_has_nothing_done_for_them(
    config: Config, new_person: NewPerson, owner_engine: Engine, change: str, told: str
) -> None:
    staff_id, _ = new_person("Admin")
    run(owner_engine, "INSERT INTO dashboard.jobs (name, staff_id) VALUES ('asked', :id)", id=staff_id)
    run(owner_engine, change, id=staff_id)
    ran: list[Work] = []
    loop = Loop(config, {"asked": Job(ran.append, "it is tried")})

    loop.run_due()
    loop.close()

    assert ran == []
    assert told in run(owner_engine, "DELETE FROM dashboard.jobs RETURNING problem")


NAMES = select(Patient.id.label("_id"), Patient.full_name)


@pytest.mark.parametrize("said", [{}, {"shown": shown_of("patients", ["full_name"])}], ids=["unsaid", "shown"])
def test_private_columns_are_not_selected_unsaid(opened: Opened, patients: list[int], said: dict[str, Any]) -> None:
    with opened() as work, pytest.raises(UnsaidReadError):
        work.session.execute(NAMES, execution_options=said)


def test_so_it_is_while_the_command_line_has_an_application(opened: Opened, app: Any, patients: list[int]) -> None:
    said = {"shown": shown_of("patients", ["full_name"])}
    with app.app_context(), opened() as work, pytest.raises(UnsaidReadError):
        work.session.execute(NAMES, execution_options=said)


def test_what_is_not_shown_is_selected(opened: Opened, patients: list[int]) -> None:
    with opened() as work:
        assert len(work.session.execute(NAMES, execution_options=NOT_SHOWN).all()) == 3


def test_sql_as_text_says_that_it_is_unscoped(opened: Opened) -> None:
    with opened() as work:
        with pytest.raises(UnsaidReadError):
            work.session.execute(text("SELECT full_name FROM patients"))
        assert work.session.scalar(text("SELECT 1"), execution_options=UNSCOPED) == 1


def test_behind_the_door_nothing_of_it_is_left(opened: Opened) -> None:
    def fail() -> None:
        with opened():
            assert inside_request()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not inside_request()


def test_a_job_has_longer_than_a_page(opened: Opened, new_person: NewPerson) -> None:
    with opened() as work:
        limits = [
            work.session.scalar(text(f"SHOW {name}"), execution_options=UNSCOPED)
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        ]
        assert work.session.scalar(select(func.count()).select_from(StoredJob)) == 0
        assert work.session.scalar(select(func.count()).select_from(Staff)) is not None

    assert limits == ["10min", "5s", "0", "UTC"]
