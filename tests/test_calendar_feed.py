"""The private calendar address: times and codes alone, open until it is revoked or its person may not any more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clusters import Database
from doors import Company, opened
from flask import Flask
from sqlalchemy import Engine
from test_conflicts import a_browser, at_once

from homecare.queries.workdays.feed import Entry, folded, written

LINK = re.compile(r'value="http://localhost(/calendar/[\w-]{43}\.ics)"')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


@pytest.fixture(autouse=True)
def _no_guesses(company: Company) -> None:
    company.run("DELETE FROM dashboard.sign_in_failures")
    company.run("DELETE FROM dashboard.calendar_feeds")


def made(company: Company, role: str = "Nurse") -> str:
    answer = company.as_(role).post("/account/calendar/make")
    assert answer.status_code == 200
    [link] = LINK.findall(answer.text)
    return str(link)


def fetched(company: Company, link: str) -> Any:
    """As a calendar does: without a session."""
    return company.app.test_client().get(link)


def lines(text: str) -> list[str]:
    """The lines, put together again."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert not re.search(r"(?<!\r)\n", text)
    return text.replace("\r\n ", "").split("\r\n")


def test_the_calendar_has_times_and_codes_and_nothing_else(company: Company) -> None:
    me = company.as_("Nurse").staff_id
    rows = company.rows(
        "SELECT v.id, v.scheduled_at, p.patient_code, p.full_name, p.address FROM visit_services v "
        "JOIN patients p ON p.id = v.patient_id WHERE v.staff_id = :me AND v.status NOT IN ('Cancelled', 'Missed') "
        "AND v.scheduled_at BETWEEN timezone('utc', now()) - interval '30 days' "
        "AND timezone('utc', now()) + interval '14 days'", me=me,
    )  # fmt: skip
    answer = fetched(company, made(company))
    found = lines(answer.text)

    assert len(rows) > 5
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert found[0] == "BEGIN:VCALENDAR"
    for row in rows:
        assert f"UID:visit-{row.id}@homecare-admin" in found
        assert f"DTSTART:{row.scheduled_at:%Y%m%dT%H%M%S}Z" in found
        assert f"SUMMARY:{row.patient_code}" in found
        assert row.full_name not in answer.text
        assert not row.address or row.address not in answer.text
    words = {line.partition(":")[0] for line in found if line}
    assert words == {
        "BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL;VALUE=DURATION", "UID",
        "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "END",
    }  # fmt: skip


def test_nobody_elses_visit_is_in_it(company: Company) -> None:
    text = fetched(company, made(company)).text
    mine = {
        row.id
        for row in company.rows("SELECT id FROM visit_services WHERE staff_id = :me", me=company.as_("Nurse").staff_id)
    }

    assert {int(number) for number in re.findall(r"visit-(\d+)@", text)} <= mine


@pytest.mark.parametrize(("column", "wanted"), [("scheduled_at", ""), ("patient_id", "SUMMARY:Visit")])
def test_what_a_rule_hides_is_not_in_it(company: Company, column: str, wanted: str) -> None:
    key = "(role, resource, column_name) = ('Nurse', 'visit_services', :column)"
    link, before = made(company), company.rows(f"SELECT * FROM dashboard.field_rules WHERE {key}", column=column)
    assert "SUMMARY:HHC-" in fetched(company, link).text
    company.run(f"DELETE FROM dashboard.field_rules WHERE {key}", column=column)
    company.run(
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state) "
        "VALUES ('Nurse', 'visit_services', :column, 'hidden')", column=column,
    )  # fmt: skip
    try:
        text = fetched(company, link).text
    finally:
        company.run(f"DELETE FROM dashboard.field_rules WHERE {key}", column=column)
        for row in before:
            company.run(
                "INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) "
                "VALUES (:role, :resource, :column_name, :state, :write)", **row._mapping,
            )  # fmt: skip

    assert "BEGIN:VCALENDAR" in text
    assert "SUMMARY:HHC-" not in text
    assert wanted in text
    assert ("DTSTART" in text) == bool(wanted)


def test_what_it_shows_is_recorded(company: Company) -> None:
    company.run("TRUNCATE dashboard.reads")
    text = fetched(company, made(company)).text
    [read] = company.rows("SELECT staff_id, ids FROM dashboard.reads WHERE resource = 'patients' AND kind = 'export'")

    assert read.staff_id == company.as_("Nurse").staff_id
    codes = company.rows("SELECT patient_code FROM patients WHERE id = ANY(:ids)", ids=list(read.ids))
    assert {row.patient_code for row in codes} == set(re.findall(r"SUMMARY:(HHC-\d+)", text))


def test_the_address_is_shown_once_and_stored_as_a_hash(company: Company) -> None:
    link = made(company)
    secret = link.removeprefix("/calendar/").removesuffix(".ics")

    assert secret not in company.as_("Nurse").get("/account/").text
    stored = company.rows("SELECT secret_hash, fetched_at FROM dashboard.calendar_feeds")
    assert [row.fetched_at for row in stored] == [None]
    assert secret.encode() not in stored[0].secret_hash
    fetched(company, link)
    assert company.scalar("SELECT fetched_at FROM dashboard.calendar_feeds") is not None
    assert "last fetched" in company.as_("Nurse").get("/account/").text


def test_its_owner_revokes_it(company: Company) -> None:
    link, other = made(company), made(company)
    number = company.scalar("SELECT min(id) FROM dashboard.calendar_feeds")

    assert company.as_("Doctor").post("/account/calendar/revoke", {"feed": number}).status_code == 422
    assert fetched(company, link).status_code == 200
    assert company.as_("Nurse").post("/account/calendar/revoke", {"feed": number}).status_code == 302
    assert fetched(company, link).status_code == 404
    assert fetched(company, other).status_code == 200


def test_it_is_revoked_on_the_accounts_page(company: Company) -> None:
    link, staff_id = made(company), company.as_("Nurse").staff_id
    number = company.scalar("SELECT max(id) FROM dashboard.calendar_feeds")
    page = company.as_("Admin").get(f"/admin/accounts/details/?id={staff_id}").text

    assert "Calendar addresses" in page
    url = f"/admin/accounts/revoke-feed?id={staff_id}"
    assert company.as_("Coordinator").post(url, {"feed": number}).status_code == 403
    assert fetched(company, link).status_code == 200
    assert company.as_("Admin").post(url, {"feed": number}).status_code == 302
    assert fetched(company, link).status_code == 404


@pytest.mark.parametrize(
    ("shut", "opened_again"),
    [
        ("UPDATE staff SET status = 'Suspended' WHERE id = :id", "UPDATE staff SET status = 'Active' WHERE id = :id"),
        ("UPDATE dashboard.accounts SET disabled_at = timezone('utc', now()) WHERE staff_id = :id",
         "UPDATE dashboard.accounts SET disabled_at = NULL WHERE staff_id = :id"),
        ("UPDATE staff SET role = 'Finance' WHERE id = :id", "UPDATE staff SET role = 'Nurse' WHERE id = :id"),
    ],
)  # fmt: skip
def test_it_is_shut_while_its_person_may_not(company: Company, shut: str, opened_again: str) -> None:
    link, me = made(company), company.as_("Nurse").staff_id
    company.run(shut, id=me)
    try:
        assert fetched(company, link).status_code == 404
    finally:
        company.run(opened_again, id=me)
    assert fetched(company, link).status_code == 200


def test_wrong_addresses_are_counted_and_right_ones_are_not(company: Company) -> None:
    link = made(company)
    wrong = [fetched(company, f"/calendar/{number}.ics").status_code for number in range(12)]

    assert wrong == [404] * 10 + [429] * 2
    assert fetched(company, link).status_code == 200


def test_nobody_has_more_than_five(company: Company) -> None:
    for _ in range(5):
        made(company)

    assert company.as_("Nurse").post("/account/calendar/make").status_code == 422


def test_nobody_has_more_than_five_by_asking_at_once(company: Company) -> None:
    nurse = company.as_("Nurse")
    browsers = [a_browser(company, nurse) for _ in range(8)]

    answers = at_once(*(lambda one=one: one.post("/account/calendar/make") for one in browsers))

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [422] * 3
    assert company.scalar("SELECT count(*) FROM dashboard.calendar_feeds") == 5


def test_who_has_no_day_of_their_own_makes_none(company: Company) -> None:
    assert company.as_("Finance").post("/account/calendar/make").status_code == 403
    assert "My visits in a calendar" not in company.as_("Finance").get("/account/").text


def test_long_lines_go_on_in_the_next_and_letters_stay_whole() -> None:
    line = "SUMMARY:" + "ሀ" * 60
    pieces = [*folded(line)]

    assert len(pieces) > 2
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert "".join(piece[1:] if n else piece for n, piece in enumerate(pieces)) == line


def test_what_has_a_meaning_in_the_file_is_escaped() -> None:
    moment = datetime(2026, 11, 26, 6, tzinfo=UTC).replace(tzinfo=None)
    text = written([Entry(1, 1, "a,b;c\\d\ne", moment, moment + timedelta(hours=1), moment)])

    assert "SUMMARY:a\\,b\\;c\\\\d\\ne\r\n" in text
    assert "DTSTART:20261126T060000Z\r\nDTEND:20261126T070000Z\r\n" in text
