"""Who plans everybody's work, but may change own rows alone or sees own patients alone, changes and books no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clusters import Database
from doors import Company
from roster_day import RosterDay, roster_day
from sqlalchemy import Engine
from test_roster_told import sent

UNSEEN = "This choice does not exist, or you may not see it."


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def roster_made(owner_engine: Engine, company: Company) -> RosterDay:
    company.as_("Coordinator")
    return roster_day(owner_engine)


@contextmanager
def own(company: Company, resource: str, *actions: str) -> Iterator[None]:
    """Coordinators do these to their own rows alone while the block runs."""
    change = (
        "UPDATE dashboard.grants SET scope = :scope "
        "WHERE role = 'Coordinator' AND resource = :resource AND action = ANY(:actions)"
    )
    given: dict[str, Any] = {"resource": resource, "actions": [*actions]}
    assert company.run(change, scope="own", **given) == len(actions)
    try:
        yield
    finally:
        company.run(change, scope="all", **given)


def ends(company: Company, visit: int) -> Any:
    asked = "SELECT ending_reason FROM dashboard.visit_plans WHERE visit_id = :id"
    return company.whole("visit_services", visit).row["status"], company.scalar(asked, id=visit)


def test_another_persons_visit_stays_as_it_is(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    word = company.scalar("SELECT min(word) FROM dashboard.listed_words WHERE list = 'ending' AND offered")
    before = company.whole("visit_services", visit)
    change = {"visit_id": visit, "version": before.xmin, "ending_reason": word}

    with own(company, "visit_services", "edit"):
        with company.one_denial(company.as_("Coordinator"), "visit_services"):
            answer = sent(company, "visits/", **change, status="Cancelled")
        assert (answer.status_code, company.whole("visit_services", visit)) == (403, before)
        assert "no right to edit visits of others" in answer.text
    assert sent(company, "visits/", **change, status="Cancelled").status_code == 200
    assert ends(company, visit) == ("Cancelled", word)


def test_the_reason_of_another_persons_visit_stays_as_it_is(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    company.run("UPDATE visit_services SET status = 'Missed' WHERE id = :id", id=visit)
    word = company.scalar("SELECT min(word) FROM dashboard.listed_words WHERE list = 'ending' AND offered")
    said = {"visit_id": visit, "version": company.whole("visit_services", visit).xmin, "ending_reason": word}

    with own(company, "visit_services", "edit"):
        assert sent(company, "visits/ending/", **said).status_code == 403
    assert ends(company, visit) == ("Missed", "")
    assert sent(company, "visits/ending/", **said).status_code == 302
    assert ends(company, visit) == ("Missed", word)


def test_another_persons_shift_stays_as_it_is(company: Company, day: RosterDay) -> None:
    day.shift(0, 8, 16, "Ababa")
    shift = company.scalar("SELECT max(id) FROM caregiver_assignments")
    before = company.whole("caregiver_assignments", shift)
    change = {"shift_id": shift, "version": before.xmin, "status": "Cancelled"}

    with own(company, "caregiver_assignments", "edit"):
        assert sent(company, "shifts/", **change).status_code == 403
        assert company.whole("caregiver_assignments", shift) == before
    assert sent(company, "shifts/", **change).status_code == 200


def test_nothing_is_planned_for_others(company: Company, day: RosterDay) -> None:
    nurse, patient = day.nurses["Ababa"], day.patients[1].id
    begins, ends_at = f"{day.day}T06:00:00Z", f"{day.day}T08:00:00Z"
    sendings = {
        "visit_services": ("visits/new/", {"patient_id": patient, "staff_id": nurse, "scheduled_at": begins}),
        "caregiver_assignments": (
            "shifts/new/",
            {"patient_id": patient, "staff_id": nurse, "shift_start": begins, "shift_end": ends_at},
        ),
    }
    for table, (path, fields) in sendings.items():
        before = company.size(table)
        with own(company, table, "create"):
            answer = sent(company, path, **fields)
        assert (answer.status_code, company.size(table)) == (422, before), path
        assert "would no longer be one of yours" in answer.json["error"]


@pytest.mark.parametrize("more", [{}, {"check": 1}], ids=["sent", "checked"])
def test_a_patient_who_is_not_seen_is_booked_by_nobody_and_not_told_of(
    company: Company, day: RosterDay, more: dict[str, Any]
) -> None:
    nurse, sizes = day.nurses["Ababa"], (company.size("visit_services"), company.size("caregiver_assignments"))
    begins, ends_at = f"{day.day}T06:00:00Z", f"{day.day}T08:00:00Z"
    times = {"shift_start": begins, "shift_end": ends_at}

    with own(company, "patients", "view", "edit"):
        told = [
            [
                sent(company, "visits/new/", patient_id=patient, scheduled_at=begins, **more),
                sent(company, "shifts/new/", patient_id=patient, staff_id=nurse, **times, **more),
            ]
            for patient in (day.patients[1].id, 99_999_999)
        ]
    for answers in zip(*told, strict=True):
        assert UNSEEN in answers[0].text
        # It tells as much of a number that nobody has.
        assert answers[0].json == answers[1].json
    assert (company.size("visit_services"), company.size("caregiver_assignments")) == sizes


def test_who_goes_to_a_patient_who_is_not_seen_is_not_suggested(company: Company, day: RosterDay) -> None:
    coordinator, url = company.as_("Coordinator"), "/admin/assign/suggestions.json"
    visit = {"start": f"{day.day}T06:00:00Z"}
    for asked in (visit, visit | {"end": f"{day.day}T08:00:00Z"}):
        assert coordinator.get(url, patient_id=day.patients[1].id, **asked).status_code == 200
        with own(company, "patients", "view", "edit"):
            codes = [coordinator.get(url, patient_id=key, **asked).status_code for key in (day.patients[1].id, 99_999)]
        assert codes == [404, 404]


def test_a_series_of_which_nothing_is_seen_is_no_page(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    company.run(
        "WITH made AS (INSERT INTO dashboard.visit_series (patient_id, weekdays, at, first_day, last_day)"
        " SELECT patient_id, '{1}', '09:00', scheduled_at::date, scheduled_at::date FROM visit_services WHERE id = :id"
        " RETURNING id) UPDATE dashboard.visit_plans SET series_id = made.id FROM made WHERE visit_id = :id",
        id=visit,
    )
    url = f"/admin/assign/series/?visit_id={visit}"
    assert company.as_("Coordinator").get(url).status_code == 200

    with own(company, "visit_services", "view", "edit"):
        hidden = company.as_("Coordinator").get(url)
    company.run("UPDATE visit_services SET scheduled_at = NULL WHERE id = :id", id=visit)
    timeless = company.as_("Coordinator").get(url)

    assert (hidden.status_code, timeless.status_code) == (404, 404)
    assert "none of its visits has a time" in timeless.text


def test_nobody_says_that_they_told_a_patient_of_a_visit_which_they_do_not_see(
    company: Company, day: RosterDay
) -> None:
    visit = day.visit(0, 9, "Ababa")
    plan = f"SELECT id, xmin::text AS version, told_at FROM dashboard.visit_plans WHERE visit_id = {visit}"
    company.run("UPDATE dashboard.visit_plans SET call_reason = 'moved' WHERE visit_id = :id", id=visit)
    call = company.rows(plan)[0]
    said = {"told": f"{call.id}:{call.version}"}

    with own(company, "visit_services", "view", "edit"):
        assert sent(company, "calls/told/", **said).status_code == 409
    assert company.rows(plan)[0].told_at is None
    assert sent(company, "calls/told/", **said).status_code == 302
    assert company.rows(plan)[0].told_at is not None
