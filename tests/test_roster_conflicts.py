"""Each conflict met on the roster: its sentence before anything is saved, and the way out that its level leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from clusters import Database
from playwright.sync_api import Locator, Page, expect
from roster_day import AT, DAY, RosterDay
from roster_hand import bar, drag, open_day, row, told
from sampling import some

from homecare.queries.booked.checks import CHECKS

pytestmark = pytest.mark.browser
WISH = "INSERT INTO dashboard.patient_wishes (patient_id, kind, staff_id) VALUES (:patient, :kind, :staff)"
MINE = ("absences", "working_days")
EARLIER = f"""
    WITH made AS (
        INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status)
        SELECT :patient, :staff, day + interval '6 hours', 'Scheduled'
        FROM generate_series(0, 6) AS n, LATERAL (SELECT date_trunc('week', {DAY}::timestamp) + n * interval '1 day'
            - interval '3 hours' AS day) AS days
        WHERE day + interval '3 hours' <> {DAY} RETURNING id
    ) INSERT INTO dashboard.visit_plans (visit_id, minutes) SELECT id, 480 FROM made
"""


@dataclass(frozen=True)
class Case:
    """What makes the conflict for Ababa's going to the first patient at 09:00, and how its sentence begins."""

    check: str
    make: Callable[[RosterDay], object]
    says: str


def is_now(column: str, word: str) -> Callable[[RosterDay], object]:
    """Ababa, who has a visit in the evening and so a row, is no longer who she was."""

    def make(day: RosterDay) -> None:
        day.visit(1, 18, "Ababa")
        day.run(f"UPDATE staff SET {column} = :word WHERE id = :id", word=word, id=day.nurses["Ababa"])

    return make


def wishes(kind: str, *, her: bool) -> Callable[[RosterDay], object]:
    return lambda day: day.run(
        WISH, patient=day.patients[0].id, kind=kind, staff=day.nurses["Ababa"] if her else None
    )  # fmt: skip


def away(day: RosterDay) -> None:
    day.run("INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind)"
            f" VALUES (:id, {AT}, {AT} + interval '4 hours', 'Sick')", id=day.nurses["Ababa"], hour=8)  # fmt: skip


def works_later(day: RosterDay) -> None:
    day.run("INSERT INTO dashboard.working_days (staff_id, weekday, starts, ends)"
            " SELECT :id, n, '10:00', '18:00' FROM generate_series(1, 7) AS n", id=day.nurses["Ababa"])  # fmt: skip


def far_before(day: RosterDay) -> None:
    """11 km, which take 62 minutes by the assumed travel; there are five."""
    for number, latitude in enumerate((9.0, 9.1)):
        day.run("UPDATE patients SET geolocation = CAST(:place AS geography) WHERE id = :id",
                id=day.patients[number].id, place=f"SRID=4326;POINT(38.75 {latitude})")  # fmt: skip
    day.visit(1, 8, "Ababa", 55)


def full_week(day: RosterDay) -> None:
    day.run(EARLIER, patient=day.patients[1].id, staff=day.nurses["Ababa"])


CASES = (
    Case("overlap", lambda day: day.visit(1, 9.5, "Ababa"), "Ababa Tadesse already has a visit with {other} on"),
    Case("absent", away, "Ababa Tadesse is absent on"),
    Case("inactive", is_now("status", "On Leave"), "Ababa Tadesse is On Leave, not Active."),
    Case("role", is_now("role", "Finance"), "Ababa Tadesse works as Finance, which gives no care."),
    Case("unwanted", wishes("not", her=True), "{first} asked that Ababa Tadesse should not come."),
    Case("gender", wishes("woman", her=False), "{first} asked for a woman, which Ababa Tadesse is not known to be."),
    Case("outside_shift", lambda day: day.shift(0, 12, 16, "Ababa"), "This is outside the shift of Ababa Tadesse on"),
    Case("working_days", works_later, "Ababa Tadesse works on"),
    Case("travel", far_before, "The way from {other} takes Ababa Tadesse 62 min (estimated); there are 5 min for it."),
    Case("patient_twice", lambda day: day.visit(0, 9.5, "Bayush"), "{first} already has a visit on"),
    Case("day_hours", lambda day: day.visit(1, 10, "Ababa", 480), "Ababa Tadesse would have 9 h 00 min on"),
    Case("week_hours", full_week, "Ababa Tadesse would have 49 h 00 min in the week of"),
)


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def day(day: RosterDay) -> Iterator[RosterDay]:
    yield day
    her = {"id": day.nurses["Ababa"]}
    day.run("DELETE FROM visit_services WHERE staff_id = :id", **her)
    day.run("UPDATE staff SET status = 'Active', role = 'Nurse' WHERE id = :id", **her)
    for table in MINE:
        day.run(f"DELETE FROM dashboard.{table} WHERE staff_id = :id", **her)
    day.run("DELETE FROM dashboard.patient_wishes WHERE patient_id = :id", id=day.patients[0].id)
    day.run("DELETE FROM dashboard.booking_checks")
    for patient in day.patients[:2]:
        day.run("UPDATE patients SET geolocation = NULL WHERE id = :id", id=patient.id)


def by_panel(page: Page, day: RosterDay, visit: int, told_before: Callable[[Locator], None]) -> None:
    """The panel says it as soon as she is chosen; who is blocked is not suggested."""
    bar(page, visit).click()
    page.locator(".side [name=staff_id]").select_option(str(day.nurses["Ababa"]))
    told_before(page.locator(".side .clashes"))
    page.get_by_role("button", name="Save", exact=True).click()


def by_drag(page: Page, day: RosterDay, visit: int, _: object = None) -> None:
    drag(page, bar(page, visit), row(page, day, "Ababa"))


def by_keys(page: Page, day: RosterDay, visit: int, _: object = None) -> None:
    bar(page, visit).focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)


def test_every_check_has_a_case() -> None:
    assert [case.check for case in CASES] == [*CHECKS]


@pytest.mark.parametrize(("turn", "case"), [*enumerate(CASES)], ids=[case.check for case in CASES])
def test_a_conflict_is_met_before_the_save(page: Page, day: RosterDay, turn: int, case: Case) -> None:
    """The sample goes each way and has each level with every third case."""
    visit = day.visit(0, 9)
    case.make(day)
    says = case.says.format(first=day.patients[0].full_name, other=day.patients[1].full_name)
    open_day(page, day)
    for way in some((by_panel, by_drag, by_keys), 3, turn):
        way(page, day, visit, lambda found: stands(found, CHECKS[case.check].level, says))
        answered(page, CHECKS[case.check].level, says, goes=False)
        expect(page.locator(".strip .bar")).to_have_count(1)
        assert day.row(visit)[0] is None
    # The same at every other level: IT's word counts from the next save on.
    for level in some(("block", "warn", "off"), 3, turn // 3):
        day.run("INSERT INTO dashboard.booking_checks VALUES (:name, :level) ON CONFLICT (name)"
                " DO UPDATE SET level = :level", name=case.check, level=level)  # fmt: skip
        by_drag(page, day, visit)
        if level != "off":
            answered(page, level, says, goes=level == "warn")
        if level == "block":
            assert day.row(visit)[0] is None
            continue
        told(page, "09:00 to 10:00, Ababa Tadesse")
        assert day.row(visit)[0] == "Ababa"
        page.get_by_role("button", name="Undo").click()
        told(page, "It is as before.")
        expect(page.locator(".strip .bar")).to_have_count(1)


def stands(found: Locator, level: str, says: str) -> None:
    """The sentence, and nothing else, under the word of its level."""
    lines = found.locator("li")
    expect(lines).to_have_count(1)
    expect(lines).to_have_class("blocks" if level == "block" else "warns")
    expect(lines).to_contain_text(("Not possible: " if level == "block" else "Check: ") + says)


def answered(page: Page, level: str, says: str, *, goes: bool) -> None:
    """The dialog says it again; what blocks can only be left."""
    dialog = page.get_by_role("dialog", name="This cannot be booked" if level == "block" else "Is this correct?")
    stands(dialog.locator(".clashes"), level, says)
    anyway = dialog.get_by_role("button", name="Save it anyway")
    expect(anyway).to_be_visible(visible=level != "block")
    (anyway if goes else dialog.get_by_role("button", name="Leave it as it was")).click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_a_suggestion_says_its_warnings_and_leaves_out_who_is_blocked(page: Page, day: RosterDay, case: Case) -> None:
    """The patient wants neither Bayush nor Chaltu: Ababa is left. What stood beside her name is not asked again."""
    visit = day.visit(0, 9)
    case.make(day)
    for name in ("Bayush", "Chaltu"):
        day.run(WISH, patient=day.patients[0].id, kind="not", staff=day.nurses[name])
    says = case.says.format(first=day.patients[0].full_name, other=day.patients[1].full_name)
    open_day(page, day)
    bar(page, visit).click()
    offered = page.get_by_role("button", name="of 100")
    if CHECKS[case.check].level == "block":
        expect(page.locator(".side")).to_contain_text("Nobody can go then.")
        expect(offered).to_have_count(0)
        return
    expect(offered).to_have_count(1)
    expect(page.locator(".suggestions .against")).to_contain_text(says)
    offered.click()

    told(page, "09:00 to 10:00, Ababa Tadesse")
    assert day.row(visit)[0] == "Ababa"
