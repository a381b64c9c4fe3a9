"""The day of the roster as JSON: what it holds equals plain SQL over the same moment, for each role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from statements_sent import statements

from bench import day_reference

DATA = "/admin/assign/data.json"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def coordinator(company: Company) -> Walker:
    return company.as_("Coordinator")


def bounds(company: Company, ago: int = 0) -> tuple[str, str, str]:
    """A day relative to today in Addis, and its first and last moment as SQL."""
    day = company.scalar("SELECT to_char(timezone('utc', now()) + interval '3 hours' - :ago * interval '1 day',"
                         " 'YYYY-MM-DD')", ago=ago)  # fmt: skip
    return day, f"timestamp '{day}' - interval '3 hours'", f"timestamp '{day}' + interval '21 hours'"


@pytest.mark.parametrize("ago", [-1, 0, 1, 3])
def test_a_day_equals_plain_sql(company: Company, coordinator: Walker, ago: int) -> None:
    day, start, end = bounds(company, ago)

    found = coordinator.get(DATA, day=day).json

    midnight = company.scalar(f"SELECT {start}")
    with company.engine.connect() as connection:
        wanted = day_reference.visits(connection, midnight)
        counts = day_reference.counts(connection, midnight, datetime.now(UTC).replace(tzinfo=None))
        minutes = day_reference.booked(connection, midnight)
    assert {(row.id, row.staff_id, row.minutes, f"{row.start:%Y-%m-%dT%H:%M:%S}Z", f"{row.end:%Y-%m-%dT%H:%M:%S}Z")
            for row in wanted} == {(one["id"], one["staff_id"], one["minutes"], one["start"], one["end"])
                                   for one in found["visits"]}  # fmt: skip
    assert found["counts"] == counts
    shifts = company.rows(f"SELECT id FROM caregiver_assignments WHERE shift_start < {end} AND shift_end > {start}"
                          " AND coalesce(status, '') <> 'Cancelled'")  # fmt: skip
    assert {row.id for row in shifts} == {one["id"] for one in found["shifts"]}
    for one in found["staff"]:
        # Seconds of a check-in make a part of a minute.
        assert abs(one["minutes_booked"] - minutes.get(one["id"], 0)) <= 2, one


def test_the_keys_are_those_of_the_contract(company: Company, coordinator: Walker) -> None:
    staff_id = company.scalar("SELECT id FROM staff WHERE role = 'Nurse' AND status = 'Active' LIMIT 1")
    company.run("INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) VALUES"
                " (:id, timezone('utc', now()), timezone('utc', now()) + interval '1 hour', 'Sick')",
                id=staff_id)  # fmt: skip

    found = coordinator.get(DATA).json

    assert [*found] == ["absences", "as_of", "counts", "day", "shifts", "staff", "visits"]
    assert {*found["staff"][0]} == {"id", "name", "role", "status", "minutes_booked"}
    assert {*found["visits"][0]} == {
        "id", "patient_id", "patient", "staff_id", "start", "end", "minutes", "purpose", "status", "place", "late",
        "missed", "stuck", "version",
    }  # fmt: skip
    assert {*found["shifts"][0]} == {"id", "patient_id", "staff_id", "start", "end", "status"}
    assert found["absences"][0].keys() == {"id", "staff_id", "from", "to", "kind"}


def test_every_carer_and_whoever_has_something_has_a_row(company: Company, coordinator: Walker) -> None:
    _, start, end = bounds(company)
    visit = company.scalar(f"SELECT id FROM visit_services WHERE scheduled_at >= {start} AND scheduled_at < {end}"
                           " AND staff_id IS NOT NULL AND status = 'Scheduled' LIMIT 1")  # fmt: skip
    gone = company.scalar("UPDATE staff SET status = 'Terminated' WHERE id = (SELECT staff_id FROM visit_services"
                          " WHERE id = :visit) RETURNING id", visit=visit) if visit else None  # fmt: skip

    found = {one["id"]: one for one in coordinator.get(DATA).json["staff"]}

    carers = company.rows("SELECT s.id FROM staff s JOIN dashboard.roles r ON lower(r.name) = lower(s.role)"
                          " WHERE r.delivers_care AND s.status = 'Active'")  # fmt: skip
    assert {row.id for row in carers} <= found.keys()
    assert gone is None or found[gone]["name"]


def test_shifts_without_anybody_are_counted_as_their_list_does(company: Company, coordinator: Walker) -> None:
    day, start, end = bounds(company, -40)
    staff_id = company.scalar("SELECT id FROM staff WHERE role = 'Nurse' AND status = 'Active' LIMIT 1")
    company.run(f"INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) VALUES ({staff_id}, "
                f"{start}, {end} + interval '1 day', 'Sick')")  # fmt: skip
    for begins in ("2 hours", "20 hours", "30 hours"):
        company.run("INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end, status) SELECT "
                    f"{staff_id}, min(id), {start} + interval '{begins}', {start} + interval '{begins}' + "
                    "interval '2 hours', 'Cancelled' FROM patients")  # fmt: skip

    said = coordinator.get("/admin/assign/refresh.json", day=day).json["elsewhere"]

    words = {"is": "needs_cover", "shift_start__gte": day, "shift_start__lte": day}
    assert said["uncovered"] == 2
    assert coordinator.get("/admin/caregiver_assignments/", **words).text.count('class="row-name"') == 2
    assert "Shifts to cover" in coordinator.get("/admin/").text


@pytest.mark.parametrize("day", ["2026-02-30", "soon", "x" * 200, "0"])
def test_a_bad_day_is_400(coordinator: Walker, day: str) -> None:
    answer = coordinator.visitor.get(DATA, query_string={"day": day}, headers={"Accept": "application/json"})

    assert answer.status_code == 400
    assert answer.json["error"]


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_the_level_own_gets_own_rows_alone(company: Company, role: str) -> None:
    walker = company.as_(role)

    found = walker.get(DATA).json

    assert {one["staff_id"] for one in (*found["visits"], *found["shifts"], *found["absences"])} <= {walker.staff_id}
    assert {one["id"] for one in found["staff"]} <= {walker.staff_id}
    _, start, end = bounds(company)
    assert len(found["visits"]) == company.scalar(
        f"SELECT count(*) FROM visit_services WHERE staff_id = :me AND scheduled_at >= {start} AND scheduled_at < {end}"
        " AND coalesce(status, '') <> 'Cancelled'", me=walker.staff_id,
    )  # fmt: skip


def test_marketing_gets_empty_lists(company: Company) -> None:
    found = company.as_("Marketing").get(DATA).json

    assert [found[name] for name in ("staff", "visits", "shifts", "absences")] == [[], [], [], []]
    assert set(found["counts"].values()) == {0}


@pytest.mark.parametrize("role", ["Finance", "Inventory", "Auditor"])
def test_who_has_no_level_is_refused(company: Company, role: str) -> None:
    for url in ("/admin/assign/", DATA, "/admin/assign/refresh.json"):
        with company.one_denial(company.as_(role), "page:assign"):
            assert company.as_(role).get(url).status_code == 403


def test_a_patients_name_and_place_are_as_the_role_reads_them(company: Company, coordinator: Walker) -> None:
    rule = ("INSERT INTO dashboard.field_rules (role, resource, column_name, state) VALUES"
            " ('Coordinator', 'patients', 'geolocation', 'hidden'),"
            " ('Coordinator', 'patients', 'full_name', 'hidden')")  # fmt: skip
    before = coordinator.get(DATA).json["visits"]
    assert any(one["place"] for one in before)
    company.run(rule)
    company.run("UPDATE dashboard.policy_state SET version = version + 1")
    try:
        found = coordinator.get(DATA).json["visits"]
    finally:
        company.run("DELETE FROM dashboard.field_rules WHERE role = 'Coordinator' AND resource = 'patients'"
                    " AND column_name IN ('geolocation', 'full_name')")  # fmt: skip
        company.run("UPDATE dashboard.policy_state SET version = version + 1")

    names = {row.full_name for row in company.rows("SELECT full_name FROM patients")}
    assert {one["place"] for one in found} == {""}
    assert not names & {one["patient"] for one in found}
    assert names & {one["patient"] for one in before}


def test_whose_visits_were_read_is_recorded(company: Company, coordinator: Walker) -> None:
    last = company.scalar("SELECT coalesce(max(id), 0) FROM dashboard.reads")
    day, _, _ = bounds(company, 9)

    found = coordinator.get(DATA, day=day).json

    lines = company.rows("SELECT resource, ids, columns FROM dashboard.reads WHERE id > :last", last=last)
    read = {one for line in lines if line.resource == "patients" for one in line.ids}
    assert {one["patient_id"] for one in found["visits"]} <= read
    assert "geolocation" in {name for line in lines if line.resource == "patients" for name in line.columns}


def test_a_day_takes_under_ten_statements(coordinator: Walker) -> None:
    coordinator.get(DATA)

    sent: dict[str, list[str]] = {}
    for url in (DATA, "/admin/assign/refresh.json"):
        with statements() as told:
            assert coordinator.get(url).status_code == 200
        sent[url] = [one for one in told if not one.startswith(("BEGIN", "SET", "COMMIT"))]

    assert {url: len(told) for url, told in sent.items() if len(told) >= 10} == {}, sent


WRONG = ("soon=1", "view=year", "rows=cars", "place=Nowhere", "role__eq=1&role__eq=2", "patient_id__eq=x",
         "status__near=1", "day=2026-13-01")  # fmt: skip


@pytest.mark.parametrize("words", WRONG)
def test_an_address_that_is_not_understood_is_400(coordinator: Walker, words: str) -> None:
    for url in ("/admin/assign/", "/admin/assign/refresh.json"):
        assert coordinator.get(f"{url}?{words}").status_code == 400


def refreshed(walker: Walker, words: str) -> dict[str, Any]:
    found: dict[str, Any] = walker.get(f"/admin/assign/refresh.json?{words}").json
    return found


def test_conditions_narrow_staff_and_visits(company: Company, coordinator: Walker) -> None:
    whole = refreshed(coordinator, "")
    place = next(one["place"] for one in whole["visits"] if one["place"] not in ("", "Outside"))

    nurses, there, planned = (refreshed(coordinator, words) for words in ("role__eq=Nurse", f"place={place}",
                                                                          "status__eq=Scheduled"))  # fmt: skip

    assert {one["role"] for one in nurses["staff"]} == {"Nurse"}
    assert [one["id"] for one in there["visits"]] == [one["id"] for one in whole["visits"] if one["place"] == place]
    assert {one["status"] for one in planned["visits"]} <= {"Scheduled"}
    assert {one["id"]: one["minutes_booked"] for one in there["staff"]}.items() <= {
        one["id"]: one["minutes_booked"] for one in whole["staff"]}.items()  # fmt: skip


def test_a_refresh_does_not_keep_the_session(company: Company, coordinator: Walker) -> None:
    def used() -> Any:
        return company.scalar("SELECT max(last_used_at) FROM dashboard.sessions s JOIN dashboard.accounts a"
                              " ON a.id = s.account_id WHERE a.staff_id = :me", me=coordinator.staff_id)  # fmt: skip

    company.run("UPDATE dashboard.sessions SET last_used_at = last_used_at - interval '5 minutes'")
    before = used()

    coordinator.visitor.get("/admin/assign/refresh.json", headers={"X-Refresh": "1"})
    assert used() == before
    coordinator.get("/admin/assign/refresh.json")
    assert used() > before


def test_a_week_counts_each_day_as_the_day_does(company: Company, coordinator: Walker) -> None:
    day, _, _ = bounds(company)
    found = coordinator.get(DATA, day=day).json
    person = max(found["staff"], key=lambda one: one["minutes_booked"])
    visits = sum(one["staff_id"] == person["id"] for one in found["visits"])

    page = coordinator.get("/admin/assign/?view=week").text

    hours = f"{round(person['minutes_booked'] / 15) / 4:.2f}".rstrip("0").rstrip(".")
    row = page[page.index(f"{person['name']}<small>") :].partition("</tr>")[0]
    told = f'<em title="More than 8 h">{hours} h</em>' if person["minutes_booked"] > 8 * 60 else f"{hours} h"
    assert f"<span>{told}{f' · {visits}' if visits else ''}" in row
