"""What the database itself refuses and fills in, and the description of every column."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, select, text, update
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import IntegrityError

from homecare import models
from homecare.db import Base, sqlstate
from homecare.models import Patient, Staff
from homecare.models.columns import Kind, Privacy, kind_of

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]
ADDIS = text("SET LOCAL timezone = 'Africa/Addis_Ababa'")
SHIFT = text(
    "INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end, status) "
    "VALUES (:staff, 1001, :start, :end, :status)"
)
LIVE = {"staff": 1001, "start": "2025-01-01 08:00", "end": "2025-01-01 12:00", "status": "Assigned"}


@pytest.fixture
def connection(owner_engine: Engine) -> Iterator[Connection]:
    """Two staff members and a patient, all undone afterwards."""
    with owner_engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO staff (id, first_name, last_name, email) VALUES "
                "(1001, 'Almaz', 'Kebede', 'almaz@test.example'), (1002, 'Dawit', 'Bekele', 'dawit@test.example')"
            )
        )
        connection.execute(text("INSERT INTO patients (id, full_name) VALUES (1001, 'ሰላም ታደሰ')"))
        yield connection


def test_every_column_says_how_private_it_is() -> None:
    assert [str(column) for column in COLUMNS if not isinstance(column.info.get("privacy"), Privacy)] == []


def test_every_column_of_the_company_has_a_kind_of_value() -> None:
    tables = [model.__table__ for model in models.business_models().values()]
    assert len(tables) == 24
    assert all(isinstance(kind_of(column), Kind) for table in tables for column in table.columns)


def test_a_default_that_is_chosen_from_a_list_is_its_first() -> None:
    chosen = [column for column in COLUMNS if column.server_default is not None and column.info.get("choices")]
    assert chosen
    assert [column for column in chosen if column.server_default.arg != column.info["choices"][0]] == []


def test_overlapping_live_shifts_of_one_caregiver_are_refused(connection: Connection) -> None:
    connection.execute(SHIFT, LIVE)
    with pytest.raises(IntegrityError) as refused:
        connection.execute(SHIFT, LIVE | {"start": "2025-01-01 11:59", "end": "2025-01-01 13:00"})
    assert sqlstate(refused.value) == "23P01"


def test_a_shift_without_a_status_counts_as_assigned(connection: Connection) -> None:
    connection.execute(SHIFT, LIVE | {"status": None})
    with pytest.raises(IntegrityError) as refused:
        connection.execute(SHIFT, LIVE)
    assert sqlstate(refused.value) == "23P01"


@pytest.mark.parametrize(
    "other",
    [
        {"start": "2025-01-01 12:00", "end": "2025-01-01 13:00"},
        {"staff": 1002},
        {"status": "Cancelled"},
        {"status": "Completed"},
        {"end": None},
    ],
    ids=["right after", "of another caregiver", "cancelled", "completed", "without an end"],
)
def test_a_shift_that_does_not_clash_is_taken(connection: Connection, other: dict[str, object]) -> None:
    connection.execute(SHIFT, LIVE)
    assert connection.execute(SHIFT, LIVE | other).rowcount == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end) "
        "VALUES (1001, 1001, '2025-01-02', '2025-01-01')",
        "INSERT INTO visit_services (patient_id, check_in_time, check_out_time) "
        "VALUES (1001, '2025-01-02', '2025-01-01')",
        "INSERT INTO insurance_claims (patient_id, submitted_at, processed_at) "
        "VALUES (1001, '2025-01-02', '2025-01-01')",
        "INSERT INTO marketing_campaigns (campaign_name, start_date, end_date) "
        "VALUES ('Radio', '2025-01-02', '2025-01-01')",
        "INSERT INTO marketing_budgets (allocated_amount, start_date, end_date) VALUES (1, '2025-01-02', '2025-01-01')",
        "INSERT INTO marketing_budgets (allocated_amount, spent_amount) VALUES (1, -0.01)",
    ],
    ids=["shift", "visit", "claim", "campaign", "budget", "spent"],
)
def test_the_database_refuses_what_cannot_be(connection: Connection, wrong: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        connection.execute(text(wrong))
    assert sqlstate(refused.value) == "23514"


def test_a_visit_outlives_its_caregiver_and_waits_unassigned(connection: Connection) -> None:
    connection.execute(text("INSERT INTO visit_services (patient_id, staff_id) VALUES (1001, 1001)"))
    connection.execute(text("DELETE FROM staff WHERE id = 1001"))
    assert connection.execute(text("SELECT staff_id FROM visit_services")).all() == [(None,)]


def test_a_patient_code_goes_on_past_a_million(connection: Connection) -> None:
    connection.execute(text("ALTER SEQUENCE patient_code_seq RESTART 999999"))
    added = text("INSERT INTO patients (full_name) VALUES ('Hana'), ('Sara') RETURNING patient_code")
    assert list(connection.scalars(added)) == ["HHC-999999", "HHC-1000000"]


def test_times_are_utc_in_a_session_set_to_addis(connection: Connection) -> None:
    connection.execute(ADDIS)
    connection.execute(text("INSERT INTO patients (id, full_name) VALUES (1002, 'Hana')"))
    connection.execute(update(Staff).values(phone="+251911000000"))
    now = connection.scalar(select(text("now() AT TIME ZONE 'UTC'")))
    assert connection.scalar(select(Patient.created_at).where(Patient.id == 1002)) == now
    assert connection.scalar(select(Staff.updated_at).where(Staff.id == 1001)) == now


def test_the_models_know_the_rules_that_the_database_holds(owner_engine: Engine) -> None:
    # Autogenerate compares neither CHECK nor EXCLUDE.
    rules = (CheckConstraint, ExcludeConstraint)
    known = {
        rule.name for table in Base.metadata.sorted_tables for rule in table.constraints if isinstance(rule, rules)
    }
    held = text("""SELECT conname FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
        WHERE contype IN ('c', 'x') AND t.relowner = CAST(current_user AS regrole)""")
    with owner_engine.connect() as connection:
        assert set(connection.scalars(held)) == known


def test_every_foreign_key_leads_an_index(owner_engine: Engine) -> None:
    # Deleting a parent would otherwise read the whole child table.
    bare = """SELECT k.conrelid::regclass::text || '.' || a.attname FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL)"""
    with owner_engine.connect() as connection:
        assert list(connection.scalars(text(bare))) == []


def test_no_index_stands_twice(owner_engine: Engine) -> None:
    twice = """SELECT array_agg(indexrelid::regclass::text) FROM pg_index
        WHERE indrelid::regclass::text !~ '^pg_' AND indexprs IS NULL
        GROUP BY indrelid, indkey::text, indclass::text HAVING count(*) > 1"""
    with owner_engine.connect() as connection:
        assert list(connection.scalars(text(twice))) == []
