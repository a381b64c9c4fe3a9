"""What the database refuses is shown as a sentence at its field and names only what the person may see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, text

TOKEN = re.compile(r'name="_token"[^>]*value="([^"]+)"')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def signed_in(app: Flask) -> Callable[[str], Visitor]:
    def sign_in(role: str) -> Visitor:
        visitor = app.test_client()
        assert visitor.sign_in(f"{role}@homecare.example", DEMO_PASSWORD).status_code == 302
        return visitor

    return sign_in


def send_new(visitor: Visitor, table: str, values: dict[str, Any]) -> Any:
    url = f"/admin/{table}/new/"
    form_token = TOKEN.search(visitor.get(url).get_data(as_text=True))
    assert form_token is not None
    return visitor.send(url, {"_token": form_token[1], **values})


def one(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(statement)).one()


def test_an_overlapping_shift_is_refused_naming_the_other_ones_times(
    signed_in: Callable[[str], Visitor], owner_engine: Engine
) -> None:
    shift = one(
        owner_engine,
        "SELECT staff_id, patient_id, shift_start + interval '3 hours' AS start, shift_end + interval '3 hours' AS stop"
        " FROM caregiver_assignments WHERE status = 'Assigned' AND shift_end > shift_start LIMIT 1",
    )
    values = {
        "staff_id": shift.staff_id,
        "patient_id": shift.patient_id,
        "shift_start": shift.start.isoformat(timespec="minutes"),
        "shift_end": shift.stop.isoformat(timespec="minutes"),
        "status": "Assigned",
    }
    answer = send_new(signed_in("coordinator"), "caregiver_assignments", values)
    assert answer.status_code == 422
    told = f"{shift.start.day} {shift.start:%b %Y} from {shift.start:%H:%M}"
    assert f"The caregiver already has a shift on {told}" in answer.get_data(as_text=True)


def test_a_taken_phone_names_its_owner_to_those_who_may_see_both(
    signed_in: Callable[[str], Visitor], owner_engine: Engine
) -> None:
    owner = one(owner_engine, "SELECT full_name, phone_number FROM patients WHERE phone_number IS NOT NULL LIMIT 1")
    values = {"full_name": "Somebody New", "phone_number": owner.phone_number}
    answer = send_new(signed_in("coordinator"), "patients", values)
    assert answer.status_code == 422
    assert f"{owner.full_name} already has this phone number." in answer.get_data(as_text=True)


def test_an_index_entry_that_would_be_too_long_is_refused_at_its_field(signed_in: Callable[[str], Visitor]) -> None:
    answer = send_new(signed_in("inventory"), "inventory_items", {"name": "Bed", "location": "ቤት" * 600})
    assert answer.status_code == 422
    assert "At most 800 characters" in answer.get_data(as_text=True)
