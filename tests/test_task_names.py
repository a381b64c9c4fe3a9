"""An office task is called by the beginning of its remark, wherever it is named, to whoever may read that."""

from __future__ import annotations

import re

import pytest
from clusters import Database
from doors import Company, Walker

from homecare.tables.labels import LONGEST_NAME, begun

REMARK = "ለሐኪሙ ደውሉ Call the doctor about\n the second wound dressing, and ask the family for the keys of the gate"
BEGINNING = "ለሐኪሙ ደውሉ Call the doctor about the second wound dressing,…"
TASKS = "/admin/admin_task_tracking"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def task(company: Company) -> int:
    """Of the nurse, on a visit of theirs."""
    nurse = company.as_("Nurse").staff_id
    company.run(
        "INSERT INTO admin_task_tracking (staff_id, remarks, visit_service_id, assigned_date) "
        "SELECT :me, :remark, id, timezone('utc', now()) FROM visit_services WHERE staff_id = :me "
        "AND status = 'Completed' ORDER BY scheduled_at DESC LIMIT 1",
        me=nurse,
        remark=REMARK,
    )
    return int(company.scalar("SELECT max(id) FROM admin_task_tracking"))


def heading(walker: Walker, task: int) -> str:
    found = re.search(r"(?s)<h1[^>]*>(.*?)</h1>", walker.get(f"{TASKS}/details/?id={task}").text)
    assert found
    return " ".join(found[1].split())


def listed(walker: Walker, task: int) -> str:
    found = re.search(r'class="row-name"[^>]*>(.*?)</a>', walker.get(f"{TASKS}/?id__eq={task}").text)
    assert found
    return found[1]


def test_the_beginning_is_cut_after_a_word() -> None:
    assert begun(REMARK) == BEGINNING
    assert begun("Short") == "Short"
    assert begun("x" * 90) == "x" * LONGEST_NAME + "…"


def test_lists_records_search_and_deleting_call_it_by_its_remark(company: Company, admin: Walker, task: int) -> None:
    nurse = company.as_("Nurse")

    assert heading(nurse, task) == listed(nurse, task) == BEGINNING
    for page in (f"{TASKS}/delete/?id={task}", f"{TASKS}/history/?id={task}", f"{TASKS}/edit/?id={task}"):
        assert BEGINNING in admin.get(page).text, page


def test_without_a_remark_it_is_called_by_its_visit_and_then_by_its_number(company: Company, task: int) -> None:
    nurse = company.as_("Nurse")
    company.run("UPDATE admin_task_tracking SET remarks = NULL WHERE id = :id", id=task)
    patient = company.scalar(
        "SELECT p.full_name FROM patients p JOIN visit_services v ON v.patient_id = p.id "
        "JOIN admin_task_tracking t ON t.visit_service_id = v.id WHERE t.id = :id",
        id=task,
    )
    assert heading(nurse, task).startswith(patient)

    company.run("UPDATE admin_task_tracking SET visit_service_id = NULL WHERE id = :id", id=task)

    assert heading(nurse, task) == f"Office task #{task}"


@pytest.mark.parametrize("state", ["hidden", "masked", "break-glass"])
def test_who_may_not_read_remarks_does_not_meet_them_in_the_name(company: Company, task: int, state: str) -> None:
    nurse = company.as_("Nurse")
    company.run(
        "INSERT INTO dashboard.field_rules VALUES ('Nurse', 'admin_task_tracking', 'remarks', :s, 'never')", s=state
    )
    try:
        pages = [nurse.get(f"{TASKS}/{page}").text for page in (f"details/?id={task}", f"?id__eq={task}")]
        name = heading(nurse, task)
    finally:
        company.run("DELETE FROM dashboard.field_rules WHERE resource = 'admin_task_tracking' AND role = 'Nurse'")

    assert not any("Call the doctor" in page for page in pages)
    assert not re.search("True|•|^$", name)
