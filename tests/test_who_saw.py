"""Who saw a patient: every read that showed them, also in lists and files, by person; each figure opens its rows."""

from __future__ import annotations

import html
import re

import pytest
from clusters import Database
from doors import Company, Walker
from test_audit_page import entries

WHO = "/admin/audit/who/"
FIGURE = re.compile(r'<td class="right"><a href="([^"]+)">([\d,]+)<')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def patient(company: Company) -> int:
    """Seen by the Admin in a list, a file and the record, and by the Coordinator behind a visit."""
    chosen = int(company.scalar("SELECT max(patient_id) FROM visit_services"))
    visit = company.scalar("SELECT max(id) FROM visit_services WHERE patient_id = :id", id=chosen)
    company.run("UPDATE visit_services SET visit_notes = 'Slept well' WHERE id = :id", id=visit)
    walkers = [company.as_(role) for role in ("Admin", "Coordinator", "Auditor")]
    company.run("TRUNCATE dashboard.reads")
    admin, coordinator = walkers[:2]
    admin.get("/admin/patients/?id__in=1")
    for url in ("", "export/csv/", "details/"):
        admin.get(f"/admin/patients/{url}?{'id' if url == 'details/' else 'id__eq'}={chosen}")
    coordinator.get(f"/admin/visit_services/?id__eq={visit}")
    admin.post(f"/admin/visit_services/reveal/?id={visit}", {"reason": "Complaint of the family"})
    return chosen


def shown_to(company: Company, patient: int) -> set[int]:
    """By plain SQL: the reads of the patient, and reasons given for their visits."""
    found = company.rows(
        "SELECT id FROM dashboard.reads WHERE resource = 'patients' AND :id = ANY(ids) UNION "
        "SELECT id FROM dashboard.reads WHERE resource = 'visit_services' AND kind = 'reveal' "
        "AND row_id::int IN (SELECT id FROM visit_services WHERE patient_id = :id)",
        id=patient,
    )
    return {row.id for row in found}


def test_a_new_question_begins_with_days_that_can_be_read(company: Company) -> None:
    today = "(timezone('utc', now()) + interval '3 hours')::date"
    first, last = (company.scalar(f"SELECT to_char({today} - {ago}, 'YYYY-MM-DD')") for ago in (29, 0))

    page = company.as_("Admin").get(WHO).text

    assert f'name="at__gte" value="{first}"' in page
    assert f'name="at__lte" value="{last}"' in page


def test_lists_files_and_reasons_are_among_the_reads(company: Company, patient: int) -> None:
    wanted = shown_to(company, patient)

    page = company.as_("Auditor").get(f"{WHO}?patient_id__eq={patient}").text

    assert set(entries(page)) == wanted
    kinds = {row.kind for row in company.rows("SELECT kind FROM dashboard.reads WHERE id = ANY(:ids)", ids=[*wanted])}
    assert {"list", "export", "details", "reveal"} <= kinds
    assert "reason: Complaint of the family" in page


def test_each_figure_opens_as_many_rows_as_it_says(company: Company, patient: int) -> None:
    auditor = company.as_("Auditor")
    page = auditor.get(f"{WHO}?patient_id__eq={patient}&at__gte=today&at__lte=today").text
    # Reading this is a read too: it was written down after the page was made.
    figures = [(html.unescape(url), int(number)) for url, number in FIGURE.findall(page) if "58" not in url]

    assert len(figures) >= 4
    for url, number in figures:
        assert len(entries(auditor.get(url).text)) == number, url


def test_days_without_a_read_say_so(company: Company, patient: int) -> None:
    page = company.as_("Auditor").get(f"{WHO}?patient_id__eq={patient}&at__lte=-1d").text

    assert entries(page) == []
    assert "Nobody saw" in page


def test_a_patient_who_is_gone_is_answered_for_too(company: Company) -> None:
    company.run("INSERT INTO patients (full_name) VALUES ('Leaving Soon')")
    gone = company.scalar("SELECT max(id) FROM patients")
    company.as_("Admin").get(f"/admin/patients/details/?id={gone}")
    company.run("DELETE FROM patients WHERE id = :id", id=gone)

    page = company.as_("Auditor").get(f"{WHO}?patient_id__eq={gone}").text

    assert "whose record is gone" in page
    assert len(entries(page)) == 1


def test_a_reason_given_for_what_is_gone_is_among_them(company: Company) -> None:
    """Deleting the patient takes the visits along, and the log of a reason holds the visit's number alone."""
    company.run("INSERT INTO patients (full_name) VALUES ('Leaving With Notes')")
    gone = company.scalar("SELECT max(id) FROM patients")
    company.run("INSERT INTO visit_services (patient_id, visit_notes) VALUES (:id, 'Slept well')", id=gone)
    visit = company.scalar("SELECT max(id) FROM visit_services")
    company.as_("Admin").post(f"/admin/visit_services/reveal/?id={visit}", {"reason": "A complaint of the family"})
    company.run("DELETE FROM patients WHERE id = :id", id=gone)

    page = company.as_("Auditor").get(f"{WHO}?patient_id__eq={gone}").text

    assert "reason: A complaint of the family" in page


def test_the_answer_is_a_read_of_the_patient(company: Company, patient: int) -> None:
    auditor = company.as_("Auditor")

    auditor.get(f"{WHO}?patient_id__eq={patient}")

    found = company.rows(
        "SELECT ids FROM dashboard.reads WHERE staff_id = :me AND kind = 'audit' AND resource = 'patients'",
        me=auditor.staff_id,
    )
    assert any(patient in row.ids for row in found)


@pytest.mark.parametrize("query", ["patient_id__eq=x", "patient_id__eq=99999999999", "patient=3", "name__eq=Almaz"])
def test_what_no_patient_is_answers_in_words(company: Company, query: str) -> None:
    assert company.as_("Auditor").get(f"{WHO}?{query}").status_code == 400


def test_the_record_leads_there_for_who_may(company: Company, patient: int) -> None:
    link, record = f"{WHO}?patient_id__eq={patient}", f"/admin/patients/details/?id={patient}"

    assert link in company.as_("Auditor").get(record).text
    assert link not in company.as_("Coordinator").get(record).text


def test_who_may_not_view_patients_learns_nothing_of_one(company: Company, patient: int) -> None:
    company.run("DELETE FROM dashboard.grants WHERE role = 'Manager' AND resource = 'patients' AND action = 'view'")
    manager: Walker = company.as_("Manager")

    with company.one_denial(manager, "patients"):
        assert manager.get(f"{WHO}?patient_id__eq={patient}").status_code == 403
    assert manager.get(f"/admin/audit/export/csv/?log=who&patient_id__eq={patient}").status_code == 403
