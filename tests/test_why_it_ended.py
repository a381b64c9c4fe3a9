"""Why a visit was cancelled or missed is said on its page, whoever set the status and wherever."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from forms import form_with
from test_times_of_statuses import by_form, in_bulk, in_place

DETAILS, SAY = "/admin/visit_services/details/", "/admin/assign/visits/ending/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def visit(company: Company, status: str) -> int:
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) SELECT min(id), :staff, "
        "timezone('utc', now()) - interval '2 hours', :status FROM patients",
        staff=company.staff_id("Nurse"), status=status,
    )  # fmt: skip
    return int(company.scalar("SELECT max(id) FROM visit_services"))


def page(walker: Walker, visit_id: int) -> str:
    return unescape(walker.get(f"{DETAILS}?id={visit_id}").text)


def say(walker: Walker, company: Company, visit_id: int, word: str) -> int:
    version = company.whole("visit_services", visit_id).xmin
    sent = {"visit_id": visit_id, "version": version, "ending_reason": word}
    return int(walker.post(SAY, sent).status_code)


def said(company: Company, visit_id: int) -> str:
    asked = "SELECT ending_reason FROM dashboard.visit_plans WHERE visit_id = :id"
    return company.scalar(asked, id=visit_id) or ""


@pytest.mark.parametrize("status", ["Cancelled", "Missed"])
def test_the_reason_is_said_afterwards_and_taken_back(company: Company, status: str) -> None:
    coordinator, ended = company.as_("Coordinator"), visit(company, status)
    word = re.findall(r'<option value="([^"]+)">', page(coordinator, ended).split('id="ending"')[1])[0]

    assert say(coordinator, company, ended, word) == 302
    told = page(coordinator, ended)
    assert said(company, ended) == word
    assert f"<dt>Why it ended</dt><dd>{word}</dd>" in told
    token = re.search(r'name="token"[^>]*value="([^"]+)"', told)
    assert token
    assert coordinator.post("/admin/visit_services/undo/", {"token": token[1], "url": "/admin/"}).status_code == 302
    assert said(company, ended) == ""


def test_only_of_a_visit_that_ended_and_by_who_plans(company: Company) -> None:
    coordinator, nurse = company.as_("Coordinator"), company.as_("Nurse")
    waiting, ended = visit(company, "Scheduled"), visit(company, "Cancelled")
    word = re.findall(r'<option value="([^"]+)">', page(coordinator, ended).split('id="ending"')[1])[0]

    assert 'id="ending"' not in page(coordinator, waiting)
    assert 'id="ending"' not in page(nurse, ended)
    assert say(nurse, company, ended, word) == 403
    assert say(coordinator, company, waiting, word) == 302
    assert "Only a visit that is Cancelled or Missed has a reason." in page(coordinator, waiting)
    assert said(company, waiting) == said(company, ended) == ""


@pytest.mark.parametrize(
    ("word", "sentence"), [("", "Choose why the visit is"), ("Rain", "not in the list of reasons")]
)
def test_a_reason_that_is_none_is_refused_in_words(company: Company, word: str, sentence: str) -> None:
    coordinator, ended = company.as_("Coordinator"), visit(company, "Cancelled")

    assert say(coordinator, company, ended, word) == 302
    assert sentence in page(coordinator, ended)
    assert said(company, ended) == ""


def test_what_changed_meanwhile_and_what_is_no_number_is_told(company: Company) -> None:
    coordinator, ended = company.as_("Coordinator"), visit(company, "Cancelled")

    stale = coordinator.post(SAY, {"visit_id": ended, "version": "1", "ending_reason": "x"})
    assert (stale.status_code, "Somebody changed this visit meanwhile" in stale.text) == (409, True)
    assert coordinator.post(SAY, {"visit_id": "x", "version": "1", "ending_reason": "x"}).status_code == 400


def test_who_would_have_gone_may_have_left(company: Company) -> None:
    coordinator, ended = company.as_("Coordinator"), visit(company, "Missed")
    gone = (
        "INSERT INTO staff (first_name, last_name, email, role, status) VALUES ('Gone', 'Away', 'gone@x.et', 'Nurse', "
    )
    company.run(f"{gone}'Terminated')")
    company.run("UPDATE visit_services SET staff_id = (SELECT max(id) FROM staff) WHERE id = :id", id=ended)
    word = re.findall(r'<option value="([^"]+)">', page(coordinator, ended).split('id="ending"')[1])[0]

    assert say(coordinator, company, ended, word) == 302
    assert said(company, ended) == word


def test_a_reason_that_somebody_gave_meanwhile_is_not_written_over(company: Company) -> None:
    coordinator, manager, ended = company.as_("Coordinator"), company.as_("Manager"), visit(company, "Missed")
    forms = [form_with(page(walker, ended), "ending_reason") for walker in (coordinator, manager)]
    words = re.findall(r'<option value="([^"]+)">', page(coordinator, ended).split('id="ending"')[1])[:2]

    told = [
        walker.post(SAY, form | {"ending_reason": word})
        for walker, form, word in zip((coordinator, manager), forms, words, strict=True)
    ]

    assert [answer.status_code for answer in told] == [302, 409]
    assert "Somebody changed this visit meanwhile" in told[1].text
    assert said(company, ended) == words[0]
    again = form_with(page(manager, ended), "ending_reason") | {"ending_reason": words[1]}
    assert manager.post(SAY, again).status_code == 302
    assert said(company, ended) == words[1]


def ended_for(company: Company, status: str, word: str) -> int:
    """A nurse's visit that nothing else stands against."""
    for table in ("visit_services", "caregiver_assignments"):
        mine = f"DELETE FROM {table} WHERE staff_id = :staff OR patient_id = (SELECT min(id) FROM patients)"
        company.run(mine, staff=company.staff_id("Nurse"))
    found = visit(company, status)
    company.run("INSERT INTO dashboard.visit_plans (visit_id, ending_reason) VALUES (:id, :word)", id=found, word=word)
    return found


@pytest.mark.parametrize("way", [by_form, in_place, in_bulk])
def test_a_visit_that_goes_on_has_no_reason_any_more(company: Company, way: Any) -> None:
    """Wherever its status is set; cancelled again it would else have the old one, which nobody said of it."""
    coordinator, ended = company.as_("Coordinator"), ended_for(company, "Missed", "Patient not at home")

    way(company, coordinator, "visit_services", ended, status="Cancelled")
    assert said(company, ended) == "Patient not at home"
    way(company, coordinator, "visit_services", ended, status="Scheduled")
    assert (company.whole("visit_services", ended).row["status"], said(company, ended)) == ("Scheduled", "")


def test_who_set_the_status_takes_it_back_with_the_reason(company: Company) -> None:
    nurse, ended = company.as_("Nurse"), ended_for(company, "Missed", "Patient not at home")
    told = in_place(company, nurse, "visit_services", ended, status="Scheduled")
    assert said(company, ended) == ""

    undone = nurse.post("/admin/visit_services/undo/", {"token": told.json["undo"], "url": "/admin/"})

    assert undone.status_code == 302
    assert (company.whole("visit_services", ended).row["status"], said(company, ended)) == (
        "Missed", "Patient not at home",
    )  # fmt: skip


def test_who_goes_to_a_missed_visit_after_all_leaves_no_reason(company: Company) -> None:
    nurse, ended = company.as_("Nurse"), ended_for(company, "Missed", "Patient not at home")

    assert nurse.post("/admin/assign/own/check", {"visit_id": ended, "kind": "in"}).status_code == 302

    assert (company.whole("visit_services", ended).row["status"], said(company, ended)) == ("In Progress", "")
