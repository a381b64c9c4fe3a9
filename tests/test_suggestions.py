"""Who should go: the score's parts against plain SQL, what blocks and warns, whose rows and places it tells of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    CLERK,
    DAWIT,
    FAR,
    HANA,
    HIWOT,
    MONDAY,
    PATIENTS,
    TERMINATED,
    Person,
    acting_for,
    at,
    inserted,
    shift,
    visit,
)
from flask import Flask
from sqlalchemy import Engine, text

from bench.score_reference import random_day, reference
from homecare.config import Config
from homecare.queries.assigned.suggestions import Suggestion, of_shift, of_visit, suggestions
from homecare.queries.booked.checks import CHECKS
from homecare.queries.conflicts import Booking

EVERYBODY = 1000


@pytest.fixture
def person(person: Person, owner_engine: Engine) -> Person:
    with owner_engine.begin() as connection:
        for number, _, latitude in PATIENTS:
            place = {"id": number, "place": f"SRID=4326;POINT(38.75 {latitude})"}
            connection.execute(text("UPDATE patients SET geolocation = :place WHERE id = :id"), place)
    return person


def asked(person: Person, visit_id: int, most: int = EVERYBODY) -> dict[int, Suggestion]:
    about = of_visit(*person, visit_id)
    assert about is not None
    return {one.staff_id: one for one in suggestions(*person, about, most)}


@pytest.mark.parametrize("seed", range(4))
def test_scores_of_a_random_day_equal_plain_sql(person: Person, owner_engine: Engine, seed: int) -> None:
    with owner_engine.begin() as connection:
        for check in CHECKS:
            connection.execute(text("INSERT INTO dashboard.booking_checks VALUES (:name, 'warn')"), {"name": check})
        made = random_day(connection, seed, MONDAY, [ALMAZ, BEKELE, HIWOT], [HANA, DAWIT, FAR])
    found = asked(person, made[0])
    with owner_engine.connect() as connection:
        expected = reference(connection, *made)

    assert {*found} == {*expected} > {ALMAZ, BEKELE}
    for staff_id, one in found.items():
        assert one.parts == pytest.approx(expected[staff_id], abs=1e-6)
        assert one.score == pytest.approx(sum(expected[staff_id].values()), abs=1e-6)
    scores = [round(one.score, 6) for one in found.values()]
    assert scores == sorted(scores, reverse=True)


def test_who_knows_the_patient_and_is_near_comes_first(person: Person, owner_engine: Engine) -> None:
    for day in (-7, -6, -5):
        visit(owner_engine, staff_id=BEKELE, scheduled_at=at(9, day), status="Completed")
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=at(7))
    found = asked(person, visit(owner_engine))

    assert next(iter(found)) == BEKELE
    assert found[BEKELE].parts == pytest.approx({
        "continuity": 40, "proximity": 25, "day": 20 * 7 / 8, "week": 10 * 47 / 48, "sub_city": 5,
    })  # fmt: skip
    assert found[ALMAZ].parts["continuity"] == 0


def test_nobody_blocked_is_ranked_and_a_warning_is_told(person: Person, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT)
    inserted(owner_engine, "dashboard.absences", staff_id=BEKELE, starts_at=at(0), ends_at=at(24), kind="Sick")
    inserted(owner_engine, "dashboard.patient_wishes", patient_id=HANA, kind="woman")
    found = asked(person, visit(owner_engine))

    assert not {ALMAZ, BEKELE, TERMINATED, CLERK} & {*found}
    assert found[HIWOT].reasons_against == ["ሐና Girma asked for a woman, which Hiwot Tesfaye is not known to be."]


def test_as_many_as_asked_though_the_best_are_blocked(
    person: Person, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homecare.queries.assigned.suggestions.FIRST", 1)
    for staff_id in (ALMAZ, BEKELE):
        inserted(owner_engine, "dashboard.patient_wishes", patient_id=HANA, kind="not", staff_id=staff_id)
    about = of_visit(*person, visit(owner_engine, staff_id=HIWOT))
    assert about is not None

    assert [one.staff_id for one in suggestions(*person, about, 1)] == [HIWOT]


def test_the_visit_itself_counts_for_nobody(person: Person, owner_engine: Engine) -> None:
    found = asked(person, visit(owner_engine, staff_id=ALMAZ))

    assert found[ALMAZ].parts["day"] == 20
    assert found[ALMAZ].reasons_against == []


def test_a_shift_and_a_new_visit_are_asked_for_too(person: Person, owner_engine: Engine) -> None:
    about = of_shift(*person, shift(owner_engine, staff_id=ALMAZ))
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=at(10))
    assert about is not None

    assert BEKELE not in {one.staff_id for one in suggestions(*person, about, EVERYBODY)}
    assert ALMAZ in {one.staff_id for one in suggestions(*person, about, EVERYBODY)}
    new = Booking("visit", None, HANA, None, at(12), 60)
    assert BEKELE in {one.staff_id for one in suggestions(*person, new, EVERYBODY)}
    assert suggestions(*person, Booking("visit", None, HANA, None, None), EVERYBODY) == []


def test_free_time_is_what_the_working_day_leaves(person: Person, owner_engine: Engine) -> None:
    inserted(owner_engine, "dashboard.working_days", staff_id=ALMAZ, weekday=1, starts="08:00", ends="16:30")
    visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT, scheduled_at=at(11))
    found = asked(person, visit(owner_engine))

    assert [*found[ALMAZ].free] == [(at(8), at(11)), (at(12), at(16.5))]


def test_who_sees_neither_visit_nor_place_is_told_of_none(
    app: Flask, config: Config, person: Person, owner_engine: Engine, new_person: Callable[..., tuple[int, str]]
) -> None:
    somebodys = visit(owner_engine, staff_id=ALMAZ)
    with acting_for(app, config, new_person("Nurse")[0]) as nurse:
        assert of_visit(*nurse, somebodys) is None
    # A nurse knows the places of own patients, and the visits beside are of anybody's.
    for role in ("Finance", "Nurse"):
        with acting_for(app, config, new_person(role)[0]) as reader:
            found = suggestions(*reader, Booking("visit", None, HANA, None, at(9), 60))
        assert found
        assert all({*one.parts} == {"continuity", "day", "week"} for one in found)
