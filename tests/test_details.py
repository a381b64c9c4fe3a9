"""The page of one record: its head, its cards, its tabs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import Visitor
from sqlalchemy import Engine, text

As = Callable[..., Visitor]

TAB = re.compile(r'<a id="tab-\d+"[^>]*>([^<]+?) <span class="(?:count|visually-hidden)">(\d+)</span>')
ROWS = """WITH p AS (INSERT INTO patients (full_name, address) VALUES ('Hana Abebe', 'Bole') RETURNING id),
    s AS (INSERT INTO staff (first_name, last_name, email) VALUES ('Liya', 'Alemu', 'liya@test.example') RETURNING id),
    c AS (INSERT INTO caregiver_assignments (patient_id, staff_id) SELECT p.id, s.id FROM p, s RETURNING id),
    m AS (INSERT INTO messages (receiver_id, message) SELECT id, 'Come on Monday' FROM p),
    v AS (INSERT INTO visit_services (patient_id, scheduled_at) SELECT id, '2026-03-09 06:00' FROM p RETURNING id),
    w AS (INSERT INTO visit_services (patient_id, staff_id, scheduled_at, visit_notes)
          SELECT p.id, s.id, '2026-03-10 06:00', 'Slept well' FROM p, s RETURNING id)
    SELECT p.id AS patients, c.id AS caregiver_assignments, v.id AS visit_services, w.id AS noted FROM p, c, v, w"""


@pytest.fixture(scope="module")
def ids(owner_engine: Engine) -> dict[str, int]:
    with owner_engine.begin() as connection:
        return dict(connection.execute(text(ROWS)).one()._mapping)


def page(visitor: Visitor, table: str, row_id: int) -> str:
    answer = visitor.get(f"/admin/{table}/details/?id={row_id}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def head(found: str) -> str:
    """All that the head says, without marks."""
    header = re.search(r'<header class="details-head">(.*?)</header>', found, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", header[1] if header else "").split())


def test_the_head_of_a_visit_says_patient_time_and_staff(as_role: As, ids: dict[str, int]) -> None:
    coordinator = as_role("Coordinator")
    assert "Hana Abebe · 10 Mar 2026 09:00" in head(page(coordinator, "visit_services", ids["noted"]))
    assert "Staff Liya Alemu" in head(page(coordinator, "visit_services", ids["noted"]))
    assert "Staff none yet" in head(page(coordinator, "visit_services", ids["visit_services"]))


def test_the_head_offers_what_belongs_to_the_record_and_nothing_else(as_role: As, ids: dict[str, int]) -> None:
    coordinator = as_role("Coordinator")
    assert "New visit" in head(page(coordinator, "patients", ids["patients"]))
    shift = page(coordinator, "caregiver_assignments", ids["caregiver_assignments"])
    assert "New patient" not in head(shift)
    assert TAB.findall(shift) == [("Patients, registered through assignment", "0")]


def test_tabs_without_rows_stand_last_and_apart(as_role: As, ids: dict[str, int]) -> None:
    found = page(as_role("Coordinator"), "patients", ids["patients"])
    before, _, after = found.partition("None yet:")
    assert TAB.findall(before) == [("Visits", "2"), ("Shifts", "1"), ("Invoices", "0"), ("Messages", "1")]
    assert {count for _, count in TAB.findall(after)} == {"0"}


def test_where_there_are_no_rows_at_all_no_tab_stands_apart(as_role: As, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        row_id = connection.scalar(text("INSERT INTO partner_hospitals (name) VALUES ('Selam') RETURNING id"))
    found = page(as_role("Manager"), "partner_hospitals", row_id)
    assert TAB.findall(found) == [("Referrals", "0")]
    assert "None yet" not in found


def test_cards_without_a_value_are_told_in_one_line(as_role: As, ids: dict[str, int]) -> None:
    found = page(as_role("Coordinator"), "visit_services", ids["visit_services"])
    assert re.findall(r'<h2 id="facts-\d+">([^<]+)</h2>', found) == ["Visit", "Record"]
    assert re.search(r"<dt>Left empty</dt><dd>Check-in, Check-out[^<]*</dd>", found)


def test_a_reason_is_asked_for_what_is_there_and_nothing_else(as_role: As, ids: dict[str, int]) -> None:
    admin = as_role("Admin")
    assert "Reason for reading visit notes<" in page(admin, "visit_services", ids["noted"])
    assert "Reason for reading" not in page(admin, "visit_services", ids["visit_services"])
