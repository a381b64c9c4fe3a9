"""Server time of who is near and of an area's patients as a list, beside the map: `python -m bench.map_near`.

Measured are the query of the nearest patients and caregivers as the map and the roster's panel ask it, and lists
through the application. Points and areas are drawn where patients are. On rows of `bench load` where PRIVATE_DATABASE
or DATABASE_URL names them; else on the demo company.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from flask import g
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from bench.__main__ import signed_in
from bench.company import company
from bench.taken import asking, taken
from bench.trail import acting
from homecare import clock, create_app
from homecare.queries.map import nearest
from homecare.records.on_map.shapes import Degrees
from homecare.tables.table import coded_tables

POINTS = 40
LIST = "/admin/patients/"
# Latitude, longitude, and the patient's number.
Place = tuple[float, float, int]
DRAWN = """SELECT ST_Y(geolocation::geometry) AS latitude, ST_X(geolocation::geometry) AS longitude, id FROM patients
    WHERE id IN (SELECT patient_id FROM dashboard.places WHERE m IS NOT NULL ORDER BY md5(patient_id::text) LIMIT :most)
    ORDER BY id"""
# Corners of a round drawing, by degrees from its middle.
CORNERS = [(0.0, 0.02), (0.014, 0.014), (0.02, 0.0), (0.014, -0.014), (0.0, -0.02), (-0.014, -0.014), (-0.02, 0.0),
           (-0.014, 0.014)]  # fmt: skip
LISTS = {
    "circle of 3 km": "?area=circle~{0:.5f}_{1:.5f}~3",
    "circle of 30 km": "?area=circle~{0:.5f}_{1:.5f}~30",
    "drawn, 8 corners": "?area=ring~{ring}",
    "sub-city": "?area=Bole",
    "within 1 km": "?near={0:.5f},{1:.5f},1",
    "within 1 km of a patient": "?near={2},1",
}


def near(engine: Engine, places: Sequence[Place]) -> None:
    by, today = acting(engine), clock.today()
    kinds: dict[str, Callable[[Session, Place], object]] = {
        "20 patients near a point": lambda session, at: nearest.patients(session, by, nearest.Near(Degrees(*at[:2]))),
        "20 patients near a patient": lambda session, at: nearest.patients(session, by, nearest.Near(at[2])),
        "10 caregivers of today": lambda session, at: nearest.caregivers(
            session, by, nearest.Near(Degrees(*at[:2])), today
        ),
    }
    with Session(engine) as session:
        for name, ask in kinds.items():
            taken(engine, [partial(ask, session, at) for at in places]).told(name, 20)
            session.rollback()


def lists(client: FlaskClient, engine: Engine, places: Sequence[Place]) -> None:
    taken(engine, [asking(client, LIST)] * len(places)).told("list without conditions", 50)
    for name, words in LISTS.items():
        asked = []
        for latitude, longitude, row_id in places:
            ring = "~".join(f"{latitude + one:.5f}_{longitude + other:.5f}" for one, other in CORNERS)
            asked.append(asking(client, LIST + words.format(latitude, longitude, row_id, ring=ring)))
        taken(engine, asked).told(f"list, {name}", 50)


def main() -> None:
    with company() as config:
        engine = create_engine(config.owner_url)
        with engine.connect() as connection:
            places = [
                (row.latitude, row.longitude, row.id) for row in connection.execute(text(DRAWN), {"most": POINTS})
            ]
        app = create_app(config)
        with app.app_context():
            g.shown_tables = coded_tables()
            near(engine, places)
        lists(signed_in(app), engine, places)
        engine.dispose()


if __name__ == "__main__":
    main()
