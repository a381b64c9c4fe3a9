"""The condition language: each operator of each kind, and each named condition, against SQL written without it."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import NOW, Company, count_of, ids_of, opened
from flask import Flask
from sqlalchemy import Engine

DAY = "(timezone('Africa/Addis_Ababa', now()))::date"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    made = opened(app, owner_engine)
    # What the demo company never has: a status left empty, a name of its own, amounts at the edge.
    made.run(
        "UPDATE visit_services SET status = NULL WHERE id % 50 = 0 AND status IN ('Pending', 'Cancelled', 'Missed')"
    )
    made.run("UPDATE invoices SET status = NULL WHERE id % 60 = 0")
    made.run(
        "UPDATE visit_services SET staff_id = (SELECT min(id) FROM staff WHERE status <> 'Active') WHERE id = "
        "(SELECT min(id) FROM visit_services WHERE status = 'Scheduled' AND scheduled_at > timezone('utc', now()))"
    )
    made.run("UPDATE patients SET full_name = 'ሐና ግርማ', phone_number = '+251911998877' WHERE id = 7")
    mine = made.as_("Admin").staff_id
    made.run("UPDATE admin_task_tracking SET staff_id = :me WHERE id IN (3, 5)", me=mine)
    made.run("UPDATE marketing_tasks SET assigned_to_staff_id = :me WHERE id IN (2, 4)", me=mine)
    made.run("UPDATE events SET is_free_service = NULL WHERE id = (SELECT max(id) FROM events)")
    return made


def addis(moment: str) -> str:
    """A moment of the Addis day as stored, in UTC."""
    return f"({moment}) - interval '3 hours'"


# (table, the address's words, the same in SQL)
CONDITIONS: list[tuple[str, str, str]] = [
    ("patients", "gender__eq=Female", "gender = 'Female'"),
    ("patients", "gender__ne=Female", "gender IS DISTINCT FROM 'Female'"),
    ("patients", "gender__in=Male,Other", "gender IN ('Male', 'Other')"),
    ("patients", "email__isnull=1", "email IS NULL"),
    ("patients", "email__isnull=0", "email IS NOT NULL"),
    ("patients", "full_name__contains=HAN", "full_name ILIKE '%han%'"),
    ("patients", "full_name__startswith=ab", "full_name ILIKE 'ab%'"),
    ("patients", "full_name__contains=%25", "false"),
    ("patients", "full_name__contains=_", "false"),
    ("patients", "full_name__startswith=ሐና", "full_name LIKE 'ሐና%'"),
    ("patients", "phone_number__eq=0911998877", "id = 7"),
    ("patients", "phone_number__eq=%2B251911998877", "id = 7"),
    ("patients", "fayda_id__isnull=0", "fayda_id IS NOT NULL"),
    ("patients", "geolocation__isnull=1", "geolocation IS NULL"),
    ("patients", "address__isnull=0", "address IS NOT NULL"),
    ("patients", "date_of_birth__lt=1960-01-01", "date_of_birth < '1960-01-01'"),
    ("patients", "date_of_birth__gte=1960-01-01&date_of_birth__lte=1969-12-31",
     "date_of_birth BETWEEN '1960-01-01' AND '1969-12-31'"),
    ("patients", "registered_by_staff_id__eq=3", "registered_by_staff_id = 3"),
    ("patients", "registered_by_staff_id__ne=3", "registered_by_staff_id IS DISTINCT FROM 3"),
    ("patients", "id__in=1,2,3,999999", "id IN (1, 2, 3)"),
    ("patients", "created_at__gte=-30d", f"created_at >= {addis(f'({DAY} - 30)::timestamp')}"),
    ("visit_services", "status__eq=Pending", "coalesce(status, 'Pending') = 'Pending'"),
    ("visit_services", "status__ne=Pending", "coalesce(status, 'Pending') <> 'Pending'"),
    ("visit_services", "status__in=Pending,Missed", "coalesce(status, 'Pending') IN ('Pending', 'Missed')"),
    ("visit_services", "status__eq=Completed", "status = 'Completed'"),
    ("visit_services", "status__isnull=1", "status IS NULL"),
    ("visit_services", "scheduled_at__eq=today", f"(scheduled_at + interval '3 hours')::date = {DAY}"),
    ("visit_services", "scheduled_at__ne=today", f"(scheduled_at + interval '3 hours')::date IS DISTINCT FROM {DAY}"),
    ("visit_services", "scheduled_at__lte=today", f"(scheduled_at + interval '3 hours')::date <= {DAY}"),
    ("visit_services", "scheduled_at__gt=today", f"(scheduled_at + interval '3 hours')::date > {DAY}"),
    ("visit_services", "scheduled_at__lt=%2B7d", f"(scheduled_at + interval '3 hours')::date < {DAY} + 7"),
    ("visit_services", "scheduled_at__gte=-7d&scheduled_at__lte=%2B7d&status__eq=Scheduled",
     f"(scheduled_at + interval '3 hours')::date BETWEEN {DAY} - 7 AND {DAY} + 7 AND status = 'Scheduled'"),
    ("visit_services", "staff_id__isnull=1", "staff_id IS NULL"),
    ("visit_services", "staff_id__isnull=0", "staff_id IS NOT NULL"),
    ("invoices", "amount__gte=1000&amount__lt=2000.50", "amount >= 1000 AND amount < 2000.50"),
    ("invoices", "amount__eq=1250", "amount = 1250"),
    ("invoices", "amount__ne=1250", "amount <> 1250"),
    ("invoices", "status__ne=Paid", "coalesce(status, 'Pending') <> 'Paid'"),
    ("events", "is_free_service__eq=yes", "is_free_service"),
    ("events", "is_free_service__isnull=1", "is_free_service IS NULL"),
    ("landing_pages", "conversion_rate__gt=2", "conversion_rate > 2"),
    ("staff", "email__startswith=admin", "email LIKE 'admin%'"),
    # Named ones, from the words of the domain.
    ("visit_services", "is=late", f"coalesce(status, 'Pending') IN ('Pending', 'Scheduled') AND check_in_time IS NULL "
     f"AND scheduled_at <= {NOW} - interval '15 minutes' AND scheduled_at > {NOW} - interval '60 minutes'"),
    ("visit_services", "is=missed", f"coalesce(status, 'Pending') = 'Missed' OR (coalesce(status, 'Pending') IN "
     f"('Pending', 'Scheduled') AND check_in_time IS NULL AND scheduled_at <= {NOW} - interval '60 minutes')"),
    ("visit_services", "is=stuck", f"status = 'In Progress' AND check_out_time IS NULL AND check_in_time + CASE "
     f"(SELECT role FROM staff s WHERE s.id = t.staff_id) WHEN 'Doctor' THEN interval '45 minutes' WHEN 'Caregiver' "
     f"THEN interval '4 hours' ELSE interval '1 hour' END <= {NOW} - interval '1 hour'"),
    ("visit_services", "is=unassigned", "staff_id IS NULL AND check_in_time IS NULL AND coalesce(status, 'Pending') IN "
     "('Pending', 'Scheduled')"),
    ("visit_services", "is=needs_cover", "coalesce(status, 'Pending') IN ('Pending', 'Scheduled') AND check_in_time IS "
     "NULL AND staff_id IN (SELECT id FROM staff WHERE status <> 'Active')"),
    ("caregiver_assignments", "is=needs_cover", "status = 'Cancelled' AND staff_id IN (SELECT id FROM staff WHERE "
     "status <> 'Active') AND NOT EXISTS (SELECT FROM caregiver_assignments o WHERE o.patient_id = t.patient_id AND "
     "o.status IN ('Assigned', 'Confirmed', 'In Progress') AND o.shift_start < t.shift_end AND o.shift_end > "
     "t.shift_start)"),
    ("visit_services", "is=today", f"(scheduled_at + interval '3 hours')::date = {DAY}"),
    ("visit_services", "is=to_invoice", "status = 'Completed' AND id NOT IN (SELECT service_id FROM invoices "
     "WHERE coalesce(status, 'Pending') NOT IN ('Cancelled', 'Refunded'))"),
    ("invoices", "is=overdue", f"status = 'Overdue' OR (coalesce(status, 'Pending') = 'Pending' "
     f"AND created_at < {NOW} - interval '30 days')"),
    ("inventory_items", "is=expiring", f"expiry_date BETWEEN {DAY} AND {DAY} + 30 AND "
     "coalesce(status, 'Available') NOT IN ('Expired', 'Lost', 'Retired')"),
    ("admin_task_tracking", "is=overdue", "coalesce(task_status, 'Assigned') IN ('Assigned', 'In Progress', 'Blocked') "
     "AND coalesce((SELECT scheduled_at FROM visit_services v WHERE v.id = visit_service_id), "
     f"assigned_date + interval '48 hours') < {NOW}"),
    ("admin_task_tracking", "is=mine", "staff_id = :me"),
    ("marketing_tasks", "is=mine", "assigned_to_staff_id = :me"),
    ("marketing_tasks", "is=unassigned",
     "assigned_to_staff_id IS NULL AND coalesce(status, 'Pending') IN ('Pending', 'In Progress')"),
    ("marketing_tasks", "is=overdue",
     f"coalesce(status, 'Pending') IN ('Pending', 'In Progress') AND due_date < {DAY}"),
    ("staff", "is=unknown_role", "lower(trim(role)) NOT IN (SELECT lower(name) FROM dashboard.roles)"),
    ("visit_services", "is=today&is=unassigned", f"(scheduled_at + interval '3 hours')::date = {DAY} AND staff_id "
     "IS NULL AND coalesce(status, 'Pending') IN ('Pending', 'Scheduled')"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "words", "sql"), CONDITIONS, ids=lambda value: value if "=" in value else None)
def test_a_condition_finds_what_its_words_say(company: Company, table: str, words: str, sql: str) -> None:
    admin = company.as_("Admin")
    me = {"me": admin.staff_id} if ":me" in sql else {}
    expected = company.scalar(f"SELECT count(*) FROM {table} t WHERE {sql}", **me)
    first = [row.id for row in company.rows(f"SELECT id FROM {table} t WHERE {sql} ORDER BY id LIMIT 50", **me)]

    answer = admin.get(f"/admin/{table}/?sort=id&{words}")

    assert expected or sql == "false", "nothing in the company meets it, so that it tells nothing"
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert (ids_of(page), count_of(page)) == (first, f"{expected:,}")


NOT_UNDERSTOOD = [
    "colour__eq=red", "status__between=1", "status", "is=lateish", "is=", "nonsense=1", "__eq=1", "patients.id__eq=1",
    "id__gte=1", "id__eq=abc", "id__eq=1%002", "scheduled_at__gte=someday", "scheduled_at__gte=2026-13-01",
    "scheduled_at__gte=%2B99999d", "status__isnull=maybe", "sort=visit_notes", "sort=patient_id", "sort=nothing",
    "sort=--id", "columns=nothing", "columns=,", "search=%00", "after=abc", "after=1~x&sort=scheduled_at", "after=1~~",
    "before=-5", "staff_id__eq=18446744073709551616", "staff_id__in=1,x", "status__eq=%00", "visit_notes__contains=a",
]  # fmt: skip


@pytest.mark.parametrize("words", NOT_UNDERSTOOD)
def test_what_is_not_a_condition_is_not_understood(company: Company, words: str) -> None:
    answer = company.as_("Doctor").get(f"/admin/visit_services/?{words}")

    assert answer.status_code == 400
    assert answer.get_data(as_text=True).count("<h1") == 1


def test_a_search_that_is_too_long_is_not_understood(company: Company) -> None:
    assert company.as_("Admin").get("/admin/patients/", search="a" * 201).status_code == 400


@pytest.mark.parametrize("typed", [
    "ሐና", "ግርማ ሐና", "0911998877", "0911 998 877", "+251911998877", "+251 911 998877", "251911998877", "911998", "#7",
])  # fmt: skip
def test_a_patient_is_found_by_name_or_phone_however_typed(company: Company, typed: str) -> None:
    page = company.as_("Coordinator").get("/admin/patients/", search=typed).get_data(as_text=True)

    assert 7 in ids_of(page)


def test_a_search_looks_into_the_names_of_parents(company: Company) -> None:
    visits = company.scalar("SELECT count(*) FROM visit_services WHERE patient_id = 7")

    page = company.as_("Coordinator").get("/admin/visit_services/", search="ሐና ግርማ").get_data(as_text=True)

    assert count_of(page) == str(visits)


def test_a_search_does_not_look_into_parents_the_role_may_not_read(company: Company) -> None:
    """Marketing sees touched patients by their code, and leads, but no patient's name."""
    name: Any = company.scalar(
        "SELECT full_name FROM patients p JOIN campaign_patients t ON t.patient_id = p.id LIMIT 1"
    )

    page = company.as_("Marketing").get("/admin/campaign_patients/", search=name).get_data(as_text=True)

    assert ids_of(page) == []


@pytest.mark.parametrize(("role", "words"), [
    ("Inventory", "is=to_invoice"), ("Nurse", "is=to_invoice"), ("Doctor", "is=to_invoice"),
])  # fmt: skip
def test_a_named_condition_reads_no_table_the_role_may_not(company: Company, role: str, words: str) -> None:
    with company.one_denial(company.as_(role), "visit_services"):
        assert company.as_(role).get(f"/admin/visit_services/?{words}").status_code == 403
