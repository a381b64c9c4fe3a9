"""One search over what a person may open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, insert

from homecare.models import Patient

NUMBER = "+251911777888"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def patient_id(owner_engine: Engine) -> int:
    with owner_engine.begin() as connection:
        values = {"full_name": "Zenebech O'Hara በቀለ", "phone_number": NUMBER, "email": "zenebech@test.example"}
        return connection.execute(insert(Patient).values(values).returning(Patient.id)).scalar_one()


@pytest.fixture
def find(app: Flask, patient_id: int) -> Callable[..., dict[str, list[dict[str, str]]]]:
    """What a demo role finds, by group."""

    def search(role: str, text: str) -> dict[str, list[dict[str, str]]]:
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in(f"{role.lower()}@homecare.example", DEMO_PASSWORD)
        answer = visitor.get("/admin/search", query_string={"q": text})
        assert answer.status_code == 200
        return {group["name"]: group["items"] for group in answer.get_json()["groups"]}

    return search


Find = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.mark.parametrize(
    "typed",
    ["0911777888", "0911 777 888", "+251911777888", "00251911777888", "251911777888", "911777", "777888", "0911777"],
)
def test_a_patient_is_found_by_phone_however_it_is_typed(find: Find, patient_id: int, typed: str) -> None:
    found = {one["url"]: one["hint"] for one in find("Coordinator", typed)["Patients"]}

    assert "0911 777 888" in found[f"/admin/patients/details/?id={patient_id}"]


@pytest.mark.parametrize("typed", ["zenebech o", "o'hara", "O'Hara በቀ", "በቀለ zenebech", "zenebech@test"])
def test_a_patient_is_found_by_any_part_of_the_name_or_e_mail(find: Find, typed: str) -> None:
    assert [one["label"] for one in find("Manager", typed)["Patients"]] == ["Zenebech O'Hara በቀለ"]


def test_a_code_finds_its_patient(find: Find, patient_id: int) -> None:
    code = find("Admin", "zenebech")["Patients"][0]["hint"].split(" · ")[0]

    assert find("Admin", code.lower())["Patients"][0]["url"].endswith(f"?id={patient_id}")


def test_a_masked_phone_neither_finds_nor_shows(find: Find) -> None:
    assert "Patients" not in find("Finance", "0911777888")
    (found,) = find("Finance", "zenebech")["Patients"]
    assert "777" not in found["hint"]


def test_rows_outside_ones_scope_are_not_found(find: Find) -> None:
    assert "Patients" not in find("Nurse", "zenebech")


def test_tables_one_may_not_open_are_not_searched(find: Find) -> None:
    assert set(find("Inventory", "zenebech")) == set()


def test_a_role_hidden_from_a_role_is_not_a_hint(find: Find) -> None:
    assert "Doctor" not in str(find("Nurse", "desta samuel"))
    assert "Doctor" in str(find("Manager", "desta samuel"))


def test_what_begins_with_the_words_stands_first(find: Find) -> None:
    *rows, whole = find("Admin", "abebe")["Patients"]
    assert all(one["label"].startswith("Abebe") for one in rows)
    assert (whole["label"], whole["url"]) == ("All patients with “abebe”", "/admin/patients/?search=abebe")


def test_things_to_do_are_those_one_may_do(find: Find) -> None:
    assert find("Coordinator", "new patient")["Do"] == [
        {"label": "New patient", "hint": "Patients", "url": "/admin/patients/new/"}
    ]
    assert "Do" not in find("Auditor", "new patient")


def test_pages_are_those_one_may_open(find: Find) -> None:
    assert find("Finance", "invoices")["Pages"][0]["url"] == "/admin/invoices/"
    assert "Pages" not in find("Nurse", "invoices")


def test_nothing_typed_offers_pages_and_things_to_do(find: Find) -> None:
    assert set(find("Finance", "")) == {"Do", "Pages"}


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'; DROP TABLE patients --", "a" * 200, "#999999999999"])
def test_odd_words_find_nothing_and_break_nothing(find: Find, typed: str) -> None:
    assert "Patients" not in find("Admin", typed)


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 201])
def test_words_that_cannot_be_searched_are_refused(as_role: Callable[..., Visitor], typed: str) -> None:
    answer = as_role("Manager").get("/admin/search", query_string={"q": typed})

    assert answer.status_code == 400


def test_a_person_without_a_role_may_not_search(as_role: Callable[..., Visitor]) -> None:
    assert as_role("Gardener").get("/admin/search?q=abebe").status_code == 403
