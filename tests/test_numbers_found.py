"""Phones, Fayda numbers, codes and addresses are found as dialled, as shown and as stored."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, ids_of
from sqlalchemy import Engine, text

ROWS = """INSERT INTO patients (id, full_name, phone_number, fayda_id, email, patient_code) VALUES
    (9001, 'Probe One', '+251911209901', '999900001111', 'Probe.One@Example.com', 'PRB-9001A'),
    (9002, 'Probe Two', '+251118800120', NULL, NULL, DEFAULT),
    (9003, 'Probe Three', '+447700900123', '9999000011112222', NULL, DEFAULT)"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module", autouse=True)
def _patients(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE patients SET phone_number = NULL"))
        connection.execute(text(ROWS))


def found(company: Company, role: str = "Admin", **words: str) -> list[int]:
    """Of the rows above; a code or an address of the demo company may hold the digits too."""
    ids = ids_of(company.as_(role).get("/admin/patients/", **words).get_data(as_text=True))
    return sorted(key for key in ids if key > 9000)


@pytest.mark.parametrize(("typed", "ids"), [
    ("0911", [9001]), ("0911 2", [9001]), ("+251 911 20", [9001]), ("00251911", [9001]), ("+251 (0)911", [9001]),
    ("011", [9002]), ("0118-80", [9002]), ("+44 7700", [9003]), ("0044 77", [9003]),
])  # fmt: skip
def test_a_phone_filter_finds_what_the_search_box_finds(company: Company, typed: str, ids: list[int]) -> None:
    begins, holds = found(company, phone_number__startswith=typed), found(company, phone_number__contains=typed)

    assert begins == holds == found(company, search=typed) == ids


@pytest.mark.parametrize(("typed", "ids"), [("209901", [9001]), ("80 01", [9002]), ("900-123", [9003])])
def test_a_piece_of_a_phone_is_found_wherever_it_stands(company: Company, typed: str, ids: list[int]) -> None:
    assert found(company, phone_number__contains=typed) == ids


def test_a_number_without_its_zero_begins_like_one_with_it(company: Company) -> None:
    assert found(company, phone_number__startswith="911 20") == [9001]


@pytest.mark.parametrize("typed", ["9999 0000 1111", "9999-0000-1111", "999900001111"])
def test_a_fayda_number_is_found_as_it_is_shown(company: Company, typed: str) -> None:
    admin = company.as_("Admin")
    picked = admin.get("/admin/visit_services/ajax/lookup/", name="patient_id", query=typed).get_data(as_text=True)
    palette = admin.get("/admin/search", q=typed).get_data(as_text=True)

    assert found(company, fayda_id__eq=typed) == found(company, search=typed) == [9001]
    assert "Probe One" in picked
    assert "details/?id=9001" in palette


def test_a_masked_fayda_number_finds_nobody(company: Company) -> None:
    assert found(company, "Finance", search="9999 0000 1111") == []
    assert "9001" not in company.as_("Finance").get("/admin/search", q="999900001111").get_data(as_text=True)


@pytest.mark.parametrize("words", [
    {"email__eq": "probe.one@example.COM"}, {"email__startswith": "PROBE"}, {"patient_code__eq": "prb-9001a"},
    {"patient_code__startswith": "prb"}, {"search": "PROBE.ONE@EXAMPLE.COM"}, {"search": "prb-9001a"},
])  # fmt: skip
def test_an_address_or_code_is_found_in_another_case(company: Company, words: dict[str, str]) -> None:
    assert found(company, **words) == [9001]


@pytest.mark.parametrize("typed", ["probe.one@example.com", "prb-9001a"])
def test_the_palette_and_pickers_find_it_too(company: Company, typed: str) -> None:
    admin = company.as_("Admin")

    assert "id=9001" in admin.get("/admin/search", q=typed).get_data(as_text=True)
    assert "9001" in admin.get("/admin/visit_services/ajax/lookup/", name="patient_id", query=typed).get_data(
        as_text=True
    )
