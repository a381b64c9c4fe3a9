"""A series: previewed with every conflict, made as shown, moved or cancelled whole or from one visit on, undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from bookings_made import ALMAZ, BEKELE, DAWIT, HANA, HIWOT, MONDAY, Person, acting_for, at, empty, rows, visit
from flask import Flask
from sqlalchemy import Engine, text
from statements_sent import statements

from homecare import clock
from homecare.actions.assigning.booking import Booked
from homecare.actions.assigning.planning import series as making
from homecare.actions.assigning.planning.drafts import LEFT_OUT, UNASSIGNED, Draft, NotSeenError
from homecare.actions.assigning.planning.series import Series, create_series, draft_series
from homecare.actions.assigning.planning.series_moves import (
    Move,
    Reach,
    cancel_series,
    draft_cancel,
    draft_move,
    move_series,
    reached,
)
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import TouchedError, undo
from homecare.config import Config

FIRST = clock.to_addis(MONDAY).date()
VISITS = (
    "SELECT v.id, v.staff_id, v.patient_id, v.scheduled_at, v.status, p.minutes, p.purpose, p.series_id "
    "FROM visit_services v LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id ORDER BY v.scheduled_at, v.id"
)


def clean(engine: Engine) -> None:
    empty(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.visit_series"))


@pytest.fixture
def person(person: Person, owner_engine: Engine) -> Person:
    clean(owner_engine)
    return person


def series(**changes: Any) -> Series:
    """Almaz with Hana on Monday, Wednesday and Friday at 09:00 for four weeks: 12 visits of an hour."""
    values: dict[str, Any] = {
        "patient_id": HANA, "staff_id": ALMAZ, "weekdays": frozenset({1, 3, 5}), "at": time(9), "first_day": FIRST,
        "last_day": FIRST + timedelta(days=25), "minutes": 60, "purpose": "Wound care",
    }  # fmt: skip
    return Series(**values | changes)


def drafted(person: Person, wanted: Series, blocked: str = LEFT_OUT) -> Draft:
    return draft_series(*person, wanted, blocked)


def made(person: Person, wanted: Series, blocked: str = LEFT_OUT, draft: Draft | None = None) -> Booked:
    session, by = person
    key = (draft or drafted(person, wanted, blocked)).key
    return create_series(
        session=session, by=by, series=wanted, blocked=blocked, seen=key, answered=key, label="A series"
    )


def moved(person: Person, reach: Reach, move: Move, blocked: str = LEFT_OUT) -> Booked:
    session, by = person
    key = draft_move(session, by, reach, move, blocked).key
    return move_series(
        session=session, by=by, reach=reach, move=move, blocked=blocked, seen=key, answered=key, label="Moved"
    )


def taken_back(person: Person, token: str) -> None:
    session, by = person
    undo(session=session, token=token, resource="visit_services", by=by)


def set_status(engine: Engine, row_id: int, status: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE visit_services SET status = :status, check_in_time = scheduled_at, "
                 "check_out_time = scheduled_at + interval '1 hour' WHERE id = :id"),
            {"status": status, "id": row_id},
        )  # fmt: skip


def test_what_the_preview_shows_is_made(person: Person, owner_engine: Engine) -> None:
    draft = drafted(person, series())

    done = made(person, series(), draft=draft)

    found = rows(owner_engine, VISITS)
    assert [row.id for row in found] == done.ids
    assert [(row.scheduled_at, row.staff_id, row.patient_id, row.minutes, row.purpose) for row in found] == [
        (one.start, one.staff_id, one.patient_id, one.minutes, one.purpose) for one in draft.made
    ]
    assert [row.scheduled_at for row in found[:4]] == [at(9), at(9, 2), at(9, 4), at(9, 7)]
    assert len(found) == 12
    (stored,) = rows(owner_engine, "SELECT id, weekdays, at, last_day FROM dashboard.visit_series")
    assert {row.series_id for row in found} == {stored.id}
    assert (stored.weekdays, stored.at, stored.last_day) == ([1, 3, 5], time(9), FIRST + timedelta(days=25))
    (kept,) = rows(owner_engine, "SELECT kind, label FROM dashboard.change_sets WHERE id = :id", id=done.change_set)
    assert tuple(kept) == ("series", "A series")


def test_two_hundred_are_made_and_not_one_more(person: Person, owner_engine: Engine) -> None:
    every_day = series(weekdays=frozenset(range(1, 8)), last_day=FIRST + timedelta(days=199), staff_id=None)

    with pytest.raises(RuleError) as refused:
        drafted(person, series(weekdays=every_day.weekdays, last_day=FIRST + timedelta(days=200)))
    made(person, every_day)

    assert (refused.value.field, "more than 200 visits" in refused.value.message) == ("last_day", True)
    assert len(rows(owner_engine, VISITS)) == 200


@pytest.mark.parametrize(("changes", "field"), [
    ({"weekdays": frozenset()}, "weekdays"), ({"weekdays": frozenset({0})}, "weekdays"),
    ({"last_day": FIRST - timedelta(days=1)}, "last_day"), ({"last_day": date.max}, "last_day"),
    ({"first_day": date.min}, "first_day"),
    ({"minutes": 4}, "minutes"), ({"purpose": "Gardening"}, "purpose"),
    ({"weekdays": frozenset({2}), "last_day": FIRST}, "last_day"),
])  # fmt: skip
def test_bad_values_are_refused_at_their_field(person: Person, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleError) as refused:
        drafted(person, series(**changes))

    assert refused.value.field == field


def test_a_blocked_one_is_left_out_or_made_without_a_carer(person: Person, owner_engine: Engine) -> None:
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ, scheduled_at=at(9, 2))

    left_out, unassigned = drafted(person, series()), drafted(person, series(), UNASSIGNED)

    assert [line.made is None for line in left_out.lines[:3]] == [False, True, False]
    assert "Almaz Kebede already has a visit with Dawit Worku" in left_out.lines[1].against[0].sentence
    assert [one.staff_id for one in unassigned.made[:3]] == [ALMAZ, None, ALMAZ]
    made(person, series(), draft=left_out)
    assert [row.scheduled_at for row in rows(owner_engine, VISITS) if row.patient_id == HANA][:2] == [at(9), at(9, 4)]


PAIRS = (
    "SELECT v.id, v.staff_id, v.scheduled_at, v.status, p.pair_id, p.series_id, p.minutes, p.ending_reason "
    "FROM visit_services v JOIN dashboard.visit_plans p ON p.visit_id = v.id ORDER BY v.scheduled_at, v.id"
)


def of_two(**changes: Any) -> Series:
    """Almaz and Bekele with Hana on two days: 4 visits."""
    return series(pair=True, second_id=BEKELE, last_day=FIRST + timedelta(days=2), **changes)


def test_two_carers_of_a_series_are_tied_day_by_day(person: Person, owner_engine: Engine) -> None:
    draft = drafted(person, of_two())
    done = made(person, of_two(), draft=draft)

    found = rows(owner_engine, PAIRS)
    assert ([row.id for row in found], draft.warnings) == (done.ids, [])
    assert [(row.staff_id, row.scheduled_at) for row in found] == [
        (ALMAZ, at(9)), (BEKELE, at(9)), (ALMAZ, at(9, 2)), (BEKELE, at(9, 2)),
    ]  # fmt: skip
    assert [row.pair_id for row in found] == [found[0].id] * 2 + [found[2].id] * 2
    assert len({row.series_id for row in found}) == 1
    taken_back(person, done.change_set)
    assert rows(owner_engine, PAIRS) == []


def test_the_second_carer_may_be_nobody_yet_and_not_the_first(person: Person, owner_engine: Engine) -> None:
    with pytest.raises(RuleError) as refused:
        drafted(person, of_two(staff_id=BEKELE))
    made(person, replace(of_two(), second_id=None))

    assert refused.value.field == "second_id"
    assert [row.staff_id for row in rows(owner_engine, PAIRS)] == [ALMAZ, None, ALMAZ, None]


def test_two_carers_make_at_most_two_hundred_visits(person: Person) -> None:
    every_day = replace(of_two(), weekdays=frozenset(range(1, 8)), staff_id=None, second_id=None)
    most = replace(every_day, last_day=FIRST + timedelta(days=99))

    assert len(drafted(person, most).made) == 200
    with pytest.raises(RuleError, match="more than 200 visits"):
        drafted(person, replace(every_day, last_day=FIRST + timedelta(days=100)))


@pytest.mark.parametrize("busy", [ALMAZ, BEKELE])
def test_of_two_carers_one_blocked_leaves_out_both_or_goes_on_without_that_one(
    person: Person, owner_engine: Engine, busy: int
) -> None:
    visit(owner_engine, patient_id=DAWIT, staff_id=busy, scheduled_at=at(9, 2))

    left_out, unassigned = drafted(person, of_two()), drafted(person, of_two(), UNASSIGNED)

    assert [line.made is None for line in left_out.lines] == [False, False, True, True]
    assert all(line.against for line in left_out.lines[2:])
    assert [one.staff_id for one in unassigned.made[2:]] == [None if one == busy else one for one in (ALMAZ, BEKELE)]
    made(person, of_two(), UNASSIGNED, unassigned)
    assert len({row.pair_id for row in rows(owner_engine, PAIRS)}) == 2


def test_both_visits_of_two_carers_move_and_one_of_them_changes_hands(person: Person, owner_engine: Engine) -> None:
    first, second, *_ = made(person, of_two()).ids

    moved(person, Reach(first, whole=True), Move(at=time(11)))
    moved(person, Reach(second, whole=True), Move(carer=(HIWOT,)))

    found = rows(owner_engine, PAIRS)
    assert [row.scheduled_at for row in found] == [at(11), at(11), at(11, 2), at(11, 2)]
    assert [row.staff_id for row in found] == [ALMAZ, HIWOT, ALMAZ, HIWOT]


def test_what_blocks_one_of_two_carers_keeps_both_where_they_are(person: Person, owner_engine: Engine) -> None:
    first, *_ = made(person, of_two()).ids
    visit(owner_engine, patient_id=DAWIT, staff_id=BEKELE, scheduled_at=at(11, 2))

    moved(person, Reach(first, whole=True), Move(at=time(11)))

    assert [row.scheduled_at for row in rows(owner_engine, PAIRS)] == [at(11), at(11), at(9, 2), at(9, 2)]


def test_of_two_carers_both_are_reached_though_one_was_moved_alone(person: Person, owner_engine: Engine) -> None:
    _, _, third, fourth = made(person, of_two()).ids
    with owner_engine.begin() as connection:
        connection.execute(
            text("UPDATE visit_services SET scheduled_at = :at WHERE id = :id"), {"at": at(7, 2), "id": fourth}
        )
    visit(owner_engine, patient_id=DAWIT, staff_id=BEKELE, scheduled_at=at(14, 2))

    draft = draft_move(*person, Reach(third), Move(at=time(14)), LEFT_OUT)
    moved(person, Reach(third), Move(at=time(15)))

    assert [line.made for line in draft.lines] == [None, None]
    assert [row.scheduled_at for row in rows(owner_engine, PAIRS)] == [at(9), at(9), at(15, 2), at(15, 2)]


def test_a_length_that_one_of_two_carers_has_alone_stays(person: Person, owner_engine: Engine) -> None:
    first, second, *_ = made(person, of_two()).ids
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.visit_plans SET minutes = 30 WHERE visit_id = :id"), {"id": second})

    moved(person, Reach(first, whole=True), Move(carer=(HIWOT,)))

    assert [row.minutes for row in rows(owner_engine, PAIRS)] == [60, 30, 60, 60]
    assert [row.staff_id for row in rows(owner_engine, PAIRS)] == [HIWOT, BEKELE, HIWOT, BEKELE]


def test_from_here_on_both_visits_are_cancelled_and_taken_back(person: Person, owner_engine: Engine) -> None:
    session, by = person
    ids = made(person, of_two()).ids
    before = rows(owner_engine, PAIRS)
    reach = Reach(ids[3])
    key = draft_cancel(session, by, reach, "Other").key

    done = cancel_series(session=session, by=by, reach=reach, reason="Other", seen=key, label="")

    found = rows(owner_engine, PAIRS)
    assert [(row.status, row.ending_reason) for row in found] == [("Pending", "")] * 2 + [("Cancelled", "Other")] * 2
    taken_back(person, done.change_set)
    assert rows(owner_engine, PAIRS) == before


def test_warnings_are_asked_once_for_all(person: Person, owner_engine: Engine) -> None:
    session, by = person
    for day in (0, 2):
        visit(owner_engine, staff_id=BEKELE, scheduled_at=at(9, day))
    draft = drafted(person, series())

    with pytest.raises(NotSeenError) as asked:
        create_series(session=session, by=by, series=series(), blocked=LEFT_OUT, seen=draft.key, answered="", label="")
    assert ([one.check for one in draft.warnings], asked.value.changed) == (["patient_twice"] * 2, False)
    made(person, series(), draft=draft)

    assert len(rows(owner_engine, VISITS)) == 14


def test_a_time_in_the_past_is_warned_of_in_the_preview(person: Person, owner_engine: Engine) -> None:
    long_ago = series(first_day=FIRST - timedelta(days=28), last_day=FIRST - timedelta(days=28), staff_id=None)

    assert ["in the past" in one.sentence for one in drafted(person, long_ago).warnings] == [True]
    made(person, long_ago)

    assert len(rows(owner_engine, VISITS)) == 1


def test_what_changed_since_the_preview_is_shown_before_anything_is_made(person: Person, owner_engine: Engine) -> None:
    draft = drafted(person, series())
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ, scheduled_at=at(9, 2))

    with pytest.raises(NotSeenError) as refused:
        made(person, series(), draft=draft)

    assert (refused.value.changed, refused.value.draft.left_out) == (True, 1)
    assert len(rows(owner_engine, VISITS)) == 1


def test_from_here_on_the_visits_move_and_the_earlier_ones_stay(person: Person, owner_engine: Engine) -> None:
    ids = made(person, series()).ids

    moved(person, Reach(ids[3]), Move(days=1, at=time(14, 30), carer=(BEKELE,), minutes=90))

    found = {row.id: row for row in rows(owner_engine, VISITS)}
    assert [found[row_id].scheduled_at for row_id in ids[:4]] == [at(9), at(9, 2), at(9, 4), at(14.5, 8)]
    assert [found[row_id].staff_id for row_id in ids] == [ALMAZ] * 3 + [BEKELE] * 9
    assert [found[row_id].minutes for row_id in ids] == [60] * 3 + [90] * 9


def test_a_moved_series_is_held_against_others(person: Person, owner_engine: Engine) -> None:
    ids = made(person, series()).ids
    visit(owner_engine, patient_id=DAWIT, staff_id=BEKELE, scheduled_at=at(9, 2))

    moved(person, Reach(ids[0], whole=True), Move(carer=(BEKELE,)))

    carers = [row.staff_id for row in rows(owner_engine, VISITS) if row.patient_id == HANA]
    assert carers == [BEKELE, ALMAZ, *[BEKELE] * 10]


def test_started_and_ended_visits_stay_and_are_said(person: Person, owner_engine: Engine) -> None:
    session, by = person
    ids = made(person, series()).ids
    set_status(owner_engine, ids[0], "Completed")
    set_status(owner_engine, ids[1], "In Progress")

    waiting, staying = reached(session, by, Reach(ids[0], whole=True))
    moved(person, Reach(ids[0], whole=True), Move(at=time(11)))

    assert ([one.row_id for one in staying], len(waiting)) == (ids[:2], 10)
    hours = {clock.to_addis(row.scheduled_at).hour for row in rows(owner_engine, VISITS) if row.id not in ids[:2]}
    assert hours == {11}
    assert [row.scheduled_at for row in rows(owner_engine, VISITS)][:2] == [at(9), at(9, 2)]


def test_from_here_on_the_visits_are_cancelled(person: Person, owner_engine: Engine) -> None:
    session, by = person
    ids = made(person, series()).ids
    key = draft_cancel(session, by, Reach(ids[2]), "In hospital").key

    cancel_series(session=session, by=by, reach=Reach(ids[2]), reason="In hospital", seen=key, label="Cancelled")

    assert [row.status for row in rows(owner_engine, VISITS)][1:] == ["Pending", *["Cancelled"] * 10]
    with pytest.raises(RuleError) as refused:
        draft_cancel(session, by, Reach(ids[0]), "")
    assert refused.value.field == "reason"


def test_a_series_is_undone_whole_days_later(person: Person, owner_engine: Engine) -> None:
    token = made(person, series()).change_set
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.change_sets SET made_at = made_at - interval '9 days'"))

    taken_back(person, token)

    for table in ("visit_services", "dashboard.visit_plans", "dashboard.visit_series"):
        assert rows(owner_engine, f"SELECT id FROM {table}") == []


def test_a_move_and_a_cancelling_are_undone_whole(person: Person, owner_engine: Engine) -> None:
    session, by = person
    ids = made(person, series()).ids
    before = rows(owner_engine, VISITS)

    taken_back(person, moved(person, Reach(ids[1]), Move(days=-1, at=time(7), minutes=30)).change_set)
    assert rows(owner_engine, VISITS) == before
    key = draft_cancel(session, by, Reach(ids[1]), "Other").key
    done = cancel_series(session=session, by=by, reach=Reach(ids[1]), reason="Other", seen=key, label="")
    assert rows(owner_engine, VISITS) != before
    taken_back(person, done.change_set)

    assert rows(owner_engine, VISITS) == before


def test_a_visit_that_began_since_is_not_taken_back(person: Person, owner_engine: Engine) -> None:
    done = made(person, series())
    set_status(owner_engine, done.ids[0], "Completed")

    with pytest.raises(TouchedError) as touched:
        taken_back(person, done.change_set)

    assert [one.row_id for one in touched.value.touched] == [done.ids[0]]


def test_of_two_coordinators_at_once_one_has_the_hours(
    app: Flask, config: Config, coordinator: int, person: Person, owner_engine: Engine
) -> None:
    draft = drafted(person, series(patient_id=HANA)), drafted(person, series(patient_id=DAWIT))
    ready = threading.Barrier(2)

    def deed(number: int) -> Any:
        wanted = series(patient_id=(HANA, DAWIT)[number])
        with acting_for(app, config, coordinator) as acting:
            ready.wait()
            try:
                return made(acting, wanted, draft=draft[number])
            except NotSeenError as error:
                return error

    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(deed, range(2))]

    (refused,) = [one for one in found if isinstance(one, NotSeenError)]
    assert "Almaz Kebede already has a visit with" in refused.draft.lines[0].against[0].sentence
    assert len(rows(owner_engine, VISITS)) == 12


def test_a_nurse_makes_no_series(
    app: Flask, config: Config, new_person: Callable[..., tuple[int, str]], person: Person
) -> None:
    with acting_for(app, config, new_person("Nurse")[0]) as nurse, pytest.raises(NotAllowedError):
        drafted(nurse, series())


def test_the_preview_of_two_hundred_takes_few_statements(person: Person) -> None:
    longest = series(weekdays=frozenset(range(1, 8)), last_day=FIRST + timedelta(days=making.MOST - 1))

    with statements() as sent:
        drafted(person, longest)

    assert len(sent) <= 16
