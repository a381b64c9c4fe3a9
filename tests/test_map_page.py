"""The map's page for who has no script: its words, its refusals, the card and saved areas."""

from __future__ import annotations

import json
import math
import re

import pytest
from clusters import Database
from doors import Company, opened
from flask import Flask
from jobs_done import worked
from sqlalchemy import Engine

from homecare.config import Config
from homecare.db import db
from homecare.local import outlines
from homecare.local.vendor import MODULES
from homecare.queries.map.sub_city_shapes import city_outline, sub_city_shapes

MAP = "/admin/map/"
RING = "ring~9.0_38.7~9.0_38.8~9.1_38.8"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine, config: Config) -> Company:
    worked(config, "places")
    return opened(app, owner_engine)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("layer=roads", 400), ("day=soon", 400), ("at=91,38,9", 400), ("at=nan,38,9", 400), ("at=9,38", 400),
        ("at=9,38,99", 400), ("around=here", 400), ("around=91,38", 400), ("colour=name", 400), ("nonsense=1", 400),
        ("area=ring~9_38", 400), ("layer=day", 200), ("layer=demand", 200), ("around=9.01,38.76", 200),
        ("colour=caregiver&at=9.01,38.76,11.5", 200), ("area=Bole", 200),
    ],
)  # fmt: skip
def test_a_word_is_understood_or_refused_in_a_sentence(company: Company, words: str, status: int) -> None:
    answer = company.as_("Manager").get(f"{MAP}?{words}")

    assert answer.status_code == status
    assert "Something in the address or the form was not readable" not in answer.text


@pytest.mark.parametrize("layer", ["day", "demand"])
def test_another_day_keeps_the_conditions(company: Company, layer: str) -> None:
    page = company.as_("Manager").get(f"{MAP}?source__eq=Referral&layer={layer}").text
    [form] = [part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="day"' in part]

    assert '<input type="hidden" name="source__eq" value="Referral">' in form
    assert f'<input type="hidden" name="layer" value="{layer}">' in form


@pytest.mark.parametrize(
    ("role", "status"),
    [("Admin", 200), ("Coordinator", 200), ("Nurse", 200), ("Auditor", 200), ("Finance", 403), ("Inventory", 403)],
)
def test_who_has_the_map(company: Company, role: str, status: int) -> None:
    assert company.as_(role).get(MAP).status_code == status


@pytest.mark.parametrize("words", ["layer=day", "around=9.01,38.76", "gender__eq=Female", "area=Bole"])
def test_who_sees_cells_alone_is_told_nothing_finer(company: Company, words: str) -> None:
    assert company.as_("Marketing").get(f"{MAP}?{words}").status_code in (400, 403)


def test_a_card_is_of_a_patient_of_ones_own(company: Company) -> None:
    nurse = company.as_("Nurse")
    own, other = company.own("Nurse", "patients")[0], company.other("Nurse", "patients")

    assert nurse.get(f"{MAP}card.json?id={own}").json["name"]
    assert nurse.get(f"{MAP}card.json?id={other}").status_code == 404
    assert nurse.get(f"{MAP}card.json?id=x").status_code == 404


def test_nobody_is_near_a_patient_without_a_place_foreign_or_gone(company: Company) -> None:
    company.run("INSERT INTO patients (full_name) VALUES ('Nowhere Known')")
    nowhere = company.scalar("SELECT max(id) FROM patients")
    placed = company.scalar("SELECT min(patient_id) FROM dashboard.places WHERE m IS NOT NULL")
    foreign = company.other("Nurse", "patients")
    manager = company.as_("Manager")

    for walker, asked in ((manager, nowhere), (manager, 9_999_999), (company.as_("Nurse"), foreign)):
        answer = walker.get(f"{MAP}?around={asked}")
        assert answer.status_code == 404
        assert "There is no such patient with a place." in answer.text
    assert "Who is near" not in dict(manager.get(f"{MAP}card.json?id={nowhere}").json["links"])
    assert "Who is near" in dict(manager.get(f"{MAP}card.json?id={placed}").json["links"])


def test_an_area_is_kept_by_name_and_removed_by_its_owner(company: Company) -> None:
    manager = company.as_("Manager")
    kept = manager.post(f"{MAP}areas/", {"name": "North-east", "shape": RING})
    number = company.scalar("SELECT max(id) FROM dashboard.areas")

    assert kept.status_code == 302
    assert "North-east" in manager.get(f"{MAP}?area={number}").text
    assert manager.post(f"{MAP}areas/", {"name": "", "shape": RING}).status_code == 422
    assert manager.post(f"{MAP}areas/", {"name": "Odd", "shape": "ring~1"}).status_code == 422
    assert company.as_("Coordinator").post(f"{MAP}areas/{number}/delete/", {}).status_code == 403
    assert company.as_("Marketing").post(f"{MAP}areas/", {"name": "Mine", "shape": RING}).status_code == 403
    assert manager.post(f"{MAP}areas/{number}/delete/", {}).status_code == 302
    assert manager.post(f"{MAP}areas/{number}/delete/", {}).status_code == 404
    assert manager.post(f"{MAP}areas/{10**19}/delete/", {}).status_code == 404


def test_the_areas_are_those_that_the_database_reckons_with(app: Flask, company: Company) -> None:
    with app.app_context():
        shapes = sub_city_shapes(db.session())
        around = city_outline(db.session())

    placed = "SELECT count(*) FROM patients WHERE dashboard.sub_city(geolocation) = :id"
    inside = (
        "SELECT count(*) FROM patients WHERE ST_Intersects(geolocation::geometry, "
        "ST_SetSRID(ST_GeomFromGeoJSON(:area), 4326))"
    )
    assert around["type"] in ("LineString", "MultiLineString")
    for shape in shapes:
        counted = company.scalar(placed, id=shape.id)
        assert counted
        assert abs(company.scalar(inside, area=json.dumps(shape.area)) - counted) <= 1


def test_outlines_show_ethiopia_and_no_border_that_is_not_recognised() -> None:
    made = outlines.Topology.read(MODULES / outlines.OUTLINES / "dist" / "world_50m.json")
    [home] = [shape for shape in made.shapes("countries") if shape.get("id") == outlines.HOME]
    [[ring]] = made.rings(home)
    border = (48.5, 9.0)

    assert 3 < min(latitude for _, latitude in ring) < max(latitude for _, latitude in ring) < 15
    assert not [line for line in made.borders() if any(math.dist(point, border) < 1 for point in line)]


def test_a_ring_is_cut_along_the_edges_of_its_box() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]

    cut = outlines.clipped(square, (2.0, 1.0, 9.0, 3.0))

    assert sorted(cut) == [(2.0, 1.0), (2.0, 3.0), (4.0, 1.0), (4.0, 3.0)]
    assert outlines.clipped(square, (5.0, 5.0, 9.0, 9.0)) == []
