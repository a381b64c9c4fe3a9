"""The week of the roster: each day's figures are those of the day itself, also of the visits that nobody has."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from clusters import Database
from doors import Company
from roster_day import RosterDay

from homecare.pages.assign.week_bars import Hours, hours_of
from homecare.queries.assigned.roster_week import Bar, Cell

WEEK = "/admin/assign/"
ALARM = re.compile(r'<b class="is-(\w+)" title="(\d+) ')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def cells(page: str, who: str) -> list[str]:
    """The days of the row that begins with this name, Monday first."""
    row = page[page.index(f'<th scope="row">{who}') :].partition("</tr>")[0]
    return re.findall(r"<td.*?</td>", row, re.S)[:7]


def shown(company: Company, **words: str) -> str:
    return str(company.as_("Coordinator").get(WEEK, view="week", **words).text)


def alarms_of(today: dict[str, Any]) -> dict[str, int]:
    """How many visits of somebody are missed, late and stuck."""
    assigned = [visit for visit in today["visits"] if visit["staff_id"]]
    counts = {name: sum(visit[name] for visit in assigned) for name in ("missed", "late", "stuck")}
    return {name: number for name, number in counts.items() if number}


def of_one_moment(company: Company) -> tuple[dict[str, Any], str]:
    """Today's data and the week's page, between which nothing became late or missed."""
    coordinator = company.as_("Coordinator")
    while True:
        before, page = coordinator.get("/admin/assign/data.json").json, shown(company)
        after = coordinator.get("/admin/assign/data.json").json
        if (before["day"], before["visits"]) == (after["day"], after["visits"]):
            return before, page


def test_what_is_missed_late_and_unassigned_is_counted_as_on_its_day(company: Company) -> None:
    visits = company.as_("Coordinator").get("/admin/assign/data.json").json["visits"]
    missed = next(visit["id"] for visit in visits if visit["staff_id"])
    company.run("UPDATE visit_services SET status = 'Missed' WHERE id = :id", id=missed)

    today, page = of_one_moment(company)
    weekday = date.fromisoformat(today["day"]).weekday()
    found: dict[str, int] = {}
    for person in today["staff"]:
        for name, number in ALARM.findall(cells(page, person["name"])[weekday]):
            found[name] = found.get(name, 0) + int(number)
    assert found == alarms_of(today)
    assert found.get("missed", 0) > 0
    of_nobody = cells(page, "Unassigned")[weekday]
    assert f"<strong>{today['counts']['unassigned']}</strong>" in of_nobody


def test_a_cell_opens_its_day_at_its_row(company: Company, day: RosterDay) -> None:
    day.visit(0, 9, "Ababa")
    day.visit(1, 10)

    page = shown(company, day=day.day)

    (mine,) = [cell for cell in cells(page, "Ababa Tadesse") if "1 h · 1" in cell]
    assert f'href="/admin/assign/?day={day.day}#staff-{day.nurses["Ababa"]}"' in mine
    assert f'href="/admin/assign/?day={day.day}#unassigned"' in "".join(cells(page, "Unassigned"))


def test_a_condition_narrows_the_week_as_it_narrows_the_day(company: Company, day: RosterDay) -> None:
    """The patients of these days have no place, so no sub-city has their visits."""
    day.visit(0, 9, "Ababa")
    day.visit(1, 10)

    everywhere, in_bole = (shown(company, day=day.day, **words) for words in ({}, {"place": "Bole"}))

    assert "1 h · 1" in "".join(cells(everywhere, "Ababa Tadesse"))
    assert "<span>1 h</span>" in "".join(cells(in_bole, "Ababa Tadesse"))
    assert f"day={day.day}&amp;place=Bole#unassigned" not in in_bole.replace("place=Bole&amp;day=", "day=")
    assert "#unassigned" in everywhere


def test_what_goes_on_over_midnight_is_drawn_where_its_minutes_count(company: Company, day: RosterDay) -> None:
    day.visit(0, -2, "Ababa", 240)

    page = shown(company, day=day.day)

    (mine,) = [cell for cell in cells(page, "Ababa Tadesse") if f"?day={day.day}#" in cell]
    assert ("<span>2 h</span>" in mine, "tone-planned" in mine) == (True, True)


def cell(*bars: Bar) -> Cell:
    found: Any = None
    return Cell(found, 0, bars, {})


def test_the_bars_are_drawn_over_the_hours_that_are_used() -> None:
    early = Bar(5 * 60 + 30, 6 * 60, "done")

    assert hours_of([cell()]) == Hours(7, 19)
    assert hours_of([cell(early), cell(Bar(19 * 60, 20 * 60 + 1, "late"))]) == Hours(5, 21)
    assert Hours(5, 21).paths([early, Bar(21 * 60, 21 * 60, "late")]) == [
        ("done", "M30 0h30v10h-30z"), ("late", "M945 0h15v10h-15z"),
    ]  # fmt: skip
