"""Home tells what others changed lately of a person's own work, and nothing else."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker

from homecare import clock

LINE = re.compile(
    r'<li><a href="(/admin/\w+/history/[^"]+)"[^>]*>([^<]+)</a><span class="work-facts"><span>([^<]+)</span>'
)


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def told(walker: Walker) -> dict[str, str]:
    """By address of the history: who did what."""
    page = walker.get("/admin/").get_data(as_text=True)
    part = page.partition('id="recent"')[2].partition("</section>")[0]
    return {html.unescape(url): html.unescape(words) for url, _, words in LINE.findall(part)}


def url(row_id: Any) -> str:
    return f"/admin/visit_services/history/?id={row_id}"


@pytest.fixture
def own_visit(company: Company) -> int:
    """A visit of the Caregiver of today that waits, and nothing else that books them."""
    nurse = company.as_("Caregiver")
    for table in ("visit_services", "caregiver_assignments"):
        company.run(f"UPDATE {table} SET status = 'Cancelled' WHERE staff_id = :staff", staff=nurse.staff_id)
    company.run("DELETE FROM dashboard.working_days WHERE staff_id = :staff", staff=nurse.staff_id)
    patient = company.scalar("SELECT min(id) FROM patients")
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
        "VALUES (:patient, :staff, :at, 'Scheduled')",
        patient=patient, staff=nurse.staff_id, at=clock.now_utc() + timedelta(hours=2),
    )  # fmt: skip
    return int(company.scalar("SELECT max(id) FROM visit_services"))


def changed_by(company: Company, walker: Walker, row_id: int, field: str, value: str) -> None:
    version = company.whole("visit_services", row_id).xmin
    sent = {"id": row_id, "field": field, "value": value, "version": version}
    assert walker.post("/admin/visit_services/ajax/update/", sent).status_code == 200


def test_a_change_by_another_is_told_with_its_columns(company: Company, own_visit: int) -> None:
    caregiver, coordinator = company.as_("Caregiver"), company.as_("Coordinator")
    moved = clock.to_addis(clock.now_utc() + timedelta(hours=5)).isoformat(timespec="minutes")[:16]
    changed_by(company, coordinator, own_visit, "scheduled_at", moved)

    assert told(caregiver)[url(own_visit)].endswith(" changed scheduled for")
    assert url(own_visit) not in told(coordinator)
    assert caregiver.get(url(own_visit)).status_code == 200


def test_ones_own_change_is_no_news(company: Company, own_visit: int) -> None:
    caregiver = company.as_("Caregiver")
    assert told(caregiver)[url(own_visit)] == "Another application added it"

    changed_by(company, caregiver, own_visit, "status", "In Progress")

    assert told(caregiver)[url(own_visit)] == "Another application added it"


def test_a_column_that_the_role_does_not_see_is_not_named(company: Company, own_visit: int) -> None:
    """The notes of a visit are nobody's but the clinicians'; a Manager who does the visit is told of its time alone."""
    manager = company.as_("Manager")
    company.run("UPDATE visit_services SET staff_id = :staff WHERE id = :id", staff=manager.staff_id, id=own_visit)
    company.run("UPDATE visit_services SET visit_notes = 'Hidden' WHERE id = :id", id=own_visit)

    assert told(manager)[url(own_visit)] == "Another application changed staff"


def test_what_is_taken_away_or_long_over_is_not_told(company: Company, own_visit: int) -> None:
    caregiver = company.as_("Caregiver")
    company.run("UPDATE visit_services SET staff_id = NULL WHERE id = :id", id=own_visit)
    assert url(own_visit) not in told(caregiver)

    company.run(
        "UPDATE visit_services SET staff_id = :staff, scheduled_at = scheduled_at - interval '60 days' WHERE id = :id",
        staff=caregiver.staff_id, id=own_visit,
    )  # fmt: skip
    assert url(own_visit) not in told(caregiver)
