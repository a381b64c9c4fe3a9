"""Server time and size of one tile through the application, by zoom and kind of condition: `python -m bench.map_tiles`.

Tiles are asked for where patients are, as often as a person would look there: each round takes a patient and opens the
tile they live in. Facts are worked out first where they wait, and how long that takes is told. Words after the name
choose kinds whose name has one of them, and change nothing: `python -m bench.map_tiles channel`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from functools import partial

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from bench.__main__ import signed_in
from bench.company import company
from bench.taken import Taken, taken
from homecare import create_app
from homecare.config import Config
from homecare.records.on_map.grid import BITS, gathered
from homecare.work.facts import fact_kinds
from homecare.work.workers_door import opened

ROUNDS = 40
ZOOMS = (0, 4, 8, 10, 11, 12, 13, 14, 15, 16, 18)
MOST_KIB = 150
# Limits in ms of the 95th percentile, and the words; {campaign} is one with many patients.
KINDS = (
    (30, "no condition", {}),
    (30, "coloured", {"colour": "caregiver"}),
    (60, "source", {"source__eq": "Referral"}),
    (60, "source, status", {"source__eq": "Referral", "last_status": "Completed"}),
    (60, "channel, sub-city", {"acquisition_channel__eq": "Organic", "area": "Bole"}),
    (60, "campaign", {"campaign": "{campaign}"}),
    (60, "first campaign", {"initial_campaign_id__eq": "{campaign}"}),
    (500, "gender", {"gender__eq": "Female"}),
    (500, "no visit for 60 days", {"no_visit_for": "60"}),
    (500, "circle of 3 km", {"area": "circle~9.0_38.76~3"}),
    (500, "search", {"search": "Abebe"}),
)


def worked_out(config: Config) -> None:
    engine = create_engine(config.database_url)
    start = time.perf_counter()
    with opened(engine, config, because="tiles are measured", payload={}) as work:
        fact_kinds.places(work)
    print(f"{'facts worked out':22} {time.perf_counter() - start:8.1f} s")
    engine.dispose()


def changed(config: Config) -> None:
    """How long 10,000 visits that changed at once take to be right again; the change is put back."""
    owner = create_engine(config.owner_url)
    with owner.connect() as connection:
        first = "SELECT id, status FROM visit_services ORDER BY id LIMIT 10000"
        connection.execute(text(f"CREATE TEMP TABLE before AS {first}"))
        for name, status in (("10,000 visits changed", "'Missed'"), ("and put back", "b.status")):
            start = time.perf_counter()
            connection.execute(text(f"UPDATE visit_services v SET status = {status} FROM before b WHERE b.id = v.id"))
            connection.commit()
            print(f"{name:22} {time.perf_counter() - start:8.2f} s")
            worked_out(config)
    owner.dispose()


def looked_at(engine: Engine) -> list[int]:
    """The places of patients drawn by lot, as `m`."""
    drawn = "SELECT m FROM dashboard.places WHERE m IS NOT NULL ORDER BY md5(patient_id::text) LIMIT 2000"
    with engine.connect() as connection:
        return [row.m for row in connection.execute(text(drawn))]


def measure(
    client: FlaskClient, owner: Engine, places: Sequence[int], zoom: int, words: dict[str, str]
) -> tuple[Taken, int, int]:
    """What a tile takes, the largest in bytes, and how many were refused as too wide."""
    dice, answers = random.Random(zoom), []

    def ask(cell: int) -> None:
        answer = client.get(f"/admin/map/tiles/{zoom}/{gathered(cell)}/{gathered(cell >> 1)}.mvt", query_string=words)
        assert answer.status_code in (200, 204, 422), answer.status_code
        answers.append((len(answer.data), answer.status_code == 422))

    cells = [dice.choice(places) >> 2 * (BITS - zoom) for _ in range(ROUNDS)]
    found = taken(owner, [partial(ask, cell) for cell in cells])
    return found, max(size for size, _ in answers), sum(refused for _, refused in answers)


def main() -> None:
    with company() as config:
        chosen = sys.argv[1:]
        if not chosen:
            worked_out(config)
            changed(config)
        engine = create_engine(config.owner_url)
        places = looked_at(engine)
        with engine.connect() as connection:
            if not chosen:
                connection.execute(text("ANALYZE"))
            of_most = "FROM dashboard.places WHERE campaign_id > 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
            campaign = str(connection.scalar(text(f"SELECT campaign_id {of_most}")))
        client = signed_in(create_app(config))
        client.get("/admin/map/tiles/0/0/0.mvt")
        print(f"{'ms':22} {'':10} " + " ".join(f"z{zoom:<6}" for zoom in ZOOMS) + " limit  largest")
        for limit, name, words in KINDS:
            if chosen and not any(word in name for word in chosen):
                continue
            asked = {key: value.format(campaign=campaign) for key, value in words.items()}
            found = [measure(client, engine, places, zoom, asked) for zoom in ZOOMS]
            largest = max(size for _, size, _ in found)
            for row, number in (("95 of 100", "most"), ("median", "median"), ("processors", "processor")):
                told = " ".join(f"{getattr(ms, number):5.1f}{'*' if refused else ' '} " for ms, _, refused in found)
                print(f"{name:22} {row:10} {told} {limit:5}  {largest / 1024:5.1f} KiB of {MOST_KIB}", flush=True)
        print("* some were too wide for their condition, and asked to come nearer")
        engine.dispose()


if __name__ == "__main__":
    main()
