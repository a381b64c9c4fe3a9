"""What leads to the roster opens the very visit or row, and what leaves the day in sight is said with where it went."""

from __future__ import annotations

import re

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from roster_day import RosterDay
from roster_hand import row
from test_roster_browser import ROSTER, bar, open_day, told

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def next_day(day: RosterDay) -> str:
    return str(day.scalar("SELECT (CAST(:day AS date) + 1)::text", day=day.day))


@pytest.mark.parametrize("width", [1366, 375])
def test_a_visit_in_the_address_is_opened(page: Page, day: RosterDay, width: int) -> None:
    for hour in range(6, 20):
        day.visit(hour % 8, hour, "Chaltu", 30)
    visit = day.visit(3, 21, "Chaltu")
    open_day(page, day, f"#visit-{visit}", width)

    expect(page.locator(".side h2")).to_have_text(day.patients[3].full_name)
    expect(bar(page, visit)).to_have_attribute("data-shown", "")
    # The page scrolls there smoothly.
    expect(bar(page, visit)).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(bar(page, visit)).not_to_have_attribute("data-shown", "")


def test_a_visit_that_is_not_there_is_told_of(page: Page, day: RosterDay) -> None:
    open_day(page, day, "#visit-999999999")

    expect(page.locator(".toasts")).to_contain_text("This visit is not on this day")
    expect(page.locator(".side")).to_be_hidden()


def test_a_count_opens_its_visits_one_after_the_other(page: Page, day: RosterDay) -> None:
    second, first = day.visit(1, 11), day.visit(0, 9)
    open_day(page, day)
    count = page.locator("#counts").get_by_role("button", name="2 unassigned")
    for visit in (first, second, first):
        count.click()
        expect(bar(page, visit)).to_have_attribute("data-shown", "")
    assert violations(page) == []


def test_a_missed_visit_of_nobody_is_not_counted_as_unassigned(page: Page, day: RosterDay) -> None:
    day.visit(0, 9)
    missed = day.visit(1, 11)
    day.run("UPDATE visit_services SET status = 'Missed' WHERE id = :id", id=missed)
    open_day(page, day)

    expect(page.locator(".strip .bar")).to_have_count(2)
    expect(page.locator(".strip .name b")).to_have_text("1")
    expect(page.locator("#counts")).to_contain_text("1 unassigned")


def test_the_week_leads_to_the_row_of_the_day(page: Page, day: RosterDay) -> None:
    day.visit(0, 9, "Bayush")
    open_day(page, day)
    page.goto(f"{ROSTER}?view=week&day={day.day}")
    page.locator("tr", has_text="Bayush").locator("a", has_text="1 h · 1").click()

    expect(page.locator(f'[data-row="s{day.nurses["Bayush"]}"] .name')).to_be_focused()


def test_another_day_is_chosen_in_the_panel(page: Page, day: RosterDay) -> None:
    visit, other = day.visit(0, 9, "Ababa"), next_day(day)
    day.visit(1, 9, "Bayush")
    open_day(page, day)
    bar(page, visit).click()
    side = page.locator(".side")
    bayush = side.locator("[name=staff_id] option", has_text="Bayush")
    expect(bayush).to_contain_text("busy 09:00–10:00")
    side.locator("[name=time]").fill("10:00")
    expect(bayush).to_contain_text("free")

    # What stands on another day this page does not know: it does not say that anybody is free then.
    side.locator("[name=day]").fill(other)
    expect(bayush).to_have_text("Bayush Tadesse · Nurse")
    side.get_by_role("button", name="Save", exact=True).click()

    told(page, re.compile(r"10:00 to 11:00, Ababa Tadesse\. It is on \w{3} \d+ \w{3} now\."))
    expect(bar(page, visit)).to_have_count(0)
    assert day.scalar("SELECT (scheduled_at + interval '3 hours')::text FROM visit_services WHERE id = :id",
                      id=visit) == f"{other} 10:00:00"  # fmt: skip
    page.get_by_role("button", name="Undo").click()
    expect(bar(page, visit)).to_have_count(1)


def test_who_fits_on_the_other_day_is_suggested(page: Page, day: RosterDay) -> None:
    visit, other = day.visit(0, 9, "Ababa"), next_day(day)
    day.run("INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) VALUES (:id, CAST(:day AS date),"
            " CAST(:day AS date) + 1, 'Sick')", id=day.nurses["Bayush"], day=other)  # fmt: skip
    open_day(page, day)
    bar(page, visit).click()
    suggested = page.locator(".suggestions button")
    expect(suggested.filter(has_text="Bayush")).to_have_count(1)
    page.locator(".side [name=day]").fill(other)
    page.locator(".side [name=day]").blur()

    expect(suggested.filter(has_text="Bayush")).to_have_count(0)
    suggested.filter(has_text="Chaltu").click()
    expect(page.locator(".side [name=staff_id]")).to_have_value(str(day.nurses["Chaltu"]))
    page.get_by_role("button", name="Save", exact=True).click()
    told(page, "Chaltu Tadesse. It is on")
    assert day.row(visit)[0] == "Chaltu"
    day.run("DELETE FROM dashboard.absences")


def test_a_missed_visit_is_planned_anew(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    day.run("UPDATE visit_services SET status = 'Missed' WHERE id = :id", id=visit)
    open_day(page, day, f"#visit-{visit}")
    page.get_by_role("button", name="Plan a visit in its place").click()
    side = page.locator(".side")
    expect(side.get_by_role("combobox", name="Patient")).to_have_value(day.patients[0].full_name)
    side.locator("[name=day]").first.fill(day.day)
    side.locator("[name=time]").first.fill("14:00")
    side.locator("[name=staff_id]").select_option(str(day.nurses["Bayush"]))
    side.get_by_role("button", name="Create").click()

    told(page, "14:00 to 15:00, Bayush")
    assert day.row(visit)[3] == "Missed"
    assert day.scalar("SELECT count(*) FROM visit_services WHERE patient_id = :id AND status <> 'Missed' AND staff_id"
                      " = :staff", id=day.patients[0].id, staff=day.nurses["Bayush"]) == 1  # fmt: skip


def test_home_leads_to_the_first_visit_that_nobody_has(page: Page, day: RosterDay) -> None:
    day.run("UPDATE visit_services SET staff_id = NULL, status = 'Scheduled', check_in_time = NULL WHERE id ="
            " (SELECT min(id) FROM visit_services WHERE (scheduled_at + interval '3 hours')::date ="
            " (timezone('utc', now()) + interval '3 hours')::date)")  # fmt: skip
    sign_in(page, "coordinator", DEMO_PASSWORD)
    page.get_by_role("link", name="Unassigned today").first.click()
    page.wait_for_url("**/admin/assign/?**#unassigned")

    expect(page.locator(".strip .bar[data-shown]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Who fits best")).to_be_visible()
    page.goto("/admin/")
    page.locator("section.panel", has_text="Unassigned today").locator(".work a").first.click()
    expect(page.locator(".strip .bar[data-shown]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Who fits best")).to_be_visible()


def test_a_visit_that_goes_on_over_midnight_stands_on_the_next_day_too(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, -2, "Ababa", 240)
    open_day(page, day)
    lane = row(page, day, "Ababa").locator(".lane")
    early = lane.get_by_role("gridcell", name=f"since 22:00 {day.patients[0].full_name}")

    expect(row(page, day, "Ababa")).to_contain_text("2/8 h")
    whole, mine = lane.bounding_box(), early.bounding_box()
    assert whole
    assert mine
    assert (mine["x"] - whole["x"], mine["width"] * 12) == pytest.approx((0, whole["width"]), abs=8)
    assert violations(page) == []
    early.get_by_role("link").click()

    page.wait_for_url(f"**#visit-{visit}")
    expect(bar(page, visit)).to_have_attribute("data-shown", "")


def test_the_panel_leads_to_the_series_of_a_visit(page: Page, day: RosterDay) -> None:
    visit, alone = day.visit(0, 9, "Ababa"), day.visit(1, 12, "Ababa")
    series = day.scalar(
        "INSERT INTO dashboard.visit_series (patient_id, weekdays, at, first_day, last_day) VALUES (:patient, '{1}',"
        " '09:00', :day, :day) RETURNING id", patient=day.patients[0].id, day=day.day,
    )  # fmt: skip
    day.run("UPDATE dashboard.visit_plans SET series_id = :series WHERE visit_id = :visit", series=series, visit=visit)
    open_day(page, day)
    bar(page, alone).click()
    expect(page.locator(".side .links")).to_contain_text("History")
    expect(page.get_by_role("link", name="Change the series")).to_have_count(0)

    bar(page, visit).click()
    page.get_by_role("link", name="Change the series").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Change the series of {day.patients[0].full_name}")


def test_it_is_said_why_nobody_came_and_read_on_the_visits_page(page: Page, day: RosterDay) -> None:
    day.run("INSERT INTO dashboard.listed_words (list, word) VALUES ('ending', 'Patient away') ON CONFLICT DO NOTHING")
    visit = day.visit(0, 9, "Ababa")
    day.run("UPDATE visit_services SET scheduled_at = timezone('utc', now()) - interval '2 hours' WHERE id = :id",
            id=visit)  # fmt: skip
    that_day = day.scalar("SELECT (scheduled_at + interval '3 hours')::date::text FROM visit_services WHERE id = :id",
                          id=visit)  # fmt: skip
    open_day(page, day)
    page.goto(f"{ROSTER}?day={that_day}#visit-{visit}")
    page.get_by_text("Say why nobody came, or cancel").click()
    page.get_by_label("Why").select_option("Patient away")
    page.get_by_role("button", name="Nobody came").click()
    told(page, "Ababa Tadesse")
    assert day.row(visit)[3] == "Missed"

    page.goto(f"/admin/visit_services/details/?id={visit}")

    expect(page.get_by_role("region", name="Plan")).to_contain_text("Patient away")
    expect(page.get_by_role("link", name="History")).to_be_visible()
    day.run("DELETE FROM visit_services WHERE id = :id", id=visit)
