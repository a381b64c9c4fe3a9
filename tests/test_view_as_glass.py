"""While viewing as somebody, the stricter of both column states applies, everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from clusters import Database
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare.access.policy import STRICTNESS, FieldRule, Policy, Role, State, stricter

NOTE, PHONE = "Wound clean and dry", "+251911222333"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def rule(engine: Engine, role: str, table: str, column: str, state: str) -> None:
    values = {"role": role, "resource": table, "column": column, "state": state}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO dashboard.field_rules VALUES (:role, :resource, :column, :state, 'never') "
                "ON CONFLICT (role, resource, column_name) DO UPDATE SET state = :state"
            ),
            values,
        )


@pytest.fixture
def looking(as_role: Callable[..., Visitor], owner_engine: Engine) -> Iterator[Any]:
    """An Admin who looks as a nurse with one visit, of which the nurse sees the notes and may export the list."""
    nurse, admin = as_role("Nurse"), as_role("Admin")
    with owner_engine.begin() as connection:
        connection.execute(
            text("INSERT INTO dashboard.grants VALUES ('Nurse', 'visit_services', 'export') ON CONFLICT DO NOTHING")
        )
        patient = text("INSERT INTO patients (full_name, phone_number) VALUES ('Hana Girma', :phone) RETURNING id")
        patient_id = connection.scalar(patient, {"phone": PHONE})
        visit = text(
            "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, visit_notes) "
            "VALUES (:patient, :nurse, timezone('utc', now()), :note) RETURNING id"
        )
        visit_id = connection.scalar(visit, {"patient": patient_id, "nurse": nurse.staff_id, "note": NOTE})
    admin.send("/admin/roles/view-as/start", {"person": nurse.staff_id}, form_at="/admin/roles/view-as/")
    admin.visit_id, admin.patient_id, admin.nurse = visit_id, patient_id, nurse  # type: ignore[attr-defined]
    yield admin
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM patients WHERE id = :id"), {"id": patient_id})


def answers(visitor: Any, table: str, column: str, row_id: int) -> dict[str, Any]:
    """Every surface that could print the column of the row, or tell of it."""
    addresses = {
        "list": f"?columns=id,{column}", "details": f"details/?id={row_id}", "form": f"edit/?id={row_id}",
        "export": f"export/csv/?columns=id,{column}", "filter": f"?{column}__isnull=0",
    }  # fmt: skip
    return {name: visitor.get(f"/admin/{table}/{address}", buffered=True) for name, address in addresses.items()}


def test_what_is_behind_glass_for_the_looker_stays_there(looking: Any) -> None:
    theirs = answers(looking.nurse, "visit_services", "visit_notes", looking.visit_id)
    mine = answers(looking, "visit_services", "visit_notes", looking.visit_id)

    assert [name for name, answer in theirs.items() if NOTE in answer.text] == ["list", "details", "form", "export"]
    assert [name for name, answer in mine.items() if NOTE in answer.text] == []
    assert (theirs["filter"].status_code, mine["filter"].status_code) == (200, 403)
    assert NOTE in looking.nurse.get(f"/admin/visit_services/details/?id={looking.visit_id}").text


def test_the_page_says_what_they_see_and_the_looker_does_not(looking: Any) -> None:
    sentence = "Shown to them, behind glass for you: Visit notes, Prescription, Vitals."
    related = f"related/?id={looking.patient_id}&of=visit_services&by=patient_id"
    found = [
        looking.get(f"/admin/{page}").text
        for page in (
            "visit_services/",
            f"visit_services/details/?id={looking.visit_id}",
            f"visit_services/edit/?id={looking.visit_id}",
            f"patients/{related}",
        )
    ]

    assert all(sentence in page for page in found)
    assert "glass for you" not in looking.get("/admin/patients/").text
    assert "Show once" not in found[1]
    assert "glass for you" not in looking.nurse.get("/admin/visit_services/").text


@pytest.mark.parametrize("state", [state for state in State if state is not State.SHOWN])
def test_a_label_a_search_and_a_sort_show_no_more_than_the_list(
    looking: Any, owner_engine: Engine, state: State
) -> None:
    for column in ("full_name", "phone_number"):
        rule(owner_engine, "Admin", "patients", column, state)
    try:
        pages = [
            looking.get(f"/admin/{page}", buffered=True).text
            for page in ("patients/", "visit_services/", "visit_services/export/csv/", "", "search/?q=Hana")
        ]
        refused = [
            looking.get(f"/admin/patients/{query}").status_code
            for query in ("?sort=full_name", "?full_name__contains=Hana", "?phone_number__startswith=091")
        ]
        found = looking.get("/admin/patients/?search=Hana+Girma").text
    finally:
        with owner_engine.begin() as connection:
            connection.execute(text("DELETE FROM dashboard.field_rules WHERE role = 'Admin' AND resource = 'patients'"))

    assert not any("Hana Girma" in page or "0911 222 333" in page for page in pages)
    assert refused == [403, 403, 403]
    assert "details/?id=" not in re.sub(r"(?s)<nav.*?</nav>", "", found)


def test_a_named_condition_looks_into_nothing_more(looking: Any, owner_engine: Engine) -> None:
    assert looking.nurse.get("/admin/visit_services/?is=late").status_code == 200
    rule(owner_engine, "Admin", "visit_services", "check_in_time", "hidden")
    try:
        assert looking.get("/admin/visit_services/?is=late").status_code == 403
    finally:
        with owner_engine.begin() as connection:
            connection.execute(text("DELETE FROM dashboard.field_rules WHERE column_name = 'check_in_time'"))


@pytest.mark.parametrize(("mine", "theirs"), list(product(State, State)))
def test_of_any_two_states_the_stricter_holds(mine: State, theirs: State) -> None:
    admin, nurse = Role("Admin", everything=True), Role("Nurse")
    rules = [FieldRule("Admin", "events", "title", mine), FieldRule("Nurse", "events", "title", theirs)]

    found = Policy(1, [admin, nurse], (), rules).seen_through(admin).field(nurse, "events", "title").state

    assert found is stricter(mine, theirs)
    assert STRICTNESS.index(found) == max(map(STRICTNESS.index, (mine, theirs)))


def test_ones_own_pages_are_as_they_were_afterwards(looking: Any) -> None:
    looking.get("/admin/visit_services/?columns=visit_notes")
    looking.send("/admin/roles/view-as/stop", form_at="/admin/")

    assert NOTE in looking.nurse.get("/admin/visit_services/?columns=visit_notes").text
    assert "glass for you" not in looking.get("/admin/visit_services/").text
