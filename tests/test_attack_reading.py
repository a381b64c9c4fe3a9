"""Somebody of the staff tries to learn what their role does not show them."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, count_of

HOUR = "interval '1 hour'"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def give_task(company: Company, role: str, assigned: str) -> int:
    """An open office task of this role on a visit of somebody else, planned a year from now; returns the task."""
    me = company.as_(role).staff_id
    visit = company.scalar("SELECT min(id) FROM visit_services WHERE staff_id <> :me", me=me)
    company.run("UPDATE visit_services SET scheduled_at = now() + interval '1 year' WHERE id = :id", id=visit)
    task = company.own(role, "admin_task_tracking")[0]
    company.run(
        "UPDATE admin_task_tracking SET visit_service_id = :visit, task_status = 'Assigned', "
        f"assigned_date = timezone('utc', now()) - {assigned} WHERE id = :id",
        visit=visit,
        id=task,
    )
    return task


def overdue(company: Company, role: str, task: int) -> str:
    return count_of(company.as_(role).get(f"/admin/admin_task_tracking/?is=overdue&id__eq={task}").text)


def test_a_task_is_overdue_by_its_visit_for_those_who_see_the_visit(company: Company) -> None:
    task = give_task(company, "Doctor", assigned=f"50 * {HOUR}")

    assert overdue(company, "Manager", task) == "0"


def test_somebody_elses_visit_tells_nothing_of_its_time_through_a_task(company: Company) -> None:
    task = give_task(company, "Doctor", assigned=f"50 * {HOUR}")

    # By the task's own date, as if there was no visit.
    assert overdue(company, "Doctor", task) == "1"


@pytest.mark.parametrize("role", ["Marketing", "Inventory"])
def test_who_may_not_view_visits_is_not_told_which_tasks_are_overdue_by_them(company: Company, role: str) -> None:
    walker = company.as_(role)

    with company.one_denial(walker, "admin_task_tracking"):
        refused = walker.get("/admin/admin_task_tracking/?is=overdue")

    assert refused.status_code == 403
    assert "is=overdue" not in walker.get("/admin/admin_task_tracking/").text


@pytest.mark.parametrize("role", ["Finance", "Doctor", "Nurse"])
def test_which_visits_are_stuck_tells_nothing_of_a_role_that_is_hidden(company: Company, role: str) -> None:
    walker = company.as_(role)

    with company.one_denial(walker, "visit_services"):
        refused = walker.get("/admin/visit_services/?is=stuck")

    assert refused.status_code == 403
    assert "is=stuck" not in walker.get("/admin/visit_services/").text


def test_a_hidden_status_of_invoices_keeps_the_visits_to_invoice_shut(company: Company) -> None:
    assert company.as_("Finance").get("/admin/visit_services/?is=to_invoice").status_code == 200

    company.run(
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) "
        "VALUES ('Finance', 'invoices', 'status', 'hidden', 'never')"
    )

    assert company.as_("Finance").get("/admin/visit_services/?is=to_invoice").status_code == 403
    company.run("DELETE FROM dashboard.field_rules WHERE role = 'Finance' AND resource = 'invoices'")


def test_the_codes_of_all_parents_are_for_those_who_choose_one(company: Company) -> None:
    url = "/admin/campaign_patients/ajax/lookup/?name=patient_id"
    assert company.as_("Marketing").get(url).status_code == 200
    company.run(
        "DELETE FROM dashboard.grants WHERE role = 'Marketing' AND resource = 'campaign_patients' "
        "AND action IN ('create', 'edit')"
    )

    with company.one_denial(company.as_("Marketing"), "campaign_patients"):
        refused = company.as_("Marketing").get(url)

    assert refused.status_code == 403


def test_a_shared_view_is_not_offered_to_who_may_not_look_into_its_columns(company: Company) -> None:
    form = {"name": "Her number", "path": "/admin/patients/", "query": "fayda_id__eq=123456789012"}
    assert company.as_("Manager").post("/admin/views/", form | {"roles": ["Coordinator", "Doctor"]}).status_code == 302

    assert "fayda_id__eq=123456789012" in company.as_("Coordinator").get("/admin/patients/").text
    assert "123456789012" not in company.as_("Doctor").get("/admin/patients/").text
