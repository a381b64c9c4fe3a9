"""A coordinator's hour in a browser: 40 visits wait, 25 people work, one falls ill; two actions a visit, no reload."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from clusters import Database
from playwright.sync_api import Locator, Page, Request, expect
from roster_day import RosterDay, roster_day
from roster_hand import bar, drag, open_day
from sqlalchemy import Engine

pytestmark = pytest.mark.browser
NAMES = (
    "Abel", "Bethel", "Caleb", "Dagim", "Eden", "Feven", "Genet", "Helen", "Ibsa", "Jemal", "Kidist", "Lensa", "Meron",
    "Nardos", "Obse", "Petros", "Rahel", "Selam", "Tigist", "Urji", "Wubit", "Yonas", "Zewdu", "አበበ", "ሠላም",
)  # fmt: skip
WAITING, ILL = 40, "Caleb"
# A click or a drag begins with one press of the mouse, a key is one press; the mark goes with a reload.
COUNT = """() => {
    window.actions = 0;
    for (const kind of ["pointerdown", "keydown"])
        addEventListener(kind, (event) => event.isTrusted && (window.actions += 1), true);
}"""
# The row in sight with the fewest bars that has nothing at the hour of that bar.
FREE = """(key) => {
    const span = (one) => ["--x", "--w"].map((name) => Number(one.style.getPropertyValue(name)));
    const [x, w] = span(document.querySelector(`[data-key="${key}"]`));
    const { bottom } = document.querySelector("#roster").getBoundingClientRect();
    const top = document.querySelector(".board > .head").getBoundingClientRect().bottom;
    const isFree = (row) => [...row.querySelectorAll(".bar, .away")].every((one) => {
        const [from, length] = span(one);
        return from >= x + w || from + length <= x;
    });
    const inSight = (row) => {
        const box = row.getBoundingClientRect();
        return box.top > top + 50 && box.bottom < bottom - 50;
    };
    const rows = [...document.querySelectorAll(".row-of-day")].filter((row) => inSight(row) && isFree(row));
    rows.sort((a, b) => a.querySelectorAll(".bar").length - b.querySelectorAll(".bar").length);
    return rows[0].dataset.row;
}"""
# All that takes somebody's time on the day, in plain SQL.
BUSY = """
    SELECT 'visit' AS kind, v.id, v.staff_id, v.patient_id, v.scheduled_at AS first,
        v.scheduled_at + p.minutes * interval '1 minute' AS last
    FROM visit_services v JOIN dashboard.visit_plans p ON p.visit_id = v.id
    WHERE v.status NOT IN ('Cancelled', 'Missed') AND v.staff_id = ANY(:people)
    UNION ALL SELECT 'shift', id, staff_id, patient_id, shift_start, shift_end FROM caregiver_assignments
    WHERE status IN ('Assigned', 'Confirmed', 'In Progress') AND staff_id = ANY(:people)
"""
HARD = f"""
    WITH busy AS ({BUSY})
    SELECT 'overlap' AS why, a.id FROM busy a JOIN busy b ON a.staff_id = b.staff_id AND (a.kind, a.id) < (b.kind, b.id)
        AND a.first < b.last AND b.first < a.last AND (a.kind = b.kind OR a.patient_id <> b.patient_id)
    UNION ALL SELECT 'absent', busy.id FROM busy JOIN dashboard.absences x ON x.staff_id = busy.staff_id
        AND x.starts_at < busy.last AND x.ends_at > busy.first
    UNION ALL SELECT 'unwanted', busy.id FROM busy JOIN dashboard.patient_wishes w
        ON w.patient_id = busy.patient_id AND w.staff_id = busy.staff_id AND w.kind = 'not'
    UNION ALL SELECT 'not a carer', busy.id FROM busy JOIN staff s ON s.id = busy.staff_id
        WHERE s.status <> 'Active' OR s.role NOT IN ('Doctor', 'Nurse', 'Caregiver')
"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def day(owner_engine: Engine) -> RosterDay:
    """Patients live all over the city; three have a shift, some visits have their carer, two patients have wishes."""
    made, chance = roster_day(owner_engine, NAMES, patients=40), random.Random(12)
    for patient in made.patients:
        made.run("UPDATE patients SET geolocation = CAST(:place AS geography) WHERE id = :id", id=patient.id,
                 place=f"SRID=4326;POINT({chance.uniform(38.72, 38.82)} {chance.uniform(8.97, 9.05)})")  # fmt: skip
    for number, name in enumerate(NAMES):
        role = ("Nurse", "Nurse", "Caregiver", "Nurse", "Doctor")[number % 5]
        made.run("UPDATE staff SET role = :role WHERE id = :id", role=role, id=made.nurses[name])
    for number, name in enumerate((ILL, ILL, ILL, "Abel", "Eden", "Genet", "Helen", "Jemal")):
        made.visit(number, 8 + 3 * (number % 3), name, 45)
    for number, name in enumerate(("Dagim", "Meron", "Rahel")):
        made.shift(30 + number, 8, 12, name)
    wish = "INSERT INTO dashboard.patient_wishes (patient_id, kind, staff_id) VALUES (:id, :kind, :staff)"
    for number, (kind, staff) in enumerate((("not", "Abel"), ("rather", "Yonas"), ("woman", None))):
        made.run(wish, id=made.patients[number].id, kind=kind, staff=made.nurses[staff] if staff else None)
    return made


@pytest.fixture
def waiting(day: RosterDay) -> list[int]:
    return [day.visit(number, 7 + number % 11, minutes=(30, 45, 60, 90)[number % 4]) for number in range(WAITING)]


def settled(page: Page, act: Callable[[], None]) -> None:
    """Does it and waits for the answer; a warning is answered with Enter."""
    with page.expect_response("**/admin/assign/visits/") as answer:
        act()
    if answer.value.status == 409:
        expect(page.get_by_role("dialog", name="Is this correct?")).to_be_visible()
        settled(page, lambda: page.keyboard.press("Enter"))
    else:
        assert answer.value.status == 200


def by_clicks(page: Page, first: Locator) -> None:
    first.click()
    settled(page, page.locator(".suggestions button").first.click)


def by_keys(page: Page, first: Locator) -> None:
    expect(first).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(".suggestions button").first).to_be_focused()
    settled(page, lambda: page.keyboard.press("Enter"))


def by_drag(page: Page, first: Locator) -> None:
    to = page.evaluate(FREE, first.get_attribute("data-key"))
    settled(page, lambda: drag(page, first, page.locator(f'[data-row="{to}"]')))


def is_ill(page: Page, day: RosterDay) -> None:
    """In the roster's panel; warnings about who comes instead are confirmed."""
    person = page.locator(f'[data-row="s{day.nurses[ILL]}"]')
    person.locator(".name").click()
    page.locator(".side [name=kind]").select_option("Sick")
    page.get_by_role("button", name="Show what is affected").click()
    expect(page.locator(".side [data-row]")).not_to_have_count(0)
    record = page.get_by_role("button", name="Record the absence")
    with page.expect_response(lambda one: one.request.method == "POST" and "/absent/" in one.url) as answer:
        record.click()
    if answer.value.status == 409:
        expect(page.locator(".side .against-all")).to_be_visible()
        for tick in page.locator(".side .against-all input").all():
            tick.check()
        record.click()
    expect(page.locator(".toasts .notice").last).to_contain_text("is recorded as absent")
    expect(person.locator(".away")).to_have_count(1)
    expect(person.locator(".bar")).to_have_count(0)


WAYS = (by_clicks, by_keys, by_keys, by_drag)


def test_every_visit_is_booked_in_two_actions_each(page: Page, day: RosterDay, waiting: list[int]) -> None:
    open_day(page, day, width=1366, height=1000)
    expect(page.locator(".row-of-day")).to_have_count(len(NAMES))
    expect(page.locator(".strip .bar")).to_have_count(WAITING)
    page.evaluate(COUNT)
    left: list[Request] = []
    page.on("request", lambda sent: left.append(sent) if sent.is_navigation_request() else None)
    used: dict[int, int] = {}
    while len(used) < WAITING:
        if len(used) == 12:
            is_ill(page, day)
        visit = int(page.locator(".strip .bar").first.get_attribute("data-id") or 0)
        before = page.evaluate("window.actions")
        WAYS[len(used) % len(WAYS)](page, bar(page, visit))
        expect(page.locator(f'.strip [data-id="{visit}"]')).to_have_count(0)
        used[visit] = page.evaluate("window.actions") - before

    assert {*used} == {*waiting}
    assert {visit: actions for visit, actions in used.items() if not 1 <= actions <= 2} == {}
    assert left == []
    expect(page.locator(".strip .nothing")).to_be_visible()
    booked(day, waiting)


def booked(day: RosterDay, waiting: list[int]) -> None:
    """In the database: each has somebody, and nothing stands against anything."""
    people = [*day.nurses.values()]
    assert day.scalar("SELECT count(staff_id) FROM visit_services WHERE id = ANY(:ids)", ids=waiting) == WAITING
    assert day.scalar("SELECT count(*) FROM dashboard.absences WHERE staff_id = :id", id=day.nurses[ILL]) == 1
    assert day.scalar(f"SELECT count(*) FROM ({BUSY}) AS busy", people=people) == WAITING + 8 + 3
    assert day.rows(HARD, people=people) == []
