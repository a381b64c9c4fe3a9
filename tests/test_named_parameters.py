"""Named conditions with parameters: `no_visit_for=30`, and one with two parameters made for this test."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from clusters import Database
from doors import Company, count_of, ids_of, opened
from flask import Flask
from sqlalchemy import ColumnElement, Engine, and_

from homecare.models import Patient
from homecare.records.registered import ANY, NAMED, Parameter, Reads, named

COMPLETED_SINCE = """id NOT IN (SELECT patient_id FROM visit_services WHERE status = 'Completed'
    AND patient_id IS NOT NULL
    AND scheduled_at >= (((timezone('Africa/Addis_Ababa', now()))::date - {})::timestamp - interval '3 hours'))"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


def counted(company: Company, where: str) -> str:
    return f"{company.scalar(f'SELECT count(*) FROM patients WHERE {where}'):,}"


def one_of(*words: str) -> Any:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"Choose one of: {', '.join(words)}.")
        return text

    return read


@pytest.fixture
def phase() -> Iterator[None]:
    """`phase=Male&above=7&below=9` on patients."""
    parameters = (
        Parameter("phase", "Phase", one_of("Male", "Female")),
        Parameter("above", "Above", int, "0"),
        Parameter("below", "Below", int, "1000"),
    )

    @named("patients", ANY, "{phase} over {above} under {below}", ("gender",), key="phase", parameters=parameters)
    def of_phase(phase: str, above: int, below: int) -> ColumnElement[bool]:
        return and_(Patient.gender == phase, Patient.id > above, Patient.id < below)

    yield
    del NAMED["patients", "phase", ANY]


@pytest.mark.parametrize("days", [1, 30, 60, 3650])
def test_patients_without_a_visit_are_those_the_database_finds(company: Company, days: int) -> None:
    page = company.as_("Admin").get(f"/admin/patients/?no_visit_for={days}").text

    assert count_of(page) == counted(company, COMPLETED_SINCE.format(days))
    assert f"<span>No visit for {days} days" in page


@pytest.mark.parametrize("word", ["", "0", "-1", "soon", "3651", "٣٠", "9" * 30, "1.5"])
def test_days_that_are_none_are_said_beside_the_condition(company: Company, word: str) -> None:
    page = company.as_("Admin").get("/admin/patients/", no_visit_for=word)

    assert page.status_code == 400
    assert f"No visit for: Days must be a whole number from 1 to 3,650; this is '{word}'." in unescape(page.text)
    assert ids_of(page.text) == []


def test_wrong_days_are_not_counted_or_exported(company: Company) -> None:
    assert company.as_("Admin").get("/admin/patients/export/csv/?no_visit_for=soon").status_code == 400


def test_who_sees_own_visits_only_does_not_learn_who_had_none(company: Company) -> None:
    # A nurse sees visits of her own only: what she may not see would make a patient look lost.
    assert company.as_("Nurse").get("/admin/patients/?no_visit_for=30").status_code == 403
    assert "no_visit_for" not in company.as_("Nurse").get("/admin/patients/").text


@pytest.mark.usefixtures("phase")
def test_an_export_has_the_rows_of_the_words(company: Company) -> None:
    sheet = company.as_("Admin").get("/admin/patients/export/csv/?phase=Male&above=7&below=40").text

    want = "gender = 'Male' AND id > 7 AND id < 40"
    assert len(sheet.splitlines()) - 1 == company.scalar(f"SELECT count(*) FROM patients WHERE {want}") > 0


@pytest.mark.usefixtures("phase")
def test_words_of_a_condition_are_read_wherever_they_stand(company: Company) -> None:
    page = company.as_("Admin").get("/admin/patients/?above=7&phase=Male&below=40&full_name__contains=a").text

    want = "gender = 'Male' AND id > 7 AND id < 40 AND full_name ILIKE '%a%'"
    assert count_of(page) == counted(company, want)
    assert "<span>Male over 7 under 40" in page


@pytest.mark.usefixtures("phase")
def test_taking_a_condition_away_takes_its_words_along(company: Company) -> None:
    page = unescape(company.as_("Admin").get("/admin/patients/?above=7&phase=Male&full_name__contains=a").text)

    assert '<a class="chip chip-on" href="?full_name__contains=a"' in page
    assert '<a class="chip chip-on" href="?phase=Male&above=7"' in page


@pytest.mark.usefixtures("phase")
@pytest.mark.parametrize(
    "words", ["above=7", "above=7&is=late", "phase=Male&phase=Female&above=7", "phase=Male&above=7&above=8"]
)
def test_words_without_their_one_condition_are_refused(company: Company, words: str) -> None:
    assert company.as_("Admin").get(f"/admin/patients/?{words}").status_code == 400


@pytest.mark.usefixtures("phase")
def test_a_wrong_word_is_said_by_its_own_name(company: Company) -> None:
    page = unescape(company.as_("Admin").get("/admin/patients/?phase=Other").text)

    assert "Phase: Choose one of: Male, Female." in page


@pytest.mark.usefixtures("phase")
def test_a_list_sorted_anew_keeps_the_words(company: Company) -> None:
    page = unescape(company.as_("Admin").get("/admin/patients/?phase=Male&above=7").text)

    assert "?phase=Male&above=7&sort=full_name" in page


@pytest.mark.usefixtures("phase")
def test_no_two_conditions_of_a_table_own_one_word() -> None:
    with pytest.raises(ValueError, match="above on patients already belongs to another condition"):
        named("patients", ANY, "", (), (Reads("staff", ()),), "other", (Parameter("above", "Above", int),))(
            lambda: None
        )  # type: ignore[arg-type, return-value]
