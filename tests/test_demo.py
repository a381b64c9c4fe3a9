"""The demo company: what it contains, its own rules, and loading it completely or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import clusters
import phonenumbers
import pytest
from clusters import DEMO_PASSWORD
from demo_rules import BOARD, CONTRADICTIONS, WORK
from sqlalchemy import Engine, text

from homecare.config import ROOT, demo_email
from homecare.local import demo
from homecare.local.demo.company import Clock
from homecare.local.demo.staffing import DEMO_PEOPLE
from homecare.local.demo.write import ORDER
from homecare.login import passwords

DAY = date(2025, 6, 18)
NOW = Clock.of(DAY).now


@pytest.fixture(scope="module")
def company(owner_engine: Engine) -> Engine:
    demo.load(owner_engine, DEMO_PASSWORD, today=DAY)
    return owner_engine


@pytest.fixture
def empty(socket_folder: str) -> Iterator[Engine]:
    with clusters.copy(socket_folder, clusters.migrated(socket_folder)) as made, made.owner_engine() as engine:
        yield engine


def ask(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement), {"now": NOW}))


def count(engine: Engine, condition: str) -> int:
    """How many there are of "<tables> WHERE …"."""
    return int(ask(engine, f"SELECT count(*) FROM {condition}")[0][0])


def rows_of(engine: Engine) -> dict[str, str]:
    """A digest of every table's rows; the passwords' hashes are salted, so each load has its own."""
    digest = "SELECT md5(string_agg((to_jsonb(t) - 'password_hash')::text, ',' ORDER BY t.id)) FROM {} AS t"
    return {table: str(ask(engine, digest.format(table))[0][0]) for table in ORDER}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("staff", 60),
        ("patients", 1500),
        ("visit_services", 9000),
        ("marketing_campaigns", 30),
        ("marketing_leads", 4000),
        ("dashboard.accounts", 10),
    ],
)
def test_the_company_has_the_size_it_promises(company: Engine, table: str, rows: int) -> None:
    assert count(company, table) == rows


@pytest.mark.parametrize("table", ORDER)
def test_every_table_has_rows_and_its_next_id_is_free(company: Engine, table: str) -> None:
    with company.connect() as connection:
        last = connection.scalar(text(f"SELECT max(id) FROM {table}"))
        following = connection.scalar(text("SELECT nextval(pg_get_serial_sequence(:t, 'id'))"), {"t": table})

    assert last is not None
    assert following > last


def test_the_next_patient_gets_a_code_of_their_own(company: Engine) -> None:
    with company.connect() as connection:
        code = connection.scalar(text("INSERT INTO patients (full_name) VALUES ('Abebe') RETURNING patient_code"))
        connection.rollback()

    assert code == "HHC-001501"


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_nothing_in_the_company_contradicts_itself(company: Engine, contradiction: str) -> None:
    assert count(company, CONTRADICTIONS[contradiction]) == 0


@pytest.mark.parametrize("state", BOARD)
def test_the_board_of_today_shows_every_state(company: Engine, state: str) -> None:
    assert count(company, f"visit_services WHERE {BOARD[state]}") >= 2


@pytest.mark.parametrize("work", WORK)
def test_every_list_of_the_office_has_something_in_it(company: Engine, work: str) -> None:
    assert count(company, WORK[work].replace("date :now", f"date '{DAY}'")) >= 1


@pytest.mark.parametrize("role", DEMO_PEOPLE)
def test_each_default_role_has_a_demo_account_that_opens(company: Engine, role: str) -> None:
    [(person_role, status, password_hash)] = ask(
        company,
        "SELECT s.role, s.status, a.password_hash FROM dashboard.accounts a JOIN staff s ON s.id = a.staff_id "
        f"WHERE s.email = '{demo_email(role)}' AND a.disabled_at IS NULL",
    )

    assert (person_role, status) == (role, "Active")
    assert passwords.matches(password_hash, DEMO_PASSWORD)


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_those_who_visit_find_their_own_work_of_today(company: Engine, role: str) -> None:
    own = f"staff s ON s.email = '{demo_email(role)}'"
    day = "BETWEEN :now - interval '8 h' AND :now + interval '8 h'"

    visits = count(company, f"visit_services v JOIN {own} AND s.id = v.staff_id WHERE v.scheduled_at {day}")
    tasks = count(company, f"admin_task_tracking t JOIN {own} AND s.id = t.staff_id WHERE task_status <> 'Completed'")
    messages = count(company, f"messages m JOIN {own} AND s.id = m.sender_id")

    assert visits >= 3
    assert tasks >= 1
    assert messages >= 10


def test_every_phone_is_a_valid_ethiopian_one(company: Engine) -> None:
    phones = ask(
        company,
        "SELECT phone_number FROM patients UNION SELECT phone_number FROM marketing_leads "
        "UNION SELECT phone FROM staff UNION SELECT contact_phone FROM partner_hospitals",
    )

    parsed = [phonenumbers.parse(phone) for (phone,) in phones if phone]

    assert len(parsed) > 4000
    assert all(phonenumbers.is_valid_number_for_region(phone, "ET") for phone in parsed)


def test_some_names_are_in_ethiopic_script_and_most_are_not(company: Engine) -> None:
    ethiopic = count(company, "patients WHERE full_name ~ '[\u1200-\u137f]'")

    assert 100 < ethiopic < 400


def test_nothing_was_written_after_now(company: Engine) -> None:
    tables = [table for table in ORDER if table != "dashboard.accounts"]

    late = {table: count(company, f"{table} WHERE created_at > :now") for table in tables}

    assert late == dict.fromkeys(tables, 0)


def test_two_loads_of_the_same_day_give_the_same_rows(company: Engine, empty: Engine) -> None:
    demo.load(empty, DEMO_PASSWORD, today=DAY)

    assert rows_of(empty) == rows_of(company)


def test_a_load_that_breaks_off_leaves_nothing(empty: Engine) -> None:
    def break_off(sentence: str) -> None:
        if sentence.startswith("ngo_networks"):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        demo.load(empty, DEMO_PASSWORD, today=DAY, progress=break_off)

    assert {table: count(empty, table) for table in ORDER} == dict.fromkeys(ORDER, 0)


def test_a_company_that_is_there_is_never_loaded_over(company: Engine) -> None:
    with pytest.raises(demo.DemoError, match="already has staff or patients"):
        demo.load(company, DEMO_PASSWORD)

    assert demo.load_if_empty(company, DEMO_PASSWORD) is False


def test_of_two_processes_only_one_loads(empty: Engine) -> None:
    program = (
        "import sys; from sqlalchemy import create_engine; from homecare.local import demo; "
        "print(demo.load_if_empty(create_engine(sys.argv[1]), 'homecare-demo'))"
    )
    address = empty.url.render_as_string(hide_password=False)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, address]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]

    assert sorted(process.communicate()[0].strip() for process in started) == ["False", "True"]
    assert count(empty, "staff") == 60
