"""Hours: every figure is that of independent SQL on random visits, and that of the list it opens."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from clusters import Database
from doors import Company, count_of, opened
from flask import Flask
from sqlalchemy import Engine

from bench import day_reference
from homecare.queries.workdays import hours, months

MONTH = "2031-04"
FIRST = datetime(2031, 3, 31, 21)
LINK = re.compile(r'<a href="(/admin/visit_services/\?[^"]+)" aria-label="([^:"]+): ([^"]+)"')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    made = opened(app, owner_engine)
    for role in ("Doctor", "Nurse", "Caregiver"):
        made.as_(role)
    _make_visits(made)
    return made


def _make_visits(company: Company) -> None:
    """Four hundred, of every status and with moments that are there, missing, or far apart."""
    dice = random.Random(12)
    carers = [row.id for row in company.rows("SELECT id FROM staff WHERE role IN ('Doctor', 'Nurse', 'Caregiver')")]
    patients = [row.id for row in company.rows("SELECT id FROM patients ORDER BY id LIMIT 12")]
    company.run("UPDATE patients SET geolocation = NULL WHERE id = :id", id=patients[0])
    company.run("INSERT INTO dashboard.working_terms (staff_id, contracted_minutes) VALUES (:id, 2400)", id=carers[0])
    statuses = [
        "Pending",
        "Scheduled",
        "In Progress",
        "Completed",
        "Completed",
        "Completed",
        "Missed",
        "Cancelled",
        None,
    ]
    rows = []
    for _ in range(400):
        at = FIRST + timedelta(minutes=dice.randrange(-600, 30 * 1440 + 600))
        start = at + timedelta(minutes=dice.randrange(-30, 90)) if dice.random() < 0.7 else None
        long = dice.choice([dice.randrange(0, 200), 1200])
        end = start + timedelta(minutes=long, seconds=dice.randrange(60)) if start and dice.random() < 0.8 else None
        row = {"patient": dice.choice(patients), "staff": dice.choice(carers), "at": at, "in": start, "out": end}
        rows.append(row | {"status": dice.choice(statuses), "minutes": dice.choice([None, None, 30, 90])})
    for row in rows:
        company.run(
            "WITH made AS (INSERT INTO visit_services (patient_id, staff_id, scheduled_at, check_in_time, "
            "check_out_time, status) VALUES (:patient, :staff, :at, :in, :out, :status) RETURNING id) "
            "INSERT INTO dashboard.visit_plans (visit_id, minutes) SELECT id, CAST(:minutes AS smallint) FROM made",
            **row,
        )


def plain(company: Company) -> dict[int, Any]:
    with company.engine.connect() as connection:
        return day_reference.hours(connection, date(2031, 4, 1), date(2031, 4, 30))


def exported(company: Company, role: str = "Admin", **words: str) -> list[dict[str, str]]:
    answer = company.as_(role).get("/admin/hours/export/csv/", **({"month": MONTH} | words))
    assert answer.status_code == 200
    return [*csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))]


def test_every_figure_is_that_of_plain_sql(company: Company) -> None:
    expected = plain(company)
    found = {int(line["Staff number"]): line for line in exported(company, "Coordinator")}

    assert len(expected) > 5
    for staff_id, row in expected.items():
        line = found[staff_id]
        assert int(line["Planned, visits"]) == row.planned_visits
        assert float(line["Planned, hours"]) == pytest.approx((row.planned or 0) / 60, abs=0.006)
        assert int(line["Worked, visits"]) == row.worked_visits
        assert float(line["Worked, hours"]) == pytest.approx(float(row.worked or 0) / 60, abs=0.006)
        assert int(line["Travel, estimated, visits"]) == row.travel_visits
        assert float(line["Travel, estimated, hours"]) * 60 == pytest.approx(float(row.travel or 0), abs=1.5)
        assert int(line["Not checked out, visits"]) == row.open_visits
        assert int(line["Over-long, visits"]) == row.over_long_visits
        assert int(line["Not invoiced, visits"]) == row.to_invoice_visits
    assert sum(row.over_long_visits for row in expected.values()) > 10
    assert sum(row.travel_visits for row in expected.values()) > 10


@pytest.mark.parametrize("role", ["Coordinator", "Finance", "Auditor", "Doctor", "Nurse", "Caregiver"])
def test_every_figure_opens_a_list_of_as_many(company: Company, role: str) -> None:
    page = company.as_(role).get("/admin/hours/", month=MONTH)
    links = LINK.findall(page.text)

    assert len(links) >= 3
    # Of the first persons, and of everybody.
    for url, label, said in [*links[:24], *links[-6:]]:
        wanted = re.findall(r"([\d,]+) visits?", said)[-1]
        opened_list = company.as_(role).visitor.get(unescape(url))
        assert opened_list.status_code == 200, (url, label)
        assert count_of(opened_list.text).split()[0].strip("≈") == wanted, (label, said, url)


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_who_has_the_level_own_sees_oneself_alone(company: Company, role: str) -> None:
    me = company.as_(role).staff_id

    assert {int(line["Staff number"]) for line in exported(company, role)} == {me}
    assert f"staff_id__eq={me}" in company.as_(role).get("/admin/hours/", month=MONTH).text


@pytest.mark.parametrize("role", ["Marketing", "Inventory"])
def test_the_others_have_no_hours(company: Company, role: str) -> None:
    assert company.as_(role).get("/admin/hours/").status_code == 403
    assert company.as_(role).get("/admin/hours/export/csv/").status_code == 403


def test_the_page_says_what_its_figures_mean(company: Company) -> None:
    page = company.as_("Coordinator").get("/admin/hours/", month=MONTH).text

    told = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert {"Contracted", *(measure.label for measure in hours.MEASURES)} == told.keys()
    assert "Checked in and never out" in told["Not checked out"]
    assert "twice the planned minutes" in told["Over-long"]


def test_no_place_no_travel(company: Company) -> None:
    """Finance sees no patient's place, so no figure that follows from places."""
    assert "Travel" not in company.as_("Finance").get("/admin/hours/", month=MONTH).text.partition("</table>")[0]
    assert "Travel, estimated, hours" not in exported(company, "Finance")[0]


def test_contracted_hours_are_those_of_the_month(company: Company) -> None:
    [terms] = company.rows("SELECT staff_id, contracted_minutes FROM dashboard.working_terms")
    [line] = [line for line in exported(company) if int(line["Staff number"]) == terms.staff_id]

    assert float(line["Contracted hours"]) == pytest.approx(terms.contracted_minutes * 30 / 7 / 60, abs=0.01)


def test_the_workbook_has_numbers(company: Company) -> None:
    answer = company.as_("Finance").get("/admin/hours/export/xlsx/", month=MONTH)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    heads = [cell.value for cell in sheet[1]]
    told = {row["Staff number"]: row for row in exported(company, "Finance")}

    assert sheet.max_row - 1 == len(told)
    for row in sheet.iter_rows(min_row=2, values_only=True):
        line = dict(zip(heads, row, strict=True))
        assert isinstance(line["Worked, hours"], int | float)
        assert line["Worked, hours"] == float(told[str(line["Staff number"])]["Worked, hours"])


def test_an_export_is_recorded(company: Company) -> None:
    company.run("TRUNCATE dashboard.reads")
    exported(company, "Finance")

    assert company.scalar("SELECT count(*) FROM dashboard.reads WHERE kind = 'export' AND resource = 'staff'") == 1


@pytest.mark.parametrize(
    "bad", [{"month": "2031-13"}, {"month": "x"}, {"month": "99999-01"}, {"calendar": "julian"}, {"is": "late"},
            {"month": "2031-14", "calendar": "ethiopian"}],
)  # fmt: skip
def test_what_is_no_month_is_named(company: Company, bad: dict[str, str]) -> None:
    assert company.as_("Admin").get("/admin/hours/", **bad).status_code == 400


def test_a_month_said_twice_is_refused(company: Company) -> None:
    for path in ("/admin/hours/", "/admin/hours/export/csv/"):
        assert company.as_("Admin").get(f"{path}?month=2031-03&month=2031-04").status_code == 400


def test_an_ethiopian_month_has_its_own_days(company: Company) -> None:
    page = company.as_("Admin").get("/admin/hours/", month="2023-08", calendar="ethiopian").text

    assert "Miyazya 2023 EC" in page
    assert "scheduled_at__gte=2031-04-09&amp;scheduled_at__lte=2031-05-08" in page


def test_months_follow_each_other_in_both_calendars() -> None:
    for calendar, length in ((months.GREGORIAN, 12), (months.ETHIOPIAN, 13)):
        month = months.parse("2023-01" if calendar == months.GREGORIAN else "2015-01", calendar)
        for _ in range(4 * length):
            after = month.after
            assert after.first == month.last + timedelta(days=1)
            assert after.before == month
            assert months.parse(after.word, calendar) == after
            month = after
        assert month.word.endswith("-01")


def test_an_infinite_moment_breaks_nothing(company: Company) -> None:
    visit = company.scalar(
        "SELECT id FROM visit_services WHERE scheduled_at BETWEEN '2031-04-02' AND '2031-04-20' "
        "AND check_out_time IS NOT NULL LIMIT 1"
    )
    company.run("UPDATE visit_services SET check_out_time = 'infinity' WHERE id = :id", id=visit)

    assert company.as_("Coordinator").get("/admin/hours/", month=MONTH).status_code == 200
    assert company.as_("Coordinator").get("/admin/visit_services/", **{"is": "over_long"}).status_code == 200
