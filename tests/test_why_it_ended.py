"""Why a visit was cancelled or missed is said on its page, whoever set the status and wherever."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with

DETAILS, SAY = "/admin/visit_services/details/", "/admin/assign/visits/ending/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def visit(company: Company, status: str, role: str = "") -> int:
    """Nobody's, or the only one of that role's person."""
    staff = company.staff_id(role) if role else None
    company.run("UPDATE visit_services SET staff_id = NULL WHERE staff_id = :staff", staff=staff)
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) SELECT min(id), :staff, "
        "timezone('utc', now()) - interval '2 hours', :status FROM patients",
        staff=staff, status=status,
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
    waiting, ended = visit(company, "Scheduled"), visit(company, "Cancelled", "Nurse")
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


def by_form(company: Company, walker: Walker, visits: list[int], status: str, *answers: str) -> Any:
    url = f"/admin/visit_services/edit/?id={visits[0]}"
    return walker.post(url, opened_form(walker, url) | {"status": status, "_sure": [*answers]})


def in_place(company: Company, walker: Walker, visits: list[int], status: str, *answers: str) -> Any:
    version = company.whole("visit_services", visits[0]).xmin
    sent = {"id": visits[0], "field": "status", "value": status, "version": version, "sure": [*answers]}
    return walker.post("/admin/visit_services/ajax/update/", sent)


def in_bulk(company: Company, walker: Walker, visits: list[int], status: str, *answers: str) -> Any:
    sent = {"action": "set", "field": "status", "value": status, "sure": [*answers]}
    return walker.post("/admin/visit_services/action/", sent | company.confirmed("visit_services", *visits))


Way = Callable[..., Any]
SAVED: dict[Way, int] = {by_form: 302, in_place: 200, in_bulk: 302}
WAYS = pytest.mark.parametrize("way", [by_form, in_place, in_bulk])


def offered(answer: Any) -> dict[str, str]:
    """The key of each reason that is asked for."""
    if answer.is_json:
        return {word: key for key, word in answer.json["choose"]}
    return {word: key for key, word in re.findall(r'<option value="(\w{24})">([^<]+)<', unescape(answer.text))}


def take_back(company: Company, walker: Walker, visit_id: int) -> int:
    """What was done to the visit last, by its change set."""
    asked = (
        "SELECT change_set FROM dashboard.changes WHERE resource = 'visit_services' AND row_id = :id ORDER BY id DESC"
    )
    sent = {"token": company.scalar(f"{asked} LIMIT 1", id=visit_id), "url": "/admin/"}
    return int(walker.post("/admin/visit_services/undo/", sent).status_code)


@WAYS
@pytest.mark.parametrize("status", ["Cancelled", "Missed"])
def test_the_reason_is_asked_for_where_the_status_is_set(company: Company, way: Way, status: str) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Scheduled"), visit(company, "Scheduled")]
    asked = way(company, coordinator, visits, status)
    before = company.whole("visit_services", visits[0])
    keys = offered(asked)

    assert asked.status_code == 422
    assert f"Why is the visit {status}?" in (asked.json["error"] if asked.is_json else unescape(asked.text))
    assert "Other" in keys
    assert before.row["status"] == "Scheduled"
    answer = way(company, coordinator, visits, status, keys["Other"])
    assert answer.status_code == SAVED[way]
    ended = visits if way is in_bulk else visits[:1]
    assert [(company.whole("visit_services", one).row["status"], said(company, one)) for one in ended] == [
        (status, "Other")
    ] * len(ended)


@WAYS
def test_the_status_and_the_reason_are_taken_back_as_one(company: Company, way: Way) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Scheduled"), visit(company, "Scheduled")]
    key = offered(way(company, coordinator, visits, "Missed"))["Other"]
    way(company, coordinator, visits, "Missed", key)

    assert said(company, visits[0]) == "Other"
    assert take_back(company, coordinator, visits[0]) == 302
    assert [company.whole("visit_services", one).row["status"] for one in visits] == ["Scheduled"] * 2
    assert [said(company, one) for one in visits] == [""] * 2


def test_of_a_visit_made_up_afterwards_it_is_asked_too(company: Company) -> None:
    coordinator, url = company.as_("Coordinator"), "/admin/visit_services/new/"
    patient = company.scalar("SELECT min(id) FROM patients")
    sent = opened_form(coordinator, url) | {"patient_id": patient, "status": "Missed"}
    asked = coordinator.post(url, sent)

    assert (asked.status_code, "Why is the visit Missed?" in asked.text) == (422, True)
    assert coordinator.post(url, sent | {"_sure": offered(asked)["Other"]}).status_code == 302
    assert said(company, company.scalar("SELECT max(id) FROM visit_services")) == "Other"


@WAYS
def test_a_reason_of_another_status_or_a_bare_yes_is_none(company: Company, way: Way) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Scheduled")]
    key = offered(way(company, coordinator, visits, "Missed"))["Other"]

    again = way(company, coordinator, visits, "Cancelled", key, "x" * 24)

    assert again.status_code == 422
    assert set(offered(again).values()).isdisjoint({key})
    assert company.whole("visit_services", visits[0]).row["status"] == "Scheduled"


@WAYS
def test_who_plans_nobodys_work_is_not_asked(company: Company, way: Way) -> None:
    nurse, visits = company.as_("Nurse"), [visit(company, "Scheduled", "Nurse")]

    assert way(company, nurse, visits, "Missed").status_code == SAVED[way]
    assert said(company, visits[0]) == ""


@WAYS
def test_a_visit_that_goes_on_after_all_has_no_reason(company: Company, way: Way) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Missed")]
    say(coordinator, company, visits[0], "Other")
    doubts = way(company, coordinator, visits, "Scheduled")
    keys = doubts.json["sure"] if doubts.is_json else re.findall(r'name="_?sure" value="(\w+)"', doubts.text)

    way(company, coordinator, visits, "Scheduled", *keys)

    assert company.whole("visit_services", visits[0]).row["status"] == "Scheduled"
    assert said(company, visits[0]) == ""


def test_who_may_set_the_status_alone_takes_both_back(company: Company) -> None:
    coordinator, nurse, visits = company.as_("Coordinator"), company.as_("Nurse"), [visit(company, "Missed", "Nurse")]
    say(coordinator, company, visits[0], "Other")
    in_place(company, nurse, visits, "Completed")

    assert said(company, visits[0]) == ""
    assert take_back(company, nurse, visits[0]) == 302
    assert (company.whole("visit_services", visits[0]).row["status"], said(company, visits[0])) == ("Missed", "Other")


def test_where_it_lists_no_reason_none_is_asked_for(company: Company) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Scheduled"), visit(company, "Scheduled")]
    company.run("UPDATE dashboard.listed_words SET offered = false WHERE list = 'ending'")
    done = in_place(company, coordinator, visits, "Cancelled")
    version = company.whole("visit_services", visits[1]).xmin
    sent = {"visit_id": visits[1], "version": version, "status": "Cancelled"}
    on_the_roster = coordinator.post("/admin/assign/visits/", sent)
    company.run("UPDATE dashboard.listed_words SET offered = true WHERE list = 'ending'")

    assert (done.status_code, on_the_roster.status_code) == (200, 200)
    assert [said(company, one) for one in visits] == ["", ""]


def test_what_is_put_back_by_the_history_is_asked_too(company: Company) -> None:
    coordinator, visits = company.as_("Coordinator"), [visit(company, "Cancelled")]
    company.run("UPDATE visit_services SET status = 'Pending' WHERE id = :id", id=visits[0])
    newest = "SELECT max(id) FROM dashboard.changes WHERE resource = 'visit_services' AND row_id = :id"
    url = f"/admin/visit_services/history/revert/?id={visits[0]}"
    change = {"change": company.scalar(newest, id=visits[0])}
    asked = coordinator.post(url, change)

    assert (asked.status_code, "Why is the visit Cancelled?" in asked.text) == (422, True)
    assert coordinator.post(url, change | {"_sure": offered(asked)["Other"]}).status_code == 302
    assert (company.whole("visit_services", visits[0]).row["status"], said(company, visits[0])) == (
        "Cancelled",
        "Other",
    )


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


def test_who_goes_to_a_missed_visit_after_all_leaves_no_reason(company: Company) -> None:
    coordinator, nurse, ended = company.as_("Coordinator"), company.as_("Nurse"), visit(company, "Missed", "Nurse")
    say(coordinator, company, ended, "Other")

    assert nurse.post("/admin/assign/own/check", {"visit_id": ended, "kind": "in"}).status_code == 302

    assert (company.whole("visit_services", ended).row["status"], said(company, ended)) == ("In Progress", "")


def pair_of_two(company: Company) -> list[int]:
    pair = [visit(company, "Scheduled", role) for role in ("Nurse", "Doctor")]
    for each in pair:
        company.run("INSERT INTO dashboard.visit_plans (visit_id, pair_id) VALUES (:id, :pair)", id=each, pair=pair[0])
    return pair


def test_in_a_list_the_doubt_comes_first_and_then_the_reason(company: Company) -> None:
    """Of a visit of two carers that is cancelled alone both are asked."""
    coordinator, ended = company.as_("Coordinator"), pair_of_two(company)
    doubt = in_place(company, coordinator, ended, "Cancelled")
    asked = in_place(company, coordinator, ended, "Cancelled", *doubt.json["sure"])

    assert "Two carers" in doubt.json["error"]
    assert "Why is the visit Cancelled?" in asked.json["error"]
    saved = in_place(company, coordinator, ended, "Cancelled", *doubt.json["sure"], offered(asked)["Other"])
    assert (saved.status_code, said(company, ended[0])) == (200, "Other")


def test_in_a_form_and_in_bulk_the_chosen_reason_stays_beside_a_doubt(company: Company) -> None:
    coordinator, ended = company.as_("Coordinator"), pair_of_two(company)
    for way in (by_form, in_bulk):
        key = offered(way(company, coordinator, ended[:1], "Cancelled"))["Other"]
        doubtful = way(company, coordinator, ended[:1], "Cancelled", key)

        assert (doubtful.status_code, "Two carers" in unescape(doubtful.text)) == (422, True)
        assert f'<option value="{key}" selected>Other' in doubtful.text
    assert company.whole("visit_services", ended[0]).row["status"] == "Scheduled"
