"""The pages of a series and of copied days: a preview, one button, an undo; refusals in words and nothing lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bookings_made import ALMAZ, BEKELE, DAWIT, HANA, MONDAY, at, empty, fill, rows, visit
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare import calendars, clock

FIRST = clock.to_addis(MONDAY).date()
SERIES, COPY = "/admin/assign/series/", "/admin/assign/copy/"
WORDS: dict[str, Any] = {
    "patient_id": HANA, "staff_id": ALMAZ, "weekday": ["1", "3", "5"], "at": "09:00", "first_day": FIRST.isoformat(),
    "last_day": (FIRST + timedelta(days=11)).isoformat(), "minutes": "60", "purpose": "", "preview": "1",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def company(owner_engine: Engine) -> None:
    fill(owner_engine)


@pytest.fixture
def coordinator(as_role: Callable[..., Visitor], owner_engine: Engine) -> Visitor:
    empty(owner_engine)
    return as_role("Coordinator")


def preview(visitor: Visitor, url: str, words: dict[str, Any]) -> str:
    answer = visitor.get(url, query_string=words)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


def sent(page: str) -> dict[str, Any]:
    """What the button of the preview sends, with its box ticked."""
    form = page[page.index('class="draft-foot"') :]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def button(page: str) -> str:
    found = re.search(r'<button class="btn btn-primary" type="submit">([^<]+)</button>', page)
    assert found
    return found[1]


def stored(engine: Engine) -> list[Any]:
    return [*rows(engine, "SELECT id, staff_id, scheduled_at, status FROM visit_services ORDER BY scheduled_at")]


def test_the_preview_shows_every_visit_in_both_calendars_and_the_button_makes_them(
    coordinator: Visitor, owner_engine: Engine
) -> None:
    page = preview(coordinator, SERIES, WORDS)

    assert button(page) == "Make 6 visits"
    assert page.count("<tr class=") == 6
    assert calendars.ethiopian_words(FIRST) in page
    assert stored(owner_engine) == []
    answer = coordinator.send(SERIES, sent(page), form_at=SERIES)
    assert answer.status_code == 302
    found = stored(owner_engine)
    assert [row.scheduled_at for row in found][:3] == [at(9), at(9, 2), at(9, 4)]
    assert answer.location.endswith(f"{SERIES}?visit_id={found[0].id}")
    after = coordinator.get(answer.location).get_data(as_text=True)
    assert ("6 visits made: Mon, Wed, Fri at 09:00 until" in after, "data-undo" in after) == (True, True)
    assert after.count("Pending") == 6


def test_a_blocked_one_is_said_beside_its_day_and_counted_out(coordinator: Visitor, owner_engine: Engine) -> None:
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ, scheduled_at=at(9, 2))

    page = preview(coordinator, SERIES, WORDS)
    unassigned = preview(coordinator, SERIES, WORDS | {"blocked": "unassigned"})

    assert (button(page), button(unassigned)) == ("Make 5 visits", "Make 6 visits")
    assert "Almaz Kebede already has a visit with Dawit Worku" in page
    assert "1 of them without a carer" in unassigned


def test_warnings_have_to_be_confirmed_and_nothing_typed_is_lost(coordinator: Visitor, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=BEKELE)
    given = sent(preview(coordinator, SERIES, WORDS))
    ticked = given.pop("answered")

    refused = coordinator.send(SERIES, given, form_at=SERIES)
    assert (refused.status_code, len(stored(owner_engine))) == (422, 1)
    page = refused.get_data(as_text=True)
    assert "<summary>1 warning</summary>" in page
    assert all(f'value="{day}" checked' in page for day in "135")
    assert f'value="{WORDS["last_day"]}"' in page

    assert coordinator.send(SERIES, given | {"answered": ticked}, form_at=SERIES).status_code == 302
    assert len(stored(owner_engine)) == 7


def test_an_hour_taken_meanwhile_is_shown_again_before_anything_is_made(
    coordinator: Visitor, owner_engine: Engine
) -> None:
    given = sent(preview(coordinator, SERIES, WORDS))
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ, scheduled_at=at(9, 2))

    answer = coordinator.send(SERIES, given, form_at=SERIES)

    page = answer.get_data(as_text=True)
    assert (answer.status_code, len(stored(owner_engine))) == (409, 1)
    assert ("nothing was done" in page, button(page)) == (True, "Make 5 visits")


@pytest.mark.parametrize(("words", "sentence"), [
    ({"patient_id": ""}, "Choose a patient."), ({"patient_id": "99999"}, "nobody with this number"),
    ({"staff_id": "x"}, "Choose one of the list."), ({"weekday": []}, "Choose one weekday"), ({"at": "25:00"}, "09:00"),
    ({"first_day": "soon"}, "2026-03-09"), ({"minutes": "4"}, "5 to 1,440 minutes"), ({"minutes": "½"}, "whole"),
    ({"last_day": "2031-01-01"}, "more than 200 visits"), ({"purpose": "Gardening"}, "not in the list"),
    ({"blocked": "x"}, "Choose one of"), ({"last_day": "2150-12-31"}, "more than 5 years"),
    ({"last_day": ""}, "Choose a day"), ({"last_day": "9999-12-31"}, "1900 to 2199"),
])  # fmt: skip
def test_bad_words_are_said_at_their_field(coordinator: Visitor, words: dict[str, Any], sentence: str) -> None:
    answer = coordinator.get(SERIES, query_string=WORDS | words)

    assert answer.status_code == 422
    assert sentence in html.unescape(answer.get_data(as_text=True))


def made(visitor: Visitor, engine: Engine) -> list[int]:
    visitor.send(SERIES, sent(preview(visitor, SERIES, WORDS)), form_at=SERIES)
    return [row.id for row in stored(engine)]


def test_a_series_is_moved_from_one_visit_on_and_undone(coordinator: Visitor, owner_engine: Engine) -> None:
    ids = made(coordinator, owner_engine)
    before = stored(owner_engine)
    words = {"visit_id": ids[3], "reach": "here", "deed": "move", "days": "1", "at": "10:00",
             "staff_id": BEKELE, "preview": "1"}  # fmt: skip

    page = preview(coordinator, SERIES, words)
    assert button(page) == "Move 3 visits"
    assert coordinator.send(SERIES, sent(page), form_at=SERIES).status_code == 302

    found = stored(owner_engine)
    assert [(row.scheduled_at, row.staff_id) for row in found][2:4] == [(at(9, 4), ALMAZ), (at(10, 8), BEKELE)]
    token = rows(
        owner_engine, "SELECT id FROM dashboard.change_sets WHERE kind = 'series' ORDER BY made_at DESC LIMIT 1"
    )
    back = coordinator.send("/admin/visit_services/undo/", {"token": str(token[0].id), "url": SERIES}, form_at=SERIES)
    assert (back.status_code, stored(owner_engine)) == (302, before)


@pytest.mark.parametrize("minutes", ["0", "1", "1441", "99999"])
def test_a_length_that_no_visit_has_is_refused_at_its_field(
    coordinator: Visitor, owner_engine: Engine, minutes: str
) -> None:
    words = {"visit_id": made(coordinator, owner_engine)[0], "minutes": minutes, "preview": "1"}

    answer = coordinator.get(SERIES, query_string=words)

    assert answer.status_code == 422
    assert 'id="minutes-error">A visit takes 5 to 1,440 minutes' in answer.get_data(as_text=True)


def test_a_series_is_called_by_its_patient_and_what_stays_is_counted(
    coordinator: Visitor, owner_engine: Engine
) -> None:
    ids = made(coordinator, owner_engine)
    for day in (0, 2):
        visit(owner_engine, patient_id=DAWIT, staff_id=BEKELE, scheduled_at=at(9, day))

    page = preview(coordinator, SERIES, {"visit_id": ids[0], "reach": "whole", "staff_id": BEKELE, "preview": "1"})

    assert "Change the series of ሐና Girma</h1>" in page
    assert "Preview: 4 visits, 2 stay as they are</h2>" in page


def test_a_new_carer_and_nobody_at_once_is_asked_back(coordinator: Visitor, owner_engine: Engine) -> None:
    words = {"visit_id": made(coordinator, owner_engine)[0], "carer": "nobody", "staff_id": BEKELE, "preview": "1"}

    answer = coordinator.get(SERIES, query_string=words)

    assert (answer.status_code, "or nobody, not both" in answer.get_data(as_text=True)) == (422, True)


def test_a_series_is_cancelled_from_one_visit_on_and_what_began_stays(
    coordinator: Visitor, owner_engine: Engine
) -> None:
    ids = made(coordinator, owner_engine)
    with owner_engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE visit_services SET status = 'In Progress', check_in_time = scheduled_at WHERE id = {ids[2]}"
        )
    words = {"visit_id": ids[2], "reach": "here", "deed": "cancel", "reason": "In hospital", "preview": "1"}

    page = preview(coordinator, SERIES, words)
    assert (button(page), "1 visit stays as it is" in page) == ("Cancel 3 visits", True)
    assert coordinator.get(SERIES, query_string=words | {"reason": ""}).status_code == 422
    coordinator.send(SERIES, sent(page), form_at=SERIES)

    assert [row.status for row in stored(owner_engine)] == ["Pending", "Pending", "In Progress", *["Cancelled"] * 3]


def test_a_day_is_copied(coordinator: Visitor, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=ALMAZ)
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT)
    words = {"source": FIRST.isoformat(), "target": (FIRST + timedelta(days=7)).isoformat(), "preview": "1"}

    page = preview(coordinator, COPY, words)
    assert (button(page), "ሐና Girma" in page) == ("Make 2 visits", True)
    answer = coordinator.send(COPY, sent(page), form_at=COPY)

    assert answer.status_code == 302
    assert [row.staff_id for row in stored(owner_engine)][2:] == [ALMAZ, BEKELE]
    assert "2 visits made" in coordinator.get(answer.location).get_data(as_text=True)
    assert coordinator.get(COPY, query_string=words | {"target": FIRST.isoformat()}).status_code == 422
    assert coordinator.get(COPY, query_string=words | {"source": "soon"}).status_code == 422


def test_a_visit_without_a_series_and_a_bad_number_are_answered(coordinator: Visitor, owner_engine: Engine) -> None:
    alone = visit(owner_engine)

    assert coordinator.get(f"{SERIES}?visit_id={alone}").status_code == 404
    assert coordinator.get(f"{SERIES}?visit_id=x").status_code == 400


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver", "Marketing", "Finance", "Auditor"])
@pytest.mark.parametrize("url", [SERIES, COPY])
def test_only_who_plans_everybodys_work_opens_them(
    as_role: Callable[..., Visitor], owner_engine: Engine, role: str, url: str
) -> None:
    visitor = as_role(role)

    assert visitor.get(url).status_code == 403
    assert visitor.send(url, {"seen": "x"}, form_at="/admin/").status_code == 403


def test_a_form_sent_empty_names_its_weekdays(coordinator: Visitor) -> None:
    answer = coordinator.get(SERIES, query_string={"preview": "1"})

    assert answer.status_code == 422
    assert 'id="weekdays-error"' in answer.text


def test_the_forms_begin_tomorrow_and_with_the_next_week(coordinator: Visitor) -> None:
    today = clock.today()
    monday = today - timedelta(days=today.weekday())

    assert f'value="{(today + timedelta(days=1)).isoformat()}"' in coordinator.get(SERIES).text
    page = coordinator.get(COPY).text
    assert '<option value="week" selected>' in page
    assert f'value="{monday.isoformat()}"' in page
    assert f'value="{(monday + timedelta(days=7)).isoformat()}"' in page


def test_a_long_draft_folds_what_nothing_speaks_against(coordinator: Visitor) -> None:
    long = WORDS | {"staff_id": "", "last_day": (FIRST + timedelta(days=69)).isoformat()}
    page = preview(coordinator, SERIES, long)

    assert "30 that nothing speaks against</summary>" in page


def test_a_series_that_goes_on_is_found_again(coordinator: Visitor, owner_engine: Engine) -> None:
    coordinator.send(SERIES, sent(preview(coordinator, SERIES, WORDS | {"purpose": "Wound care"})), form_at=SERIES)
    first, second, *_ = stored(owner_engine)
    leads = f'href="{SERIES}?visit_id='

    found = preview(coordinator, SERIES, {})
    assert (found.count(leads), f"{leads}{first.id}" in found, "ሐና Girma" in found) == (1, True, True)
    record = coordinator.get("/admin/visit_services/details/", query_string={"id": second.id}).get_data(as_text=True)
    assert (f"{leads}{second.id}" in record, "Wound care" in record) == (True, True)
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE visit_services SET status = 'Completed', check_in_time = scheduled_at"))
    assert leads not in preview(coordinator, SERIES, {})
