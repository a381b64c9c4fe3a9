"""A patient's place and age, how the record shows them and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pytest
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare import clock
from homecare.admin.record.sketch import HEIGHT, WIDTH, sketch
from homecare.kinds.say import age
from homecare.models.ours.sub_cities import CENTRES
from homecare.queries.places import Centre, Place

As = Callable[..., Visitor]

IN_KIRKOS, IN_GULLELE_OFF_THE_DRAWING, IN_ADAMA = (9.007, 38.7564), (9.13, 38.723), (8.5414, 39.2689)
SUB_CITY = """SELECT (SELECT name FROM dashboard.sub_cities WHERE id = dashboard.sub_city(
    ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography))"""
BEHIND_GLASS = """INSERT INTO dashboard.field_rules (role, resource, column_name, state)
    VALUES ('Manager', 'patients', 'geolocation', 'break-glass'), ('Manager', 'patients', 'date_of_birth', 'masked')"""
DRAWING = re.compile(r"<svg class=\"sketch\".*?</svg>", re.S)


@pytest.mark.parametrize(
    ("point", "sub_city"),
    [
        *((centre, name) for name, centre in CENTRES.items()),
        ((9.0067, 38.7465), "Lideta"),  # half-way to Kirkos, a step nearer to Lideta
        (IN_GULLELE_OFF_THE_DRAWING, "Gullele"),
        ((9.1556, 38.7230), "Gullele"),  # 7.9 km north of its centre
        ((9.1572, 38.7230), None),  # 8.1 km
        (IN_ADAMA, None),
        ((38.7564, 9.0023), None),  # the two numbers swapped
    ],
)
def test_a_place_is_in_the_nearest_sub_city_within_its_reach(
    serving_engine: Engine, point: tuple[float, float], sub_city: str | None
) -> None:
    with serving_engine.connect() as connection:
        found = connection.scalar(text(SUB_CITY), {"latitude": point[0], "longitude": point[1]})
        assert (found, connection.scalar(text("SELECT dashboard.sub_city(NULL)"))) == (sub_city, None)


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1955, 11, 22), "71 years"),  # the birthday itself
        (date(1955, 11, 23), "70 years"),  # the day before it
        (date(2024, 11, 22), "2 years"),
        (date(2024, 11, 23), "23 months"),
        (date(2026, 10, 22), "1 month"),
        (date(2026, 10, 23), "30 days"),
        (date(2026, 11, 21), "1 day"),
        (date(2026, 11, 22), "0 days"),
        (date(2026, 11, 23), ""),  # still to come
    ],
)
def test_an_age_changes_on_the_birthday(born: date, words: str) -> None:
    assert age(born, date(2026, 11, 22)) == words


def test_who_is_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    assert [age(date(2000, 2, 29), date(2027, *day)) for day in ((2, 28), (3, 1))] == ["26 years", "27 years"]


@pytest.fixture
def new_patient(owner_engine: Engine) -> Callable[..., int]:
    def add(latitude: float, longitude: float, born: str = "1955-06-08") -> int:
        place = f"ST_SetSRID(ST_MakePoint({longitude}, {latitude}), 4326)::geography"
        insert = f"INSERT INTO patients (full_name, date_of_birth, geolocation) VALUES ('ሰላም ታደሰ', :born, {place})"
        with owner_engine.begin() as connection:
            return int(connection.execute(text(f"{insert} RETURNING id"), {"born": born}).scalar_one())

    return add


def details(visitor: Visitor, patient_id: int) -> str:
    answer = visitor.get(f"/admin/patients/details/?id={patient_id}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def head(page: str) -> str:
    """What the head tells beside the name."""
    found = re.search(r'<ul class="key-facts">(.*?)</ul>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1] if found else "").split())


def test_a_record_tells_the_age_and_the_sub_city_and_draws_it(as_role: As, new_patient: Callable[..., int]) -> None:
    page = details(as_role("Coordinator"), new_patient(*IN_KIRKOS, born=f"{clock.today().year - 70}-01-01"))
    drawing = DRAWING.search(page)

    assert re.search(r"HHC-\d+ Age 70 years Sub-city Kirkos", head(page))
    assert f'>1 Jan {clock.today().year - 70} <span class="age">(70 years)</span>' in page
    assert 'Kirkos · <span title="9.007, 38.7564">9.0070, 38.7564</span>' in page
    assert drawing
    root = ElementTree.fromstring(drawing[0])
    assert (root.get("role"), root.get("aria-label")) == ("img", "In Kirkos, 0.5 km from its centre")
    assert {name.text for name in root.iter("text")} == {*CENTRES, "5 km"}


def test_a_list_keeps_the_plain_day(as_role: As, new_patient: Callable[..., int]) -> None:
    patient_id = new_patient(*IN_KIRKOS)
    listed = as_role("Coordinator").get(f"/admin/patients/?id__eq={patient_id}").get_data(as_text=True)
    assert ">8 Jun 1955</td>" in listed


@pytest.mark.parametrize(
    ("point", "words"), [(IN_ADAMA, "Outside Addis Ababa"), (IN_GULLELE_OFF_THE_DRAWING, "Gullele")]
)
def test_a_place_beyond_the_drawing_is_told_in_words(
    as_role: As, new_patient: Callable[..., int], point: tuple[float, float], words: str
) -> None:
    page = details(as_role("Manager"), new_patient(*point))
    assert f"Sub-city {words}" in head(page)
    assert f"<dd>{words} · <span" in page
    assert not DRAWING.search(page)


@pytest.mark.parametrize("role", ["Auditor", "Finance"])
def test_who_may_not_see_the_point_sees_neither_sub_city_nor_drawing(
    as_role: As, new_patient: Callable[..., int], role: str
) -> None:
    page = details(as_role(role), new_patient(*IN_KIRKOS))
    assert "ሰላም ታደሰ" in page
    assert not DRAWING.search(page)
    assert all(word not in page for word in ("Kirkos", "Sub-city", "9.007"))


def test_a_place_behind_glass_shows_with_its_reason_and_not_before(
    as_role: As, new_patient: Callable[..., int], owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text(BEHIND_GLASS))
    manager, patient_id = as_role("Manager"), new_patient(*IN_KIRKOS)

    before = details(manager, patient_id)
    after = manager.send(
        f"/admin/patients/reveal/?id={patient_id}",
        {"reason": "The driver is lost"},
        form_at=f"/admin/patients/details/?id={patient_id}",
    ).get_data(as_text=True)

    assert "Reason for reading place" in before
    assert all(word not in before for word in ("Kirkos", "9.007", "1955", "71 years"))
    assert "Sub-city Kirkos" in head(after)
    assert DRAWING.search(after)


def test_no_name_of_the_drawing_lies_on_another_or_outside() -> None:
    centres = tuple(Centre(name, *centre) for name, centre in CENTRES.items())
    drawn = sketch(Place(*IN_KIRKOS, "Kirkos", "Kirkos", 0.5, centres))
    assert drawn
    boxes = [
        (*spot, name) for spot, name in ((_box(s.text_x, s.text_y, s.anchor, s.name), s.name) for s in drawn.spots)
    ]
    assert all(left > 0 and right < WIDTH and top > 0 and bottom < HEIGHT for left, top, right, bottom, _ in boxes)
    for one in boxes:
        touching = [b[4] for b in boxes if b[0] < one[2] and one[0] < b[2] and b[1] < one[3] and one[1] < b[3]]
        assert touching == [one[4]]


def _box(x: float, y: float, anchor: str, name: str) -> tuple[float, float, float, float]:
    """Letters of 6.5 pixels are as wide as the widest system font's at this size."""
    length = 6.5 * len(name)
    left = x - {"start": 0.0, "middle": length / 2, "end": length}[anchor]
    return left, y - 8, left + length, y + 2
