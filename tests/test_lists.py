"""What a list says without scripts: its columns, its conditions in words, its cells."""

from __future__ import annotations

import re

import pytest
from clusters import DEMO_PASSWORD, Database
from flask import Flask

CHIP = re.compile(r'class="chip chip-on"[^>]*><span>([^<]+)</span>')
HEAD = re.compile(r'<th scope="col" data-name="([^"]+)"')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def listed(app: Flask, role: str, url: str) -> str:
    visitor = app.test_client()
    visitor.sign_in(f"{role}@homecare.example", DEMO_PASSWORD)
    answer = visitor.get(f"/admin/{url}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("words", "chips"),
    [
        ("created_at__gte=-30d&created_at__lte=today", ["Created in the last 30 days"]),
        ("created_at__lte=%2B14d&created_at__gte=today", ["Created in the next 14 days"]),
        ("created_at__gte=2026-03-01&created_at__lte=2026-03-09", ["Created: from 1 Mar 2026 until 9 Mar 2026"]),
        ("created_at__gte=-7d", ["Created: from 7 days ago"]),
        ("created_at__gte=-7d&created_at__gte=-9d&created_at__lte=today", [
            "Created: from 7 days ago", "Created: from 9 days ago", "Created: until today",
        ]),
        ("amount__gte=10&amount__lte=20", ["Amount from ETB 10.00", "Amount up to ETB 20.00"]),
        ("service_id__isnull=0", ["Visit is filled"]),
    ],
)  # fmt: skip
def test_conditions_are_told_in_words(app: Flask, words: str, chips: list[str]) -> None:
    assert CHIP.findall(listed(app, "finance", f"invoices/?{words}")) == chips


def test_one_click_removes_both_ends_of_a_time(app: Flask) -> None:
    page = listed(app, "finance", "invoices/?created_at__gte=-30d&created_at__lte=today&is=overdue")
    assert '<a class="chip chip-on" href="?is=overdue" title="Remove"><span>Created in the last 30 days' in page


def test_parents_that_a_role_may_not_view_are_not_among_its_usual_columns(app: Flask) -> None:
    assert "visit_service_id" in HEAD.findall(listed(app, "coordinator", "admin_task_tracking/"))
    assert "visit_service_id" not in HEAD.findall(listed(app, "inventory", "admin_task_tracking/"))
    asked_for = listed(app, "inventory", "admin_task_tracking/?columns=staff_id,visit_service_id")
    assert HEAD.findall(asked_for) == ["staff_id", "visit_service_id"]


def test_a_parent_does_not_repeat_the_name_of_its_row(app: Flask) -> None:
    page = listed(app, "finance", "invoices/?columns=patient_id,service_id")
    visits = re.findall(r'/visit_services/details/\?id=\d+">([^<]+)<', page)
    assert len(visits) == 50
    assert all(re.fullmatch(r"\d+ \w+ \d{4} \d\d:\d\d", visit) for visit in visits)


def test_a_role_that_can_do_nothing_with_many_rows_chooses_none(app: Flask) -> None:
    assert "no-bulk" in listed(app, "coordinator", "invoices/")
    assert "no-bulk" not in listed(app, "finance", "invoices/")


def test_an_address_is_shown_from_where_it_differs(app: Flask) -> None:
    page = listed(app, "marketing", "landing_pages/")
    assert re.search(r'href="https://www\.homecare\.example/[^"]+"[^>]*>homecare\.example/', page)
