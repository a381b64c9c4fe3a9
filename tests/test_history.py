"""The history of a record: in words, as the role may see it, a change put back, a deleted record restored."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker, because
from new_rows import carer, patient


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def newest(company: Company, table: str, row_id: int) -> int:
    asked = "SELECT max(id) FROM dashboard.changes WHERE resource = :table AND row_id = :id"
    return int(company.scalar(asked, table=table, id=row_id))


def a_visit(company: Company) -> int:
    """Far ahead, of a carer and a patient who have nothing else: whatever hour it is, nothing is asked of it."""
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
        "VALUES (:patient, :carer, date_trunc('day', now()) + interval '60 days 7 hours', 'Scheduled')",
        patient=patient(company), carer=carer(company),
    )  # fmt: skip
    return int(company.scalar("SELECT max(id) FROM visit_services"))


def history(walker: Walker, table: str, row_id: int) -> Any:
    return walker.get(f"/admin/{table}/history/", id=row_id)


def put_back(walker: Walker, table: str, row_id: int, change: int, **more: str) -> Any:
    return walker.post(f"/admin/{table}/history/revert/?id={row_id}", {"change": change, **more})


def changed_by_the_manager(company: Company, row_id: int, status: str = "Cancelled") -> int:
    """In a list, as people do it; returns the change."""
    sent = {"id": row_id, "field": "status", "value": status, "version": company.whole("visit_services", row_id).xmin,
            "sure": because(status)}  # fmt: skip
    assert company.as_("Manager").post("/admin/visit_services/ajax/update/", sent).status_code == 200
    return newest(company, "visit_services", row_id)


def test_a_change_is_told_in_words_and_put_back(company: Company) -> None:
    row_id = a_visit(company)
    change = changed_by_the_manager(company, row_id)
    coordinator = company.as_("Coordinator")
    name = company.scalar("SELECT concat(first_name, ' ', last_name) FROM staff WHERE id = :id",
                          id=company.as_("Manager").staff_id)  # fmt: skip

    told = text_of(history(coordinator, "visit_services", row_id))
    answer = put_back(coordinator, "visit_services", row_id, change)

    assert f"{name} changed the visit" in told
    assert "Scheduled → became Cancelled" in told
    assert answer.status_code == 302
    assert company.whole("visit_services", row_id).row["status"] == "Scheduled"
    made = company.rows("SELECT kind FROM dashboard.change_sets ORDER BY made_at DESC LIMIT 1")
    assert made[0].kind == "revert"
    assert "You put back the visit" in text_of(history(coordinator, "visit_services", row_id))


def test_what_was_changed_again_is_not_put_back_and_says_who(company: Company) -> None:
    row_id = a_visit(company)
    change = changed_by_the_manager(company, row_id)
    company.run("UPDATE visit_services SET status = 'Pending' WHERE id = :id", id=row_id)

    answer = put_back(company.as_("Coordinator"), "visit_services", row_id, change)

    assert answer.status_code == 409
    assert "Another application changed Status since" in text_of(answer)
    assert company.whole("visit_services", row_id).row["status"] == "Pending"


OF_NO_NUMBER = {
    "invoices": (
        "amount", "INSERT INTO invoices (patient_id, service_id, amount, status) "
        "SELECT patient_id, id, 'NaN', 'Cancelled' FROM visit_services LIMIT 1",
    ),
    "marketing_budgets": (
        "allocated_amount", "INSERT INTO marketing_budgets (allocated_amount, spent_amount) VALUES ('NaN', 5)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", OF_NO_NUMBER)
def test_an_amount_that_was_no_number_is_put_back_when_asked(company: Company, admin: Walker, table: str) -> None:
    """Another application may write it, and it can be compared with nothing."""
    column, added = OF_NO_NUMBER[table]
    company.run(added)
    row_id = int(company.scalar(f"SELECT max(id) FROM {table}"))
    company.run(f"UPDATE {table} SET {column} = 700 WHERE id = :id", id=row_id)
    change = newest(company, table, row_id)

    asked = put_back(admin, table, row_id, change)
    sure = re.findall(r'name="_sure" value="([^"]+)"', asked.text)
    answer = put_back(admin, table, row_id, change, _sure=sure[0]) if sure else asked

    assert (asked.status_code, answer.status_code) == (422 if table == "invoices" else 302, 302)
    assert company.whole(table, row_id).row[column] == "NaN"


def test_a_record_out_of_scope_has_no_history(company: Company) -> None:
    nurse, row_id = company.as_("Nurse"), company.other("Nurse", "visit_services")

    assert history(nurse, "visit_services", row_id).status_code == 404
    change = newest(company, "visit_services", row_id)
    before = company.whole("visit_services", row_id).xmin
    assert put_back(nurse, "visit_services", row_id, change).status_code == 404
    assert company.whole("visit_services", row_id).xmin == before


def test_what_changed_together_is_counted_for_who_sees_all(company: Company) -> None:
    ids = [row.id for row in company.rows("SELECT id FROM visit_services ORDER BY id DESC LIMIT 4")]
    data = {
        "action": "set",
        "field": "status",
        "value": "Missed",
        "sure": ["", because("Missed")],
        **company.confirmed("visit_services", *ids),
    }
    company.as_("Manager").post("/admin/visit_services/action/", data)
    owner = company.scalar("SELECT staff_id FROM visit_services WHERE id = :id", id=ids[0])

    assert "with 3 other visits" in text_of(history(company.as_("Manager"), "visit_services", ids[0]))
    nurse = company.as_("Nurse")
    company.run("UPDATE visit_services SET staff_id = :me WHERE id = :id", me=nurse.staff_id, id=ids[0])
    told = text_of(history(nurse, "visit_services", ids[0]))
    company.run("UPDATE visit_services SET staff_id = :me WHERE id = :id", me=owner, id=ids[0])
    assert "other visits" not in told


def whole_of(page: str) -> list[tuple[str, str]]:
    """The address and the token of each way back for all that was done in one go."""
    form = r'action="(/admin/\w+/undo/)"><[^>]*><input type="hidden" name="token" value="([^"]+)"'
    return re.findall(form, page)


def test_what_one_did_in_one_go_is_undone_from_any_of_its_records_the_next_day(company: Company) -> None:
    manager, ids = (
        company.enter("Manager", "manager@homecare.example", DEMO_PASSWORD),
        [a_visit(company) for _ in "123"],
    )
    data = {
        "action": "set",
        "field": "status",
        "value": "Cancelled",
        "sure": because("Cancelled"),
        **company.confirmed("visit_services", *ids),
    }
    assert manager.post("/admin/visit_services/action/", data).status_code == 302
    company.run("UPDATE dashboard.change_sets SET made_at = made_at - interval '25 hours'")
    page = history(manager, "visit_services", ids[1]).text
    others = history(company.as_("Admin"), "visit_services", ids[1]).text

    ((url, token),) = whole_of(page)
    assert whole_of(others) == []
    answer = manager.post(url, {"token": token, "url": f"/admin/visit_services/history/?id={ids[1]}"})

    assert answer.location == f"/admin/visit_services/history/?id={ids[1]}"
    assert {company.whole("visit_services", key).row["status"] for key in ids} == {"Scheduled"}
    ((_, again),) = whole_of(history(manager, "visit_services", ids[1]).text)
    assert again != token


def test_what_one_deleted_in_one_go_comes_back_in_one_go(company: Company) -> None:
    """An Admin reads notes for a reason alone, and yet brings them back: nothing of them is shown."""
    admin, ids = company.as_("Admin"), [a_visit(company) for _ in "123"]
    company.run("UPDATE visit_services SET visit_notes = 'Slept well' WHERE id = :id", id=ids[0])
    before = [company.whole("visit_services", key).row for key in ids]
    data = {"action": "delete", **company.confirmed("visit_services", *ids)}
    assert admin.post("/admin/visit_services/action/", data).status_code == 302

    ((url, token),) = whole_of(admin.get("/admin/visit_services/deleted/").text)

    assert whole_of(company.as_("Manager").get("/admin/visit_services/deleted/").text) == []
    assert admin.post(url, {"token": token}).status_code == 302
    assert [company.whole("visit_services", key).row for key in ids] == before


def test_old_values_of_hidden_columns_are_not_shown(company: Company) -> None:
    """Notes are behind a reason for an Admin, and not at all for Finance; a Fayda number shows four digits."""
    row_id = a_visit(company)
    of = company.scalar("SELECT patient_id FROM visit_services WHERE id = :id", id=row_id)
    for word in ("q81818z", "q91919z"):
        company.run("UPDATE visit_services SET visit_notes = :word WHERE id = :id", word=word, id=row_id)
    for number in ("999933334444", "999955556666"):
        company.run("UPDATE patients SET fayda_id = :number WHERE id = :id", number=number, id=of)

    for role in ("Admin", "Finance", "Coordinator", "Auditor"):
        page = history(company.as_(role), "visit_services", row_id).get_data(as_text=True)
        assert not {"q81818z", "q91919z"} & set(re.findall(r"q\d+z", page)), role
    finance = text_of(history(company.as_("Finance"), "patients", of))
    assert "4444" in finance
    assert "99993333" not in finance
    assert "999933334444" in text_of(history(company.as_("Coordinator"), "patients", of))


@pytest.mark.parametrize("words", ["", "?search=Nobodyhasthisname"])
def test_a_list_leads_to_its_deleted_records_also_where_nothing_is_left(
    company: Company, admin: Walker, words: str
) -> None:
    link = 'href="/admin/patients/deleted/"'

    assert link in admin.get(f"/admin/patients/{words}").get_data(as_text=True)
    assert link not in company.as_("Auditor").get(f"/admin/patients/{words}").get_data(as_text=True)


def test_a_deleted_record_comes_back_with_what_hung_on_it(company: Company, admin: Walker) -> None:
    patient = company.scalar(
        "SELECT patient_id FROM visit_services JOIN caregiver_assignments USING (patient_id) LIMIT 1"
    )
    before = company.whole("patients", patient).row
    visits = company.rows("SELECT to_jsonb(v) FROM visit_services v WHERE patient_id = :id ORDER BY id", id=patient)
    company.run("DELETE FROM patients WHERE id = :id", id=patient)
    change = newest(company, "patients", patient)

    assert before["full_name"] in text_of(admin.get("/admin/patients/deleted/"))
    answer = admin.post("/admin/patients/deleted/restore/", {"change": change})

    assert answer.status_code == 302
    assert company.whole("patients", patient).row == before
    again = company.rows("SELECT to_jsonb(v) FROM visit_services v WHERE patient_id = :id ORDER BY id", id=patient)
    assert again == visits
    assert admin.post("/admin/patients/deleted/restore/", {"change": change}).status_code == 409


def test_a_record_whose_parent_is_gone_says_what_it_needs(company: Company, admin: Walker) -> None:
    visit = company.rows("SELECT id, patient_id FROM visit_services ORDER BY id DESC LIMIT 1")[0]
    company.run("DELETE FROM visit_services WHERE id = :id", id=visit.id)
    change = newest(company, "visit_services", visit.id)
    company.run("DELETE FROM patients WHERE id = :id", id=visit.patient_id)

    answer = admin.post("/admin/visit_services/deleted/restore/", {"change": change})

    assert answer.status_code == 409
    assert f"Patient #{visit.patient_id}" in text_of(answer)
    assert company.whole("visit_services", visit.id) is None


def test_who_may_not_see_deleted_records_is_refused(company: Company) -> None:
    for role in ("Nurse", "Auditor"):
        assert company.as_(role).get("/admin/visit_services/deleted/").status_code == 403
    coordinator = company.as_("Coordinator")
    assert coordinator.get("/admin/visit_services/deleted/").status_code == 200
    for role in ("Nurse", "Auditor"):
        answer = company.as_(role).post("/admin/visit_services/deleted/restore/", {"change": 1})
        assert answer.status_code == 403


def deleted_visit(company: Company, **filled: str) -> int:
    """A visit that another application deleted, without anything that the default Coordinator may not set but what is
    given; the change that removed it."""
    row_id = company.scalar("SELECT max(id) FROM visit_services WHERE staff_id IS NOT NULL")
    shut = dict.fromkeys(("visit_notes", "prescription_file", "vitals_file")) | filled
    company.run(
        f"UPDATE visit_services SET {', '.join(f'{name} = :{name}' for name in shut)} WHERE id = :id", id=row_id, **shut
    )
    company.run("DELETE FROM visit_services WHERE id = :id", id=row_id)
    return newest(company, "visit_services", row_id)


def restored(walker: Walker, change: int) -> int:
    """The page's own form decides with the server: it offers what it takes. The status of the answer."""
    page = walker.get("/admin/visit_services/deleted/").get_data(as_text=True)
    answer = walker.post("/admin/visit_services/deleted/restore/", {"change": change})
    assert (f'name="change" value="{change}"' in page) == (answer.status_code == 302)
    return int(answer.status_code)


def test_who_may_create_and_fill_a_record_restores_it_without_the_right_to_delete(company: Company) -> None:
    coordinator = company.as_("Coordinator")

    assert restored(coordinator, deleted_visit(company)) == 302
    with company.one_denial(coordinator, "visit_services"):
        assert restored(coordinator, deleted_visit(company, visit_notes="Better")) == 403


LOST = {
    "the field": "INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) "
    "VALUES ('Manager', 'caregiver_assignments', 'shift_start', 'shown', 'never') "
    "ON CONFLICT (role, resource, column_name) DO UPDATE SET write = 'never'",
    "the parents": "DELETE FROM dashboard.grants WHERE role = 'Manager' AND resource = 'patients'",
    "the right to create": "DELETE FROM dashboard.grants "
    "WHERE role = 'Manager' AND resource = 'caregiver_assignments' AND action = 'create'",
}


@pytest.mark.parametrize("lost", LOST)
def test_nobody_restores_what_they_could_not_undo(company: Company, lost: str) -> None:
    """The Manager may see, create, edit and delete all assignments, but for what is taken away."""
    manager = company.as_("Manager")
    row_id = company.scalar("SELECT max(id) FROM caregiver_assignments WHERE shift_start IS NOT NULL")
    company.run("DELETE FROM caregiver_assignments WHERE id = :id", id=row_id)
    change = newest(company, "caregiver_assignments", row_id)
    kept = {
        table: company.rows(f"SELECT to_jsonb(t) AS row FROM dashboard.{table} t")
        for table in ("grants", "field_rules")
    }
    company.run(LOST[lost])
    company.run("UPDATE dashboard.policy_state SET version = version + 1")
    try:
        answer = manager.post("/admin/caregiver_assignments/deleted/restore/", {"change": change})
    finally:
        for table, held in kept.items():
            company.run(f"DELETE FROM dashboard.{table}")
            company.run(
                f"INSERT INTO dashboard.{table} SELECT r.* FROM jsonb_populate_recordset("
                f"NULL::dashboard.{table}, CAST(:rows AS jsonb)) r",
                rows=json.dumps([one.row for one in held]),
            )
        company.run("UPDATE dashboard.policy_state SET version = version + 1")

    assert answer.status_code == 403
    assert company.whole("caregiver_assignments", row_id) is None
    assert manager.post("/admin/caregiver_assignments/deleted/restore/", {"change": change}).status_code == 302


def test_looking_is_written_in_the_read_log(company: Company) -> None:
    patient = company.scalar("SELECT min(id) FROM patients")
    auditor = company.as_("Auditor")
    history(auditor, "patients", patient)

    read = company.rows("SELECT ids FROM dashboard.reads WHERE kind = 'history' AND resource = 'patients' "
                        "AND staff_id = :me", me=auditor.staff_id)  # fmt: skip
    assert patient in [one for row in read for one in row.ids]


def test_an_unreadable_place_in_the_history_is_told(company: Company, admin: Walker) -> None:
    assert admin.get("/admin/patients/history/?id=1&before=x").status_code == 400
    assert admin.get("/admin/patients/history/?id=999999999").status_code == 404
