"""Many editors of one row, one form sent many times: nothing is lost or created twice, and everybody is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with

EDITORS = 30


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def at_once(*sends: Callable[[], Any]) -> list[Any]:
    """Runs all of them at the same moment, each in a thread; their answers in the same order."""
    start, answers = threading.Barrier(len(sends)), [None] * len(sends)

    def run(number: int) -> None:
        start.wait()
        answers[number] = sends[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(sends))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def a_browser(company: Company, walker: Walker) -> Walker:
    """Another window of the same person: its own client, so that threads share nothing."""
    other = company.app.test_client()
    cookie = walker.visitor.get_cookie("homecare")
    assert cookie is not None
    other.set_cookie("homecare", cookie.value)
    return Walker(walker.role, walker.staff_id, other, walker.csrf)  # type: ignore[arg-type]


def edit_url(row_id: int, table: str = "partner_hospitals") -> str:
    return f"/admin/{table}/edit/?id={row_id}"


def test_of_thirty_editors_one_is_saved_and_the_others_are_told(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM partner_hospitals")
    url, browsers = edit_url(row_id), [a_browser(company, admin) for _ in range(EDITORS)]
    forms = [opened_form(b, url) | {"address": f"Address of editor {n}."} for n, b in enumerate(browsers)]

    answers = at_once(*(lambda b=b, f=f: b.post(url, f) for b, f in zip(browsers, forms, strict=True)))

    assert sorted(a.status_code for a in answers) == [302] + [409] * (EDITORS - 1)
    saved = company.whole("partner_hospitals", row_id).row["address"]
    assert saved == forms[[a.status_code for a in answers].index(302)]["address"]
    for answer, form in zip(answers, forms, strict=True):
        page = answer.get_data(as_text=True)
        if answer.status_code == 409:
            assert saved in page
            assert form_with(page, "_token")["address"] == form["address"]


def test_every_editor_gets_their_turn_in_the_end(company: Company, admin: Walker) -> None:
    """Each saves what the page of the conflict gave back, until nobody is left: one version each, none skipped."""
    row_id = company.scalar("SELECT max(id) FROM partner_hospitals")
    url, before = edit_url(row_id), company.whole("partner_hospitals", row_id).xmin
    waiting = [opened_form(admin, url) | {"address": f"Turn {n}"} for n in range(5)]
    versions = {before}

    while waiting:
        answers = [admin.post(url, form) for form in waiting]
        versions.add(company.whole("partner_hospitals", row_id).xmin)
        waiting = [form_with(a.get_data(as_text=True), "_token") for a in answers if a.status_code == 409]

    assert len(versions) == 6
    assert company.whole("partner_hospitals", row_id).row["address"] == "Turn 4"


def test_an_edit_in_a_list_of_an_old_version_is_told(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM events")
    old = company.whole("events", row_id).xmin
    company.run("UPDATE events SET title = 'Meanwhile' WHERE id = :id", id=row_id)

    sent = {"id": row_id, "field": "title", "value": "Mine", "version": old}
    answer = admin.post("/admin/events/ajax/update/", sent)

    assert answer.status_code == 409
    assert company.whole("events", row_id).row["title"] == "Meanwhile"


def test_a_row_changed_since_it_was_shown_is_not_deleted(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT max(id) FROM events")
    form = form_with(admin.get("/admin/events/delete/", id=row_id).get_data(as_text=True), "_version")
    company.run("UPDATE events SET title = 'Meanwhile' WHERE id = :id", id=row_id)

    assert admin.post("/admin/events/delete/", form).status_code == 409
    assert company.whole("events", row_id).row["title"] == "Meanwhile"


def test_eight_equal_submits_make_one_row(company: Company, admin: Walker) -> None:
    browsers, before = [a_browser(company, admin) for _ in range(8)], company.size("lead_sources")
    form = opened_form(admin, "/admin/lead_sources/new/") | {"name": "Radio Fana"}

    answers = at_once(*(lambda b=b: b.post("/admin/lead_sources/new/", form) for b in browsers))

    row_id = company.scalar("SELECT id FROM lead_sources WHERE name = 'Radio Fana'")
    assert {(a.status_code, a.location) for a in answers} == {(302, f"/admin/lead_sources/details/?id={row_id}")}
    assert company.size("lead_sources") == before + 1


def test_the_same_form_sent_again_later_makes_no_second_row(company: Company, admin: Walker) -> None:
    form = opened_form(admin, "/admin/events/new/") | {"title": "Open day"}

    first = admin.post("/admin/events/new/", form)
    again = admin.post("/admin/events/new/", form)

    assert (again.status_code, again.location) == (302, first.location)
    assert company.scalar("SELECT count(*) FROM events WHERE title = 'Open day'") == 1


def test_a_saved_form_gone_back_to_and_changed_is_not_lost(company: Company, admin: Walker) -> None:
    """The browser's Back gives the old form again; what is typed into it then is neither dropped nor written unseen."""
    form = opened_form(admin, "/admin/events/new/") | {"title": "First day"}
    admin.post("/admin/events/new/", form)

    answer = admin.post("/admin/events/new/", form | {"title": "Second day"})
    kept = form_with(answer.get_data(as_text=True), "_token")
    assert (answer.status_code, kept["title"]) == (409, "Second day")

    assert admin.post("/admin/events/new/", kept).status_code == 302
    assert company.scalar("SELECT count(*) FROM events WHERE title IN ('First day', 'Second day')") == 2


def test_an_edit_gone_back_to_and_changed_is_shown_beside_what_is_saved(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM lead_sources")
    form = opened_form(admin, edit_url(row_id, "lead_sources"))
    assert admin.post(edit_url(row_id, "lead_sources"), form | {"description": "One"}).status_code == 302
    assert admin.post(edit_url(row_id, "lead_sources"), form | {"description": "One"}).status_code == 302

    answer = admin.post(edit_url(row_id, "lead_sources"), form | {"description": "Two"})

    assert answer.status_code == 409
    assert form_with(answer.get_data(as_text=True), "_token")["description"] == "Two"
    assert company.whole("lead_sources", row_id).row["description"] == "One"


def test_a_form_of_somebody_else_cannot_be_sent_as_ones_own(company: Company, admin: Walker) -> None:
    form = opened_form(admin, "/admin/events/new/") | {"title": "Borrowed"}
    admin.post("/admin/events/new/", form)

    manager = company.as_("Manager")
    answer = manager.post("/admin/events/new/", form | {"csrf_token": manager.csrf})

    assert answer.status_code == 422
    assert company.scalar("SELECT count(*) FROM events WHERE title = 'Borrowed'") == 1
