"""The pages beside the roster: suggestions, somebody absent, whom to call; and an absence in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    FAR,
    HANA,
    MONDAY,
    TERMINATED,
    at,
    empty,
    fill,
    inserted,
    rows,
    version,
    visit,
)
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from homecare import clock
from homecare.kinds.say import day

ABSENT, CALLS = "/admin/assign/absent/", "/admin/assign/calls/"
CHANGE = f"{ABSENT}change/"
SUGGESTIONS = "/admin/assign/suggestions.json"
DAY = f"{clock.to_addis(MONDAY):%Y-%m-%d}"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def filled(owner_engine: Engine) -> Engine:
    with owner_engine.begin() as connection:
        # The demo company has patients of these numbers.
        connection.execute(
            text("DELETE FROM patients WHERE id IN (:one, :other, :far)"), {"one": HANA, "other": DAWIT, "far": FAR}
        )
    fill(owner_engine)
    return owner_engine


@pytest.fixture
def booked(filled: Engine) -> tuple[int, int]:
    """Almaz goes to Hana at 09:00 and to Dawit at 11:00."""
    empty(filled)
    return visit(filled, staff_id=ALMAZ), visit(filled, staff_id=ALMAZ, patient_id=DAWIT, scheduled_at=at(11))


def sent(answer: Any, **changed: str) -> dict[str, Any]:
    """The fields of the page's second form with the covers as proposed."""
    page = answer.get_data(as_text=True)
    kept = re.findall(r'name="(row)" value="([^"]+)"', page)
    fields: dict[str, Any] = {"row": [value for _, value in kept]}
    for value in fields["row"]:
        fields[f"to-{value.split(':')[0]}"] = ""
    return fields | changed


def absence(**changed: str) -> dict[str, str]:
    return {"staff_id": str(ALMAZ), "from": f"{DAY}T00:00", "to": f"{DAY}T23:59", "kind": "Sick"} | changed


@pytest.fixture
def coordinator(company: Company) -> Walker:
    return company.as_("Coordinator")


def test_the_panel_reads_suggestions(coordinator: Walker, booked: tuple[int, int]) -> None:
    found = coordinator.get(SUGGESTIONS, visit=booked[0]).json["suggestions"]
    new = coordinator.get(SUGGESTIONS, patient_id=HANA, start=f"{DAY}T09:00+03:00", minutes=60).json["suggestions"]

    assert {*found[0]} == {"staff_id", "name", "score", "parts", "against", "free"}
    assert {*found[0]["parts"]} == {"continuity", "proximity", "day", "week", "sub_city"}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert len(found) == len(new) == 8


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"visit": "x"}, 400),
        ({"visit": "999999"}, 404),
        ({"shift": "999999"}, 404),
        ({"patient_id": "1", "start": "soon"}, 400),
        ({"patient_id": "1", "start": "2026-03-09T09:00Z", "minutes": "2"}, 400),
        ({}, 400),
    ],
)
def test_what_is_not_understood_is_said(coordinator: Walker, words: dict[str, str], status: int) -> None:
    assert coordinator.get(SUGGESTIONS, **words).status_code == status


def test_the_form_of_a_visit_offers_the_best_first(company: Company, booked: tuple[int, int]) -> None:
    coordinator, lookup = company.as_("Coordinator"), "/admin/visit_services/ajax/lookup/"
    form = coordinator.get("/admin/visit_services/edit/", id=booked[0]).text
    found = coordinator.get(lookup, name="staff_id", row=booked[0], query="").json
    best = coordinator.get(SUGGESTIONS, visit=booked[0]).json["suggestions"]

    assert f"{lookup}?name=staff_id&amp;row={booked[0]}" in form
    assert [one[0] for one in found[:8]] == [one["staff_id"] for one in best]
    assert found[0][1].endswith(f"{best[0]['score']:.0f} of 100")
    assert "of 100" not in coordinator.get(lookup, name="staff_id", row=booked[0], query="Almaz").text
    assert "of 100" not in company.as_("Nurse").get(lookup, name="staff_id", row=booked[0], query="").text


@pytest.mark.parametrize("role", ["Nurse", "Marketing", "Finance"])
@pytest.mark.parametrize("path", [ABSENT, CHANGE, CALLS, SUGGESTIONS])
def test_who_does_not_plan_everybodys_work_is_refused(company: Company, role: str, path: str) -> None:
    walker = company.as_(role)

    assert walker.get(path).status_code == 403
    assert walker.post(f"{path}told/" if path == CALLS else path).status_code in (403, 405)
    assert company.scalar("SELECT count(*) FROM dashboard.absences") == 0


def test_an_absence_is_previewed_and_applied(coordinator: Walker, booked: tuple[int, int], filled: Engine) -> None:
    preview = coordinator.get(ABSENT, **absence())
    assert preview.text.count("data-row=") == 2
    form = absence() | sent(preview, **{f"to-visit_services-{booked[0]}": str(BEKELE)})
    applied = coordinator.post(ABSENT, form)

    assert applied.status_code == 302
    found = rows(filled, "SELECT staff_id FROM visit_services ORDER BY scheduled_at")
    assert [row.staff_id for row in found] == [BEKELE, None]
    calls = coordinator.get(CALLS).text
    assert "Dawit Worku" in calls
    assert f'href="/admin/assign/?day={DAY}#visit-{booked[1]}"' in calls
    assert "The visit has no carer" in calls


def test_a_conflict_is_told_and_nothing_typed_is_lost(
    coordinator: Walker, booked: tuple[int, int], filled: Engine
) -> None:
    visit(filled, staff_id=BEKELE, patient_id=DAWIT)
    form = absence(note="Fever") | sent(coordinator.get(ABSENT, **absence()))
    answer = coordinator.post(ABSENT, form | {f"to-visit_services-{booked[0]}": str(BEKELE)})

    assert answer.status_code == 409
    assert "Bekele Alemu already has a visit with Dawit Worku" in answer.text
    assert 'value="Fever"' in answer.text
    assert rows(filled, "SELECT count(*) FROM dashboard.absences")[0][0] == 0


def test_nobody_is_recorded_as_read_who_is_not_named(
    coordinator: Walker, booked: tuple[int, int], filled: Engine, company: Company
) -> None:
    inserted(filled, "dashboard.patient_wishes", patient_id=HANA, kind="rather", staff_id=BEKELE)
    visit(filled, staff_id=BEKELE, patient_id=FAR)
    company.run("TRUNCATE dashboard.reads")
    found = coordinator.get(SUGGESTIONS, visit=booked[0])
    read = "SELECT count(*) FROM dashboard.reads WHERE resource = 'patients' AND :far = ANY(ids)"
    assert BEKELE not in {one["staff_id"] for one in found.json["suggestions"]}
    assert company.scalar(read, far=FAR) == 0

    company.run("INSERT INTO dashboard.booking_checks VALUES ('overlap', 'warn')")
    found = coordinator.get(SUGGESTIONS, visit=booked[0])
    assert BEKELE in {one["staff_id"] for one in found.json["suggestions"]}
    assert company.scalar(read, far=FAR) == 1


def offered(page: str) -> list[tuple[int, str]]:
    """Who is offered for the one row, in order, with what stands beside the name; the one chosen comes first."""
    select = page[page.index('<select class="form-select" id="to-visit_services') :]
    found = re.findall(r'<option value="(\d+)"( selected)?>([^<]*)</option>', select[: select.index("</select>")])
    assert [bool(chosen) for _, chosen, _ in found] == [True, *[False] * (len(found) - 1)]
    return [(int(staff_id), label) for staff_id, _, label in found]


def test_an_absence_offers_first_whom_nothing_speaks_against(
    coordinator: Walker, booked: tuple[int, int], filled: Engine, company: Company
) -> None:
    """The one whom the patient asked for has the best score, but a visit then. Nobody else's patient is named."""
    company.run("DELETE FROM visit_services WHERE id = :id", id=booked[1])
    company.run("INSERT INTO dashboard.booking_checks VALUES ('overlap', 'warn')")
    inserted(filled, "dashboard.patient_wishes", patient_id=HANA, kind="rather", staff_id=BEKELE)
    visit(filled, staff_id=BEKELE, patient_id=FAR)
    far = company.scalar("SELECT full_name FROM patients WHERE id = :far", far=FAR)
    read = "SELECT count(*) FROM dashboard.reads WHERE resource = 'patients' AND :far = ANY(ids)"
    company.run("TRUNCATE dashboard.reads")

    preview = coordinator.get(ABSENT, **absence())

    found = offered(preview.text)
    warned = [label.count(" · ") == 3 for _, label in found]
    scores = [int(label.split(" · ")[2]) for _, label in found]
    assert found[warned.index(True)][1].startswith("Bekele Alemu · Nurse · ")
    free = warned.index(True)
    assert warned == [False] * free + [True] * (len(found) - free)
    assert free >= 4
    assert scores[:free] == sorted(scores[:free], reverse=True)
    assert max(scores) == scores[free]
    assert found[free][0] == BEKELE
    assert "busy then" in found[free][1]
    assert ALMAZ not in dict(found)
    assert (far in preview.text, company.scalar(read, far=FAR)) == (False, 0)

    sent_to = absence() | sent(preview, **{f"to-visit_services-{booked[0]}": str(BEKELE)})
    refused = coordinator.post(ABSENT, sent_to)
    assert (refused.status_code, far in refused.text, company.scalar(read, far=FAR)) == (409, True, 1)


def test_a_task_of_somebody_absent_is_called_by_its_remark_and_day(
    coordinator: Walker, booked: tuple[int, int], filled: Engine, company: Company
) -> None:
    task = inserted(filled, "admin_task_tracking", staff_id=ALMAZ, assigned_date=at(9), remarks="Call the pharmacy")

    page = coordinator.get(ABSENT, **absence()).text

    company.run("DELETE FROM admin_task_tracking WHERE id = :id", id=task)
    assert f">Call the pharmacy</a> · due {day(clock.to_addis(MONDAY))}</span>" in page


def test_a_row_for_the_absent_person_or_a_former_one_is_refused_there(
    coordinator: Walker, booked: tuple[int, int], filled: Engine
) -> None:
    form = absence() | sent(coordinator.get(ABSENT, **absence()))
    key = f"visit_services-{booked[0]}"
    for to, sentence in ((ALMAZ, "This person is absent then."), (TERMINATED, "This person is not Active staff.")):
        answer = coordinator.post(ABSENT, form | {f"to-{key}": str(to)})

        assert answer.status_code == 422
        assert f'<p class="error" id="{key}-error">{sentence}' in answer.text
        assert f'aria-describedby="{key}-error"' in answer.text
    assert rows(filled, "SELECT count(*) FROM dashboard.absences")[0][0] == 0


def test_a_plan_that_needs_no_call_is_not_ticked(coordinator: Walker, booked: tuple[int, int], filled: Engine) -> None:
    plan = inserted(filled, "dashboard.visit_plans", visit_id=booked[0], minutes=30)
    told = f"{plan}:{version(filled, 'dashboard.visit_plans', plan)}"

    assert coordinator.post(f"{CALLS}told/", {"told": told}).status_code == 409
    assert rows(filled, "SELECT told_at FROM dashboard.visit_plans")[0][0] is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"staff_id": "x"}, "Choose who is absent."),
        ({"kind": "Bored"}, "Choose the kind of absence."),
        ({"from": "yesterday"}, "Write a day and a time"),
        ({"to": "2020-01-01T10:00"}, "The absence ends after it begins"),
        ({"from": "9999-12-31T00:00"}, "Write a day and a time"),
    ],
)
def test_a_wrong_field_is_named(coordinator: Walker, changed: dict[str, str], sentence: str) -> None:
    for answer in (coordinator.get(ABSENT, **absence(**changed)), coordinator.post(ABSENT, absence(**changed))):
        assert answer.status_code == 422
        assert sentence in answer.text


@pytest.fixture
def recorded(filled: Engine) -> dict[str, str]:
    """Almaz is sick all of the Monday; what its page sends."""
    empty(filled)
    absence_id = inserted(filled, "dashboard.absences", staff_id=ALMAZ, starts_at=at(0), ends_at=at(24), kind="Sick")
    return {"id": str(absence_id), "version": version(filled, "dashboard.absences", absence_id)}


def undone(walker: Walker, engine: Engine) -> None:
    """The last change taken back by the button of its message."""
    token = rows(engine, "SELECT id::text FROM dashboard.change_sets ORDER BY made_at DESC LIMIT 1")[0][0]
    assert walker.post("/admin/visit_services/undo/", {"token": token, "url": ABSENT}).status_code == 302


def test_an_absence_is_listed_and_changed_and_put_back(
    coordinator: Walker, recorded: dict[str, str], filled: Engine
) -> None:
    for words in ({}, {"staff_id": str(ALMAZ)}):
        assert f'data-absence="{recorded["id"]}"' in coordinator.get(ABSENT, **words).text
    assert "data-absence" not in coordinator.get(ABSENT, staff_id=BEKELE).text
    assert f'value="{DAY}T23:59"' in coordinator.get(CHANGE, id=recorded["id"]).text
    kept = "SELECT starts_at, ends_at, kind, note FROM dashboard.absences"
    before = rows(filled, kept)
    sent = recorded | {"from": f"{DAY}T08:00", "to": f"{DAY}T12:00", "kind": "Annual leave", "note": "Half a day"}

    assert coordinator.post(CHANGE, sent).status_code == 302
    assert rows(filled, kept) == [(at(8), at(12), "Annual leave", "Half a day")]
    assert coordinator.post(CHANGE, sent).status_code == 409
    undone(coordinator, filled)
    assert rows(filled, kept) == before


def test_an_absence_is_removed_and_put_back(coordinator: Walker, recorded: dict[str, str], filled: Engine) -> None:
    count = "SELECT count(*) FROM dashboard.absences"

    assert coordinator.post(f"{CHANGE}remove/", recorded).status_code == 302
    assert rows(filled, count)[0][0] == 0
    assert coordinator.post(f"{CHANGE}remove/", recorded).status_code == 404
    undone(coordinator, filled)
    assert rows(filled, count)[0][0] == 1


def test_who_is_absent_already_is_led_to_that_absence(coordinator: Walker, recorded: dict[str, str]) -> None:
    answer = coordinator.post(ABSENT, absence())

    assert answer.status_code == 422
    assert f'Change that absence instead. <a href="{CHANGE}?id={recorded["id"]}">' in answer.text


@pytest.mark.parametrize(("note", "status"), [("a\x00b", 422), ("x" * 501, 422), ("fine", 302)])
def test_a_note_that_cannot_be_stored_is_refused_at_its_field(
    coordinator: Walker, recorded: dict[str, str], note: str, status: int
) -> None:
    wrong = 'id="note-error"'
    changed = coordinator.post(CHANGE, recorded | absence(note=note))
    assert (changed.status_code, wrong in changed.text) == (status, status == 422)
    if status == 422:
        new = coordinator.post(ABSENT, absence(note=note, **{"from": f"{DAY}T00:00", "staff_id": str(BEKELE)}))
        assert (new.status_code, wrong in new.text) == (422, True)


@pytest.mark.parametrize("number", ["x", "999999"])
def test_an_absence_that_is_not_there_is_not_found(coordinator: Walker, filled: Engine, number: str) -> None:
    assert coordinator.get(CHANGE, id=number).status_code == 404
    assert coordinator.post(CHANGE, absence(id=number)).status_code == 404


@pytest.mark.parametrize("row", ["x", "visit_services-1", "visit_services-x:1"])
def test_an_unreadable_row_is_refused(coordinator: Walker, filled: Engine, row: str) -> None:
    assert coordinator.post(ABSENT, absence() | {"row": row}).status_code == 400


def test_telling_nobody_or_somebody_told_is_said(coordinator: Walker) -> None:
    answers = [coordinator.post(f"{CALLS}told/", {"told": told}).status_code for told in ("x", "1:2")]

    nothing = coordinator.post(f"{CALLS}told/")
    assert [nothing.status_code, *answers] == [422, 400, 409]
    assert "Nothing is ticked. Tick whom you told first." in nothing.text
    assert "<h1>Whom to call</h1>" in nothing.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 375])
def test_an_absence_by_keyboard_and_back(page: Page, booked: tuple[int, int], filled: Engine, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    let_in(page, "coordinator", DEMO_PASSWORD)
    page.goto(ABSENT)
    page.get_by_label("Who", exact=True).select_option(str(ALMAZ))
    page.get_by_label("From").fill(f"{DAY}T00:00")
    page.get_by_label("Until").fill(f"{DAY}T23:59")
    page.get_by_label("Kind").select_option("Sick")
    page.get_by_label("Note").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(2)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator(f"#to-visit_services-{booked[1]}").select_option(value="")
    page.get_by_role("button", name="Record the absence").press("Enter")

    expect(
        page.get_by_text("Almaz Kebede · Nurse is recorded as absent. Given to others: 1, to nobody: 1.")
    ).to_be_visible()
    carers = "SELECT staff_id FROM visit_services ORDER BY scheduled_at"
    first, second = (row.staff_id for row in rows(filled, carers))
    assert first not in (None, ALMAZ)
    assert second is None
    page.goto(CALLS)
    expect(page.locator("[data-visit]")).to_have_count(1)
    assert violations(page) == []
    page.get_by_label("Told Dawit Worku").check()
    page.get_by_role("button", name="Those ticked were told").press("Enter")
    expect(page.get_by_text("Nobody has to be called.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-visit]")).to_have_count(1)


def test_a_long_absence_says_for_how_many_the_best_was_looked_for(coordinator: Walker, filled: Engine) -> None:
    empty(filled)
    for number in range(42):
        visit(filled, staff_id=ALMAZ, scheduled_at=at(8 + number % 6 * 2, number // 6), minutes=60)

    shown = coordinator.get(ABSENT, **absence(to=f"{clock.to_addis(at(0, 8)):%Y-%m-%d}T23:59")).text

    assert "The best was looked for of the first 40." in shown
    rows_of_work = shown.split("data-row=")[1:]
    assert len(rows_of_work) == 42
    assert [each.count("<option") for each in rows_of_work if each.count("<option") < 2] == []


def test_who_would_stay_for_another_length_is_said_to(coordinator: Walker, booked: tuple[int, int]) -> None:
    shown = coordinator.get(ABSENT, **absence()).text
    said = re.findall(r">[^<>]* · (Caregiver|Doctor|Nurse)([^<>·]*) · [0-9]+", shown)

    lengths = {"Caregiver": ", 4 h instead of 1 h", "Doctor": ", 45 min instead of 1 h", "Nurse": ""}
    assert {role for role, _ in said} > {"Nurse"}
    assert [(role, words) for role, words in said if words != lengths[role]] == []
