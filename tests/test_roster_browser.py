"""The roster in a real browser: visits are assigned, moved and made by drag, click and key, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import violations
from clusters import Database
from playwright.sync_api import Page, expect
from roster_day import DAY, RosterDay
from roster_hand import ROSTER, bar, drag, fits, open_day, refresh, row, told
from sampling import in_looks

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_a_visit_is_assigned_by_dragging_it_out_of_the_strip(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    expect(page.locator(".strip .bar")).to_have_count(1)

    drag(page, bar(page, visit), row(page, day, "Bayush"))

    expect(row(page, day, "Bayush").locator(".bar")).to_have_count(1)
    told(page, "09:00 to 10:00, Bayush Tadesse")
    expect(page.locator(".strip .bar")).to_have_count(0)
    assert day.row(visit) == ("Bayush", "09:00", 60, "Scheduled")


def test_a_pull_sideways_moves_the_hour_and_a_short_one_keeps_it(page: Page, day: RosterDay) -> None:
    far, near = day.visit(0, 9, "Ababa"), day.visit(1, 12, "Ababa")
    open_day(page, day)

    drag(page, bar(page, near), row(page, day, "Chaltu"), dx=8)
    told(page, "12:00 to 13:00, Chaltu")
    drag(page, bar(page, far), row(page, day, "Ababa"), dx=72)
    told(page, "10:00 to 11:00, Ababa")

    assert day.row(near)[:2] == ("Chaltu", "12:00")
    assert day.row(far)[:2] == ("Ababa", "10:00")


def test_the_right_edge_changes_the_length(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    box = bar(page, visit).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 34, box["y"] + 12, steps=4)
    page.evaluate("new Promise(requestAnimationFrame)")
    page.mouse.up()

    told(page, "09:00")
    assert day.row(visit)[2] == 90


def test_a_visit_is_assigned_by_click_in_the_panel(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")
    open_day(page, day)

    bar(page, visit).click()
    carer = page.locator(".side [name=staff_id]")
    expect(carer.locator("option", has_text="Ababa")).to_contain_text("busy 09:00–10:00")
    expect(carer.locator("option", has_text="Bayush")).to_contain_text("free")
    carer.select_option(str(day.nurses["Bayush"]))
    expect(page.locator(".side .clashes")).to_contain_text("Nothing stands in the way.")
    page.get_by_role("button", name="Save", exact=True).click()

    told(page, "Bayush")
    expect(page.locator(".side")).to_be_hidden()
    expect(bar(page, visit)).to_be_focused()
    assert day.row(visit)[0] == "Bayush"


@pytest.fixture
def caregiver(day: RosterDay) -> Iterator[str]:
    """Chaltu as a caregiver, whose visits take four hours."""
    day.run("UPDATE staff SET role = 'Caregiver' WHERE id = :id", id=day.nurses["Chaltu"])
    yield "Chaltu"
    day.run("UPDATE staff SET role = 'Nurse' WHERE id = :id", id=day.nurses["Chaltu"])


def unplanned(day: RosterDay, hour: float) -> int:
    """A visit without a plan: it takes as long as its carer's role says."""
    visit = day.visit(0, hour)
    day.run("DELETE FROM dashboard.visit_plans WHERE visit_id = :id", id=visit)
    return visit


@pytest.mark.parametrize("written", ["", "90"])
def test_the_length_that_is_shown_is_saved(page: Page, day: RosterDay, caregiver: str, written: str) -> None:
    visit = unplanned(day, 12.75)
    open_day(page, day)
    bar(page, visit).click()
    minutes = page.locator(".side [name=minutes]")
    expect(minutes).to_have_value("60")
    page.locator(".side [name=staff_id]").select_option(str(day.nurses[caregiver]))
    expect(minutes).to_have_value("240")
    expect(page.locator(".side")).to_contain_text("Until 16:45")
    if written:
        minutes.fill(written)
    expect(page.locator(".side .clashes")).to_contain_text("Nothing stands in the way.")
    page.get_by_role("button", name="Save", exact=True).click()

    told(page, f"12:45 to {'14:15' if written else '16:45'}, Chaltu Tadesse")
    expect(bar(page, visit)).to_have_attribute("title", re.compile(f"12:45 to {'14:15' if written else '16:45'}"))
    assert day.row(visit)[2] == (int(written) if written else None)


def test_a_length_that_runs_into_another_visit_is_said_before_it_is_saved(
    page: Page, day: RosterDay, caregiver: str
) -> None:
    visit = unplanned(day, 9)
    day.visit(1, 11, caregiver)
    open_day(page, day)
    bar(page, visit).click()
    carer = page.locator(".side [name=staff_id]")
    expect(carer.locator("option", has_text=caregiver)).to_contain_text("busy 11:00–12:00")
    carer.select_option(str(day.nurses[caregiver]))
    expect(page.locator(".side .clashes")).to_contain_text("Not possible")
    page.locator(".side [name=minutes]").fill("60")

    expect(page.locator(".side .clashes")).not_to_contain_text("Not possible")
    page.get_by_role("button", name="Save", exact=True).click()
    told(page, "09:00 to 10:00, Chaltu")
    assert day.row(visit)[2] == 60


def test_a_drag_to_another_role_shows_and_says_the_new_end(page: Page, day: RosterDay, caregiver: str) -> None:
    visit = unplanned(day, 9)
    open_day(page, day)
    drag(page, bar(page, visit), row(page, day, caregiver), drops=False)
    expect(page.locator(".drop")).to_have_text("09:00–13:00")
    page.mouse.up()

    told(page, "09:00 to 13:00, Chaltu")
    assert day.row(visit)[0] == caregiver


def test_who_is_in_a_shift_with_another_patient_comes_after_the_free_ones(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.shift(1, 8, 17, "Ababa")
    day.shift(0, 8, 17, "Chaltu")
    open_day(page, day)
    bar(page, visit).click()
    options = page.locator(".side [name=staff_id] option").filter(has_text="Tadesse")

    expect(options.filter(has_text="Ababa")).to_contain_text("in a shift 08:00–17:00")
    expect(options.filter(has_text="Chaltu")).to_contain_text("free")
    expect(options.last).to_contain_text("Ababa")


def test_the_best_who_is_free_is_assigned_in_two_clicks(page: Page, day: RosterDay) -> None:
    """Ababa is busy then, so she is not offered; Bayush came to the patient before, so she is the first."""
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")
    came = day.visit(0, 12, "Bayush")
    day.run("UPDATE visit_services SET status = 'Completed', scheduled_at = scheduled_at - interval '20 days' "
            "WHERE id = :id", id=came)  # fmt: skip
    open_day(page, day)

    bar(page, visit).click()
    offered = page.get_by_role("button", name=re.compile("[0-9]+ of 100$"))
    expect(offered.first).to_have_accessible_name(re.compile("^Bayush Tadesse · Nurse *[0-9]+ of 100$"))
    expect(page.locator(".suggestions")).not_to_contain_text("Ababa")
    offered.first.click()

    told(page, "Bayush")
    expect(page.locator(".side")).to_be_hidden()
    assert day.row(visit)[0] == "Bayush"
    day.run("DELETE FROM visit_services WHERE id = :id", id=came)


def test_a_shift_is_given_to_who_fits_in_two_clicks(page: Page, day: RosterDay) -> None:
    day.shift(0, 8, 16, "Ababa")
    day.shift(1, 10, 12, "Bayush")
    open_day(page, day)

    row(page, day, "Ababa").locator(".shift").click()
    expect(page.locator(".suggestions")).not_to_contain_text("Bayush")
    page.get_by_role("button", name=re.compile("^Chaltu Tadesse · Nurse *[0-9]+ of 100$")).click()

    told(page, "shift 08:00 to 16:00, Chaltu Tadesse")
    expect(row(page, day, "Chaltu").locator(".shift")).to_have_count(1)
    expect(row(page, day, "Ababa").locator(".shift")).to_have_count(0)


def test_a_shift_is_carried_and_its_ends_are_pulled(page: Page, day: RosterDay) -> None:
    day.shift(0, 8, 12, "Ababa")
    open_day(page, day)
    shift = page.locator(".shift")
    drag(page, shift, row(page, day, "Chaltu"), dx=72)
    told(page, "shift 09:00 to 13:00, Chaltu Tadesse")
    for edge, dx, words in (("left", -72, "08:00 to 13:00"), ("right", 144, "08:00 to 15:00")):
        box = shift.bounding_box()
        assert box
        x, y = box["x"] + (3 if edge == "left" else box["width"] - 3), box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + dx, y, steps=4)
        page.mouse.up()
        told(page, f"shift {words}, Chaltu Tadesse")


def test_keys_alone_move_and_lengthen_a_shift(page: Page, day: RosterDay) -> None:
    day.shift(0, 8, 12, "Ababa")
    open_day(page, day)
    page.locator(".shift").focus()
    for key in ("Space", "ArrowRight", "+", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    expect(row(page, day, "Ababa").locator(".shift")).to_be_focused()
    for key in ("Space", "ArrowRight", "+", "ArrowDown", "Space"):
        page.keyboard.press(key)

    told(page, "shift 08:15 to 12:30, Bayush Tadesse")
    expect(row(page, day, "Bayush").locator(".shift")).to_be_focused()


def test_keys_alone_assign_move_lengthen_and_unassign(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    page.locator("[role=grid] [tabindex='0']").focus()
    expect(bar(page, visit)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#told")).to_contain_text("Picked up")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#told")).to_contain_text("Ababa Tadesse, 09:00")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("+")
    expect(page.locator("#told")).to_contain_text("Bayush Tadesse, 09:20, 75 minutes")
    assert day.row(visit) == (None, "09:00", 60, "Scheduled")

    page.keyboard.press("Space")
    told(page, "Bayush")
    expect(bar(page, visit)).to_be_focused()
    assert day.row(visit)[:3] == ("Bayush", "09:20", 75)
    page.keyboard.press("u")
    told(page, "nobody yet")
    assert day.row(visit)[0] is None


def test_the_roster_tells_its_own_keys(page: Page, day: RosterDay) -> None:
    open_day(page, day)
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(listed.locator("dt").filter(has_text="Space")).to_have_count(1)
    expect(listed).to_contain_text("Unassign the visit")
    expect(listed).not_to_contain_text("Select the row")
    assert violations(page) == []

    page.goto("/admin/visit_services/")
    page.keyboard.press("?")
    expect(listed).to_be_visible()
    expect(listed).not_to_contain_text("Unassign the visit")


def test_the_panel_says_the_time_and_leads_to_the_history(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 12.75, "Ababa")
    open_day(page, day)
    bar(page, visit).click()
    expect(page.locator(".side .about")).to_contain_text("12:45–13:45")
    page.locator(".side").get_by_role("link", name="History").click()

    page.wait_for_url(f"**/admin/visit_services/history/?id={visit}")
    expect(page.locator("main")).to_contain_text(day.patients[0].full_name)


def test_bars_end_whole_letters_and_the_strip_whole_rows(page: Page, day: RosterDay) -> None:
    short = day.visit(0, 9, "Ababa")
    for hour in range(60):
        day.visit(hour % 8, 6 + hour % 12)
    open_day(page, day)
    words = bar(page, short).locator(".words")
    assert words.evaluate("e => e.scrollWidth > e.clientWidth && getComputedStyle(e).textOverflow") == "ellipsis"
    cut = page.locator(".strip").evaluate(
        """strip => {
            const { bottom } = strip.getBoundingClientRect();
            const boxes = [...strip.querySelectorAll(".bar")].map((bar) => bar.getBoundingClientRect());
            const cut = boxes.filter((box) => box.top < bottom - 1 && box.bottom > bottom);
            return [cut.length, boxes.some((box) => box.top >= bottom - 1)];
        }"""
    )
    assert cut == [0, True]


def test_escape_puts_a_picked_up_visit_back(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    bar(page, visit).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(row(page, day, "Bayush").locator(".bar")).to_have_count(1)
    page.keyboard.press("Escape")

    expect(row(page, day, "Ababa").locator(".bar")).to_have_count(1)
    expect(bar(page, visit)).to_be_focused()
    assert day.row(visit)[0] == "Ababa"


def test_arrows_walk_from_bar_to_bar_and_row_to_row(page: Page, day: RosterDay) -> None:
    card, first = day.visit(0, 9), day.visit(1, 8, "Ababa")
    second, below = day.visit(2, 14, "Ababa"), day.visit(3, 13, "Bayush")
    open_day(page, day)
    bar(page, card).focus()
    for key, wanted in (("ArrowDown", first), ("ArrowRight", second), ("ArrowDown", below), ("ArrowUp", second),
                        ("ArrowLeft", first), ("ArrowUp", card)):  # fmt: skip
        page.keyboard.press(key)
        expect(bar(page, wanted)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")

    expect(row(page, day, "Ababa").locator(".name")).to_be_focused()
    assert page.locator("[role=grid] [tabindex='0']").count() == 1


def test_arrows_meet_first_what_began_the_day_before(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    day.shift(1, -2, 6, "Ababa")
    open_day(page, day)
    bar(page, visit).focus()
    page.keyboard.press("ArrowLeft")

    expect(page.locator(".shift.bar")).to_be_focused()


def test_a_block_is_read_and_the_visit_goes_back(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")
    open_day(page, day)

    drag(page, bar(page, visit), row(page, day, "Ababa"))
    dialog = page.get_by_role("dialog", name="This cannot be booked")
    expect(dialog).to_contain_text("Ababa Tadesse already has a visit")
    expect(dialog.get_by_role("button", name="Save it anyway")).to_be_hidden()
    assert violations(page) == []
    dialog.get_by_role("button", name="Leave it as it was").click()

    expect(page.locator(".strip .bar")).to_have_count(1)
    assert day.row(visit)[0] is None


@pytest.mark.parametrize("goes", [True, False])
def test_a_warning_is_answered_in_the_dialog(page: Page, day: RosterDay, goes: bool) -> None:
    visit = day.visit(0, 9)
    day.visit(0, 9, "Ababa")
    open_day(page, day)

    drag(page, bar(page, visit), row(page, day, "Bayush"))
    dialog = page.get_by_role("dialog", name="Is this correct?")
    expect(dialog.locator(".warns")).not_to_have_count(0)
    dialog.get_by_role("button", name="Save it anyway" if goes else "Leave it as it was").click()

    expect(page.locator(".strip .bar")).to_have_count(0 if goes else 1)
    if goes:
        told(page, "Bayush")
    assert day.row(visit)[0] == ("Bayush" if goes else None)


def test_what_is_asked_about_is_not_counted_as_missed_yet(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    bar(page, visit).click()
    page.locator(".side [name=day]").fill(day.scalar(f"SELECT to_char({DAY} - 8, 'YYYY-MM-DD')"))
    page.get_by_role("button", name="Save", exact=True).click()

    dialog = page.get_by_role("dialog", name="Is this correct?")
    expect(dialog).to_be_visible()
    expect(page.locator("#counts")).not_to_contain_text("missed")
    dialog.get_by_role("button", name="Leave it as it was").click()
    expect(page.locator("#told")).to_have_text("It stays as it was.")
    expect(row(page, day, "Ababa").locator(".bar")).to_have_count(1)


@pytest.mark.parametrize("way", ["button", "Control+z"])
def test_a_move_is_taken_back(page: Page, day: RosterDay, way: str) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    drag(page, bar(page, visit), row(page, day, "Chaltu"), dx=144)
    told(page, "11:00 to 12:00, Chaltu")
    assert day.row(visit)[:2] == ("Chaltu", "11:00")

    if way == "button":
        page.get_by_role("button", name="Undo").click()
    else:
        page.keyboard.press(way)

    told(page, "It is as before.")
    expect(row(page, day, "Ababa").locator(".bar")).to_have_count(1)
    assert day.row(visit)[:2] == ("Ababa", "09:00")


def test_each_change_is_taken_back_in_turn_and_may_be_made_again_at_once(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    page.route("**/refresh.json*", lambda route: route.fulfill(status=200, body="later"))
    for name in ("Chaltu", "Bayush"):
        drag(page, bar(page, visit), row(page, day, name))
        told(page, f"{name} Tadesse")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(row(page, day, "Ababa").locator(".bar")).to_have_count(1)
    told(page, "It is as before.")
    assert day.row(visit)[0] == "Ababa"
    page.keyboard.press("Control+z")
    told(page, "Nothing that was done on this page is left to undo.")

    drag(page, bar(page, visit), row(page, day, "Chaltu"))

    told(page, "Chaltu Tadesse")
    assert day.row(visit)[0] == "Chaltu"


def test_what_somebody_else_changed_is_rolled_back_with_a_message(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    day.run("UPDATE visit_services SET staff_id = :id WHERE id = :visit", id=day.nurses["Chaltu"], visit=visit)

    drag(page, bar(page, visit), row(page, day, "Ababa"))

    told(page, "Somebody changed this meanwhile. Chaltu Tadesse has it now.")
    expect(row(page, day, "Chaltu").locator(".bar")).to_have_count(1)
    assert day.row(visit)[0] == "Chaltu"


def test_a_visit_of_two_carers_is_made_in_place(page: Page, day: RosterDay) -> None:
    open_day(page, day)
    patient = day.patients[4].full_name
    row(page, day, "Bayush").locator(".name").focus()
    page.keyboard.press("n")
    box = page.get_by_role("combobox", name="Patient")
    box.fill(patient)
    page.get_by_role("option", name=patient).first.click()
    expect(page.locator(".side [name=staff_id]")).to_have_value(str(day.nurses["Bayush"]))
    page.get_by_label("Time").first.fill("13:15")
    page.get_by_label("Minutes").fill("45")
    page.get_by_label("Two carers").check()
    page.get_by_role("button", name="Create").click()

    told(page, "13:15")
    expect(row(page, day, "Bayush").locator(".bar")).to_have_count(1)
    expect(page.locator(".strip .bar")).to_have_count(1)
    pairs = day.scalar("SELECT count(*) FROM dashboard.visit_plans WHERE pair_id IS NOT NULL AND minutes = 45")
    assert pairs == 2


def test_a_shift_is_made_where_the_lane_is_double_clicked(page: Page, day: RosterDay) -> None:
    open_day(page, day)
    lane = row(page, day, "Chaltu").locator(".lane").bounding_box()
    view = page.locator("#roster").bounding_box()
    assert lane
    assert view
    patient = day.patients[5].full_name
    page.mouse.dblclick(view["x"] + 400, lane["y"] + 20)
    page.get_by_role("radio", name="Shift").check()
    expect(page.locator(".side [name=staff_id]")).to_have_value(str(day.nurses["Chaltu"]))
    box = page.get_by_role("combobox", name="Patient")
    box.fill(patient)
    page.get_by_role("option", name=patient).first.click()
    page.get_by_role("button", name=re.compile("^Bayush Tadesse · Nurse *[0-9]+ of 100$")).click()
    expect(page.locator(".side [name=staff_id]")).to_have_value(str(day.nurses["Bayush"]))
    page.locator(".side [name=staff_id]").select_option(str(day.nurses["Chaltu"]))
    page.get_by_role("button", name="Create").click()

    told(page, "shift")
    expect(row(page, day, "Chaltu").locator(".shift")).to_have_count(1)
    page.keyboard.press("Control+z")
    told(page, "It is as before.")
    expect(row(page, day, "Chaltu").locator(".shift")).to_have_count(0)


def test_a_visit_is_cancelled_with_a_reason(page: Page, day: RosterDay) -> None:
    day.run("INSERT INTO dashboard.listed_words (list, word) VALUES ('ending', 'Patient away') ON CONFLICT DO NOTHING")
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    bar(page, visit).click()
    page.get_by_text("Cancel this visit").click()
    page.get_by_label("Why").select_option("Patient away")
    page.get_by_role("button", name="Cancel the visit").click()

    told(page, "cancelled")
    expect(bar(page, visit)).to_have_count(0)
    assert day.row(visit)[3] == "Cancelled"
    reason = day.scalar("SELECT ending_reason FROM dashboard.visit_plans WHERE visit_id = :id", id=visit)
    assert reason == "Patient away"


def test_a_refresh_shows_what_others_did_and_keeps_the_focus(page: Page, day: RosterDay) -> None:
    stays, goes = day.visit(0, 9, "Ababa"), day.visit(1, 11, "Ababa")
    open_day(page, day)
    bar(page, stays).focus()
    day.run("UPDATE visit_services SET staff_id = :id WHERE id = :visit", id=day.nurses["Chaltu"], visit=goes)
    refresh(page)

    expect(row(page, day, "Chaltu").locator(".bar")).to_have_count(1)
    expect(bar(page, stays)).to_be_focused()


def test_a_refresh_waits_while_a_visit_is_carried(page: Page, day: RosterDay) -> None:
    visit, other = day.visit(0, 9, "Ababa"), day.visit(1, 11, "Ababa")
    open_day(page, day)
    drag(page, bar(page, visit), row(page, day, "Bayush"), drops=False)
    day.run("UPDATE visit_services SET staff_id = :id WHERE id = :visit", id=day.nurses["Chaltu"], visit=other)
    refresh(page)
    page.wait_for_timeout(600)
    expect(page.locator(".ghost")).to_be_visible()
    expect(row(page, day, "Chaltu").locator(".bar")).to_have_count(0)
    page.mouse.up()

    expect(row(page, day, "Chaltu").locator(".bar")).to_have_count(1)
    assert day.row(visit)[0] == "Bayush"


def test_a_cut_network_is_said_and_forgotten_when_it_is_back(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day)
    page.route("**/refresh.json*", lambda route: route.fulfill(status=200, body="<p>Sign in to the café</p>"))
    refresh(page)
    expect(page.locator("#stale")).to_contain_text("No connection since")
    expect(bar(page, visit)).to_be_visible()
    page.unroute("**/refresh.json*")
    refresh(page)

    expect(page.locator("#stale")).to_be_empty()


def test_a_save_without_a_network_is_put_back(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('gone')); }")

    drag(page, bar(page, visit), row(page, day, "Bayush"))

    told(page, "No connection. Nothing was saved")
    expect(page.locator(".strip .bar")).to_have_count(1)
    assert day.row(visit)[0] is None


@in_looks()
def test_the_page_is_clean_and_fits(page: Page, day: RosterDay, width: int, look: Any) -> None:
    for number, hour in enumerate((8, 9, 10)):
        day.visit(number, hour, ("Ababa", None, "Bayush")[number])
    page.emulate_media(color_scheme=look)
    open_day(page, day, width=width)
    for words in (f"?day={day.day}", "?all=1", "?view=week", f"?day={day.day}&rows=patients&role__eq=Nurse"):
        page.goto(f"{ROSTER}{words}")
        assert violations(page) == [], words
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), words
    page.goto(f"{ROSTER}?day={day.day}")
    page.locator(".bar").first.click()
    assert violations(page) == []


def test_a_visit_is_assigned_on_a_phone(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day, width=375)
    bar(page, visit).click()
    page.locator(".side [name=staff_id]").select_option(str(day.nurses["Bayush"]))
    page.get_by_role("button", name="Save", exact=True).click()

    told(page, "Bayush")
    expect(row(page, day, "Bayush").locator(".bar")).to_contain_text("09:00")
    assert day.row(visit)[0] == "Bayush"


def test_patients_are_rows_the_other_way_round(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    open_day(page, day, "&rows=patients")
    patient = page.locator(f'[data-row="p{day.patients[0].id}"]')
    expect(patient.locator(".bar")).to_contain_text("Ababa")
    drag(page, bar(page, visit), patient, dx=36)

    told(page, "09:30 to 10:30, Ababa")
    assert day.row(visit)[:2] == ("Ababa", "09:30")


def test_it_prints_on_one_page(page: Page, day: RosterDay) -> None:
    for hour in range(6, 20):
        day.visit(hour % 8, hour, "Ababa", 30)
    open_day(page, day)

    paper = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1


def test_paper_has_the_hours_that_are_used_and_each_time(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa", 45)
    day.visit(1, 16.5, "Ababa", 60)
    open_day(page, day)
    page.set_viewport_size({"width": 1555, "height": 1060})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    mine, lane = bar(page, visit).bounding_box(), row(page, day, "Ababa").locator(".lane").bounding_box()
    assert mine
    assert lane
    # Of nine hours the visit has three quarters of the first.
    assert (mine["x"] - lane["x"], mine["width"] * 12) == pytest.approx((0, lane["width"]), abs=6)
    told_there = "getComputedStyle(document.querySelector('.bar.short > .words'), '::after').content"
    assert page.evaluate(told_there).startswith('"09:00 ')


def test_paper_has_who_nobody_has_and_what_goes_on_over_midnight(page: Page, day: RosterDay) -> None:
    for number in range(24):
        day.visit(number % 8, 8 + number / 4)
    day.visit(0, -2, "Ababa", 240)
    day.visit(1, 9, "Ababa")
    open_day(page, day, width=1500)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    strip, last = page.locator(".strip").bounding_box(), page.locator(".strip .bar").last.bounding_box()
    assert strip
    assert last
    assert last["y"] + last["height"] <= strip["y"] + strip["height"]
    lane, early = row(page, day, "Ababa").locator(".lane").bounding_box(), page.locator(".early").bounding_box()
    assert lane
    assert early
    assert early["x"] + 1 >= lane["x"]
    assert early["width"] > 0


def test_a_shift_that_is_partly_scrolled_out_says_whose_it_is(page: Page, day: RosterDay) -> None:
    day.shift(0, 2, 20, "Ababa")
    open_day(page, day)
    page.evaluate("document.querySelector('#roster').scrollLeft = 900")

    words, name = (
        page.locator(".shift > .words").bounding_box(),
        page.locator(".row-of-day > .name").first.bounding_box(),
    )
    assert words
    assert name
    assert words["x"] >= name["x"] + name["width"]


def test_a_week_is_read_anew_and_leads_to_something_new(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa", 540)
    open_day(page, day)
    page.get_by_role("link", name="Week").click()
    mine = page.get_by_role("row", name="Ababa Tadesse")
    expect(mine.locator("em")).to_have_text("9 h")
    day.run("UPDATE dashboard.visit_plans SET minutes = 60 WHERE visit_id = :id", id=visit)
    day.run("UPDATE dashboard.sessions SET last_used_at = last_used_at - interval '5 min'")
    last_use = "SELECT max(last_used_at) FROM dashboard.sessions"
    used = day.scalar(last_use)
    # The week's script comes after the page, so it is asked until it listens.
    page.wait_for_function(
        "words => document.dispatchEvent(new Event('visibilitychange')) && [...document.querySelectorAll('.week tr')]"
        ".some(row => row.textContent.startsWith('Ababa') && row.textContent.includes(words))",
        arg="1 h · 1",
        polling=500,
    )

    expect(mine).to_contain_text("1 h · 1")
    expect(mine.locator("em")).to_have_count(0)
    assert day.scalar(last_use) == used
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator(".side")).to_contain_text("Patient")
    assert page.url.endswith(f"?day={day.day}#new")


def test_no_cell_of_a_week_is_cut_on_a_phone(page: Page, day: RosterDay) -> None:
    day.visit(0, 9, "Ababa", 795)
    day.visit(0, 10, "Ababa", 60)
    open_day(page, day)
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{ROSTER}?view=week&day={day.day}")

    cut = (
        "[...document.querySelectorAll('.week td a > span')].filter((one) => one.scrollWidth > one.clientWidth).length"
    )
    expect(page.get_by_role("row", name="Ababa Tadesse").locator("em")).to_have_text("13.25 h")
    assert page.evaluate(cut) == 0
    assert fits(page)


def test_a_view_is_saved_and_opens_by_itself(page: Page, day: RosterDay) -> None:
    open_day(page, day, "&role__eq=Nurse&rows=patients")
    page.goto(f"{ROSTER}?role__eq=Nurse")
    page.locator(".views summary").first.click()
    page.get_by_label("Save this page as a view").fill("Nurses")
    page.get_by_label("Make it my default").check()
    page.get_by_role("button", name="Save view").click()
    page.wait_for_url("**role__eq=Nurse**")
    page.goto(ROSTER)

    page.wait_for_url("**role__eq=Nurse**")
    expect(page.locator(".chips")).to_contain_text("Role: Nurse")
    page.goto(f"{ROSTER}?all=1")
    expect(page.locator(".chips")).to_have_count(0)
    day.run("DELETE FROM dashboard.saved_views WHERE path = :path", path=ROSTER)
