"""A person who sees only own patients cannot make or keep a patient theirs, by any column or page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare.access.row_scope import OPENINGS, read_columns

AsRole = Callable[..., Visitor]
NOW = "timezone('utc', now())"
tokens = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def _carer(owner_engine: Engine) -> None:
    """A role with own patients that may set every column of visits and shifts, of all rows."""
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO dashboard.roles (name, delivers_care) VALUES ('Carer', true)"))
        for resource, actions, scope in (
            ("patients", ("view",), "own"),
            ("staff", ("view",), "all"),
            ("visit_services", ("view", "create", "edit"), "all"),
            ("caregiver_assignments", ("view", "create", "edit"), "all"),
        ):
            for action in actions:
                grant = "INSERT INTO dashboard.grants VALUES ('Carer', :resource, :action, :scope)"
                connection.execute(text(grant), {"resource": resource, "action": action, "scope": scope})


@pytest.fixture
def patient(owner_engine: Engine) -> Iterator[int]:
    with owner_engine.begin() as connection:
        made = connection.scalar(text("INSERT INTO patients (full_name) VALUES ('Hana Girma') RETURNING id"))
    yield int(made or 0)
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM patients"))


def row(engine: Engine, table: str, **columns: str) -> int:
    """Values are SQL."""
    names, values = ", ".join(columns), ", ".join(columns.values())
    with engine.begin() as connection:
        return int(connection.scalar(text(f"INSERT INTO {table} ({names}) VALUES ({values}) RETURNING id")) or 0)


def stored(engine: Engine, table: str, row_id: int) -> Any:
    with engine.connect() as connection:
        found = text(f"SELECT to_jsonb(t) - 'updated_at' AS row, xmin::text FROM {table} t WHERE id = :id")
        return connection.execute(found, {"id": row_id}).one()


def day(offset: int) -> str:
    return f"{NOW} + interval '{offset} days'"


def typed(engine: Engine, offset: int) -> str:
    """A moment so many days away as it is typed, in Addis time."""
    with engine.connect() as connection:
        return str(connection.scalar(text(f"SELECT to_char({day(offset)} + interval '3 h', 'YYYY-MM-DD HH24:MI')")))


def set_everywhere(visitor: Visitor, engine: Engine, table: str, row_id: int, column: str, value: str) -> list[int]:
    one = {"field": column, "value": value}
    return [
        visitor.send(f"/admin/{table}/{url}", sent, form_at="/admin/").status_code
        for url, sent in (
            ("ajax/update/", one | {"id": row_id, "version": stored(engine, table, row_id).xmin}),
            ("action/", one | {"action": "set", "confirmed": "1", "rowid": row_id}),
            (
                f"edit/?id={row_id}",
                {column: value, "_version": stored(engine, table, row_id).xmin, "_token": f"a-token-{next(tokens)}"},
            ),
        )
    ]


def is_open(visitor: Visitor, patient: int) -> bool:
    return visitor.get(f"/admin/patients/details/?id={patient}").status_code == 200


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
@pytest.mark.parametrize("status", ["Scheduled", "Pending", "Completed", "Missed", "In Progress"])
def test_ones_own_cancelled_visit_is_not_set_back(
    as_role: AsRole, owner_engine: Engine, patient: int, role: str, status: str
) -> None:
    carer = as_role(role)
    one = {"staff_id": str(carer.staff_id), "patient_id": str(patient), "scheduled_at": NOW, "status": "'Cancelled'"}
    visit = row(owner_engine, "visit_services", **one)
    before = stored(owner_engine, "visit_services", visit)

    found = set_everywhere(carer, owner_engine, "visit_services", visit, "status", status)

    assert found == [422, 422, 422]
    assert stored(owner_engine, "visit_services", visit) == before
    assert not is_open(carer, patient)


@pytest.mark.parametrize("column", ["check_in_time", "check_out_time"])
def test_a_time_does_not_bring_its_status_back(
    as_role: AsRole, owner_engine: Engine, patient: int, column: str
) -> None:
    nurse = as_role("Nurse")
    one = {"staff_id": str(nurse.staff_id), "patient_id": str(patient), "scheduled_at": NOW, "status": "'Cancelled'"}
    visit = row(owner_engine, "visit_services", **one)

    found = set_everywhere(nurse, owner_engine, "visit_services", visit, column, typed(owner_engine, 0))

    assert found == [422, 422, 422]
    assert stored(owner_engine, "visit_services", visit).row["status"] == "Cancelled"


def test_ones_own_cancelling_is_not_undone(as_role: AsRole, owner_engine: Engine, patient: int) -> None:
    nurse = as_role("Nurse")
    visit = row(owner_engine, "visit_services", staff_id=str(nurse.staff_id), patient_id=str(patient), scheduled_at=NOW)
    sent = {"id": visit, "field": "status", "version": stored(owner_engine, "visit_services", visit).xmin}
    done = nurse.send("/admin/visit_services/ajax/update/", sent | {"value": "Cancelled"}, form_at="/admin/")

    answer = nurse.send("/admin/visit_services/undo/", {"token": done.json["undo"]}, form_at="/admin/")

    assert answer.status_code == 422
    assert stored(owner_engine, "visit_services", visit).row["status"] == "Cancelled"


VISIT, SHIFT = "visit_services", "caregiver_assignments"
# Table, what the row holds, the column and the days to which it is moved.
LONGER = [
    (VISIT, {"scheduled_at": -60}, "scheduled_at", 0),
    (VISIT, {"scheduled_at": 40}, "scheduled_at", 3),
    (VISIT, {"scheduled_at": -20}, "scheduled_at", 2),
    (VISIT, {"scheduled_at": 1}, "scheduled_at", 20),
    (VISIT, {}, "scheduled_at", 0),
    (SHIFT, {"shift_start": -90, "shift_end": -60}, "shift_end", 0),
    (SHIFT, {"shift_start": -5, "shift_end": 1}, "shift_end", 90),
    (SHIFT, {"shift_start": 40, "shift_end": 60}, "shift_start", 1),
]
SHORTER = [
    (VISIT, {"scheduled_at": 3}, "scheduled_at", 1),
    (VISIT, {"scheduled_at": 3}, "scheduled_at", -60),
    (SHIFT, {"shift_start": -5, "shift_end": 20}, "shift_end", 2),
    (SHIFT, {"shift_start": 1, "shift_end": 90}, "shift_start", 40),
    (SHIFT, {"shift_start": -5}, "shift_end", 2),
]


@pytest.mark.parametrize(("moves", "expected"), [(move, 422) for move in LONGER] + [(move, 200) for move in SHORTER])
def test_a_time_moves_only_so_that_less_is_open(
    as_role: AsRole, owner_engine: Engine, patient: int, moves: Any, expected: int
) -> None:
    carer, (table, held, column, to) = as_role("Carer"), moves
    times = {name: day(offset) for name, offset in held.items()}
    row_id = row(owner_engine, table, staff_id=str(carer.staff_id), patient_id=str(patient), **times)

    sent = {"id": row_id, "field": column, "value": typed(owner_engine, to)}
    version = stored(owner_engine, table, row_id).xmin
    answer = carer.send(f"/admin/{table}/ajax/update/", sent | {"version": version}, form_at="/admin/")
    if sure := answer.json.get("sure"):
        # Allowed, and asked about for another reason: a time that is past, a shift that is long.
        meant = sent | {"version": version, "sure": sure}
        answer = carer.send(f"/admin/{table}/ajax/update/", meant, form_at="/admin/")

    assert answer.status_code == expected, answer.text[:300]


@pytest.mark.parametrize("table", [VISIT, SHIFT])
def test_nobody_takes_anothers_row_or_puts_another_patient_into_ones_own(
    as_role: AsRole, owner_engine: Engine, patient: int, table: str
) -> None:
    carer, other = as_role("Carer"), as_role("Nurse").staff_id
    with owner_engine.begin() as connection:
        mine = connection.scalar(text("INSERT INTO patients (full_name) VALUES ('Sara') RETURNING id"))
    time = {"scheduled_at": NOW} if table == VISIT else {}
    taken = row(owner_engine, table, staff_id=str(other), patient_id=str(patient), **time)
    own = row(owner_engine, table, staff_id=str(carer.staff_id), patient_id=str(mine), **time)

    found = set_everywhere(carer, owner_engine, table, taken, "staff_id", str(carer.staff_id))
    found += set_everywhere(carer, owner_engine, table, own, "patient_id", str(patient))

    assert found == [422] * 6
    assert (is_open(carer, patient), is_open(carer, int(mine or 0))) == (False, True)


@pytest.mark.parametrize("table", [VISIT, SHIFT])
def test_a_new_row_is_made_for_own_patients_alone(
    as_role: AsRole, owner_engine: Engine, patient: int, table: str
) -> None:
    carer = as_role("Carer")
    time = {"scheduled_at": typed(owner_engine, 1)} if table == VISIT else {}
    sent = time | {"staff_id": carer.staff_id, "patient_id": patient}

    def save() -> int:
        form = sent | {"_token": f"a-token-{next(tokens)}"}
        return int(carer.send(f"/admin/{table}/new/", form, form_at="/admin/").status_code)

    assert save() == 422
    row(owner_engine, VISIT, staff_id=str(carer.staff_id), patient_id=str(patient), scheduled_at=NOW)
    assert save() == 302


def test_who_plans_care_for_all_sets_visits_back(as_role: AsRole, owner_engine: Engine, patient: int) -> None:
    nurse = as_role("Nurse").staff_id
    one = {"staff_id": str(nurse), "patient_id": str(patient), "scheduled_at": NOW, "status": "'Cancelled'"}
    visit = row(owner_engine, VISIT, **one)

    set_everywhere(as_role("Coordinator"), owner_engine, VISIT, visit, "status", "Scheduled")

    assert stored(owner_engine, VISIT, visit).row["status"] == "Scheduled"


def test_every_column_that_a_scope_reads_elsewhere_has_its_direction() -> None:
    elsewhere = {(of, column) for table, pairs in read_columns().items() for of, column in pairs if of != table}

    assert elsewhere == {(o.model.__tablename__, column) for o in OPENINGS for column in o.columns}
