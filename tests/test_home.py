"""Home: a role's figures and eight-week charts, each equal to the list it opens."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, delete, insert, text
from statements_sent import statements

from homecare import clock
from homecare.access.stored.defaults import ROLES
from homecare.models import Invoice, Patient, Visit

NAMES = [role.name for role in ROLES]
FIGURE = re.compile(r'<a class="figure[^"]*" href="([^"]+)"><strong>([\d,]+)</strong><span>([^<]+)</span>')
ALSO = re.compile(r'<li><a href="([^"]+)">([^<]+) <strong>([\d,]+)</strong>')
WEEK = re.compile(r'<td><a href="([^"]+)">([^<]+)<span class="visually-hidden">')
WORK = re.compile(r'<ul class="work">(.*?)</ul>', re.S)


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def as_demo(app: Flask) -> Callable[[str], Visitor]:
    def sign_in(role: str) -> Visitor:
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        assert visitor.sign_in(f"{role.lower()}@homecare.example", DEMO_PASSWORD).status_code == 302
        return visitor

    return sign_in


def figures(visitor: Visitor, below: bool = False) -> dict[str, tuple[str, int]]:
    """By label: the address it opens, and the number; of those in sight, or of those in the line below them."""
    page = visitor.get("/admin/").get_data(as_text=True)
    found = ALSO.findall(page) if below else [(url, label, number) for url, number, label in FIGURE.findall(page)]
    return {label: (html.unescape(url), int(number.replace(",", ""))) for url, label, number in found}


def rows_of(visitor: Visitor, url: str) -> int:
    """How many rows the list at this address has, counted one by one over its pages; of the roster what it counts."""
    if on_roster := re.fullmatch(r"/admin/assign/\?day=([\d-]+)#(\w+)", url):
        return int(visitor.get(f"/admin/assign/data.json?day={on_roster[1]}").json["counts"][on_roster[2]])
    total = 0
    while True:
        page = visitor.get(url).get_data(as_text=True)
        total += len(re.findall(r'<tr data-id="', page))
        following = re.search(r'data-next="([^"]+)"', page)
        if following is None:
            return total
        url = f"{url.split('?')[0]}{html.unescape(following[1])}"


@pytest.mark.parametrize("role", NAMES)
def test_every_figure_equals_the_list_it_opens(as_demo: Callable[[str], Visitor], role: str) -> None:
    """A visit becomes late while the test looks: a list has the number that home said before it or says after it."""
    visitor = as_demo(role)

    shown, also = figures(visitor), figures(visitor, below=True)
    lists = {label: rows_of(visitor, url) for label, (url, _) in (shown | also).items()}
    afterwards = figures(visitor) | figures(visitor, below=True)

    assert 1 <= len(shown) <= 6
    shown |= also
    for label, rows in lists.items():
        assert rows in (shown[label][1], afterwards[label][1]), label


@pytest.mark.parametrize("role", NAMES)
def test_every_role_has_its_work_before_it(as_demo: Callable[[str], Visitor], role: str) -> None:
    page = as_demo(role).get("/admin/").get_data(as_text=True)

    assert len(re.findall(r'aria-labelledby="work-', page)) in (1, 2)
    for rows in WORK.findall(page):
        assert 1 <= rows.count("<li>") <= 5


def test_the_demo_company_gives_a_coordinator_something_to_do(as_demo: Callable[[str], Visitor]) -> None:
    shown = figures(as_demo("Coordinator"))

    assert list(shown) == [
        "Late visits", "Missed today", "Unassigned today", "Visits now", "Shifts to cover", "New leads",
    ]  # fmt: skip
    assert shown["Visits now"][1] > 0


@pytest.mark.parametrize(("role", "is_led"), [("Coordinator", True), ("Manager", True), ("Nurse", False)])
def test_who_plans_everybodys_work_is_led_to_the_roster(
    as_demo: Callable[[str], Visitor], role: str, is_led: bool
) -> None:
    visitor = as_demo(role)

    missed = figures(visitor)["Missed today"][0]
    lists = WORK.findall(visitor.get("/admin/").get_data(as_text=True))

    assert missed.startswith("/admin/assign/?day=") == is_led
    assert any(re.search(r'href="/admin/assign/\?day=[\d-]+#visit-\d+"', rows) for rows in lists) == is_led


def test_what_is_beyond_the_six_stands_in_a_line_below(as_demo: Callable[[str], Visitor]) -> None:
    manager = as_demo("Manager")

    assert list(figures(manager))[-2:] == ["Visits to invoice", "Overdue invoices"]
    assert {"Open claims", "Items expiring within 30 days", "New leads"} <= set(figures(manager, below=True))
    assert 0 not in [number for _, number in figures(manager, below=True).values()]


@pytest.mark.parametrize("role", ["Admin", "Inventory"])
def test_the_facts_of_a_work_list_stand_under_each_other(as_demo: Callable[[str], Visitor], role: str) -> None:
    lists = WORK.findall(as_demo(role).get("/admin/").get_data(as_text=True))

    for lines in (rows.split("</li>")[:-1] for rows in lists):
        facts = [line.partition("work-facts")[2] for line in lines]
        assert len({len(re.findall(r'<span(?: class="right")?>', line)) for line in facts}) == 1


def test_a_visit_that_may_not_be_read_is_still_called_a_visit(as_demo: Callable[[str], Visitor]) -> None:
    assert re.search(r">Visit #\d+</span>", as_demo("Inventory").get("/admin/").get_data(as_text=True))


def test_a_role_is_shown_no_figure_of_what_it_may_not_open(as_demo: Callable[[str], Visitor]) -> None:
    inventory = as_demo("Inventory").get("/admin/").get_data(as_text=True)

    assert "expiring" in inventory
    assert "isit" not in "".join(figures(as_demo("Inventory")))
    assert "chart-" not in inventory


def test_a_caregiver_counts_only_own_visits(app: Flask, as_role: Callable[..., Visitor], owner_engine: Engine) -> None:
    caregiver = as_role("Caregiver")
    noon = clock.day_start(clock.today()) + timedelta(hours=12)
    with owner_engine.begin() as connection:
        connection.execute(insert(Visit).values(patient_id=1, staff_id=caregiver.staff_id, scheduled_at=noon))

    assert figures(caregiver)["My visits today"][1] == 1


def test_visits_that_are_done_make_way_for_the_next(
    app: Flask, as_role: Callable[..., Visitor], owner_engine: Engine
) -> None:
    caregiver = as_role("Caregiver")
    for hour, status in enumerate(["Completed"] * 6 + ["Scheduled"]):
        values = {"patient_id": 1, "staff_id": caregiver.staff_id, "status": status}
        moment = clock.day_start(clock.today()) + timedelta(hours=hour)
        with owner_engine.begin() as connection:
            connection.execute(insert(Visit).values(scheduled_at=moment, **values))

    work = WORK.findall(caregiver.get("/admin/").get_data(as_text=True))

    assert work[0].count("<li>") == 1
    assert ">Scheduled<" in work[0]


@pytest.mark.parametrize(
    ("role", "table"), [("Manager", "visit_services"), ("Nurse", "visit_services"), ("Marketing", "marketing_leads")]
)
def test_every_week_equals_the_list_it_opens(as_demo: Callable[[str], Visitor], role: str, table: str) -> None:
    visitor = as_demo(role)
    page = visitor.get("/admin/").get_data(as_text=True)

    weeks = [(html.unescape(url), text) for url, text in WEEK.findall(page) if table in url]

    assert len(weeks) == 16
    assert {url: str(rows_of(visitor, url)) for url, _ in weeks} == dict(weeks)


def test_revenue_is_the_sum_of_the_weeks_paid_invoices(as_demo: Callable[[str], Visitor], owner_engine: Engine) -> None:
    page = as_demo("Finance").get("/admin/").get_data(as_text=True)
    monday = clock.today() - timedelta(days=clock.today().weekday())
    asked = text(
        "SELECT sum(amount) FROM invoices WHERE status = 'Paid' AND paid_at + interval '3 hours' >= :monday"
        " AND paid_at + interval '3 hours' < :monday + interval '7 days'"
    ).bindparams(monday=datetime(monday.year, monday.month, monday.day))

    newest = next(text for url, text in WEEK.findall(page) if "/invoices/" in url)

    with owner_engine.connect() as connection:
        assert newest == f"ETB {connection.scalar(asked) or 0:,.2f}"


def test_a_week_begins_on_monday_at_midnight_in_addis(
    as_role: Callable[..., Visitor], owner_engine: Engine, new_person: Callable[..., tuple[int, str]]
) -> None:
    nurse = as_role("Nurse")
    monday = clock.today() - timedelta(days=clock.today().weekday() + 14)
    for minutes in (-1, 0):
        moment = clock.day_start(monday) + timedelta(minutes=minutes)
        with owner_engine.begin() as connection:
            values = {"patient_id": 1, "staff_id": nurse.staff_id, "scheduled_at": moment, "status": "Completed"}
            connection.execute(insert(Visit).values(values))

    page = nurse.get("/admin/").get_data(as_text=True)

    done = {html.unescape(url): text for url, text in WEEK.findall(page) if "Completed" in url}
    assert [text for url, text in done.items() if week_of(url) in (monday, monday - timedelta(days=7))] == ["1", "1"]


def week_of(url: str) -> date:
    found = re.search(r"gte=(\d{4}-\d\d-\d\d)", url)
    assert found
    return date.fromisoformat(found[1])


def test_home_takes_eleven_statements_beside_finding_the_person(as_demo: Callable[[str], Visitor]) -> None:
    visitor = as_demo("Admin")
    visitor.get("/admin/")
    with statements() as seen:
        visitor.get("/admin/")

    assert len([statement for statement in seen if "dashboard.sessions" not in statement]) <= 11


def test_a_person_without_a_role_is_told_so_and_shown_nothing(as_role: Callable[..., Visitor]) -> None:
    page = as_role("Gardener").get("/admin/").get_data(as_text=True)

    assert "You have no access" in page
    assert FIGURE.findall(page) == []


def test_an_empty_company_has_noughts_and_sentences(as_demo: Callable[[str], Visitor], owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        for model in (Invoice, Visit, Patient):
            connection.execute(delete(model))

    page = as_demo("Manager").get("/admin/").get_data(as_text=True)

    assert "No visit is late." in page
    assert "Nothing in the last eight weeks." in page
