"""The trail replayed from nothing gives the live tables, whatever happened to them and however."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from doors import Company, because
from sqlalchemy import Engine
from trail_replay import differences

EDITS = 150


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


class Hour:
    """What happens in a random hour: pages, bulk, psql, COPY, ids that change, rows that go with others."""

    def __init__(self, company: Company, dice: random.Random) -> None:
        self.company, self.dice, self.admin = company, dice, company.as_("Admin")

    def some(self, table: str, number: int = 1) -> list[int]:
        return self.dice.sample([row.id for row in self.company.rows(f"SELECT id FROM {table} ORDER BY id")], number)

    def inline(self) -> None:
        (one,) = self.some("visit_services")
        sent = {"id": one, "field": "status", "value": self.dice.choice(["Pending", "Cancelled"])}
        sent["sure"] = because("Cancelled")
        version = self.company.whole("visit_services", one).xmin
        self.admin.post("/admin/visit_services/ajax/update/", sent | {"version": version, "columns": "status"})

    def bulk(self) -> None:
        ids = self.some("invoices", 40)
        sent = {"action": "set", "field": "status", "value": self.dice.choice(["Pending", "Overdue", "Cancelled"])}
        self.admin.post("/admin/invoices/action/", sent | self.company.confirmed("invoices", *ids))

    def delete(self) -> None:
        (one,) = self.some("patients")
        sent = {"_version": self.company.whole("patients", one).xmin}
        self.admin.post(f"/admin/patients/delete/?id={one}", sent)

    def psql(self) -> None:
        place = f"ST_SetSRID(ST_MakePoint({38 + self.dice.random()}, {9 + self.dice.random()}), 4326)"
        self.company.run(
            f"UPDATE patients SET geolocation = {place}, full_name = E'ሰላም\\t\\\\' || id WHERE id % 50 = :n",
            n=self.dice.randrange(50),
        )

    def staff_goes(self) -> None:
        self.company.run(
            "DELETE FROM staff WHERE id = :id AND id <> :me", id=self.some("staff")[0], me=self.admin.staff_id
        )

    def other_ids(self) -> None:
        self.company.run(
            "UPDATE campaign_metrics SET id = -id WHERE id = ANY(:ids)", ids=self.some("campaign_metrics", 3)
        )

    def copy(self) -> None:
        with self.company.engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy("COPY events (title, event_date) FROM STDIN") as copy:
                for number in range(self.dice.randrange(1, 30)):
                    copy.write_row([f"Fair {number}", None])

    def taken_back(self) -> None:
        with self.company.engine.connect() as connection:
            connection.exec_driver_sql("DELETE FROM messages")


def test_the_demo_company_replays(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        assert differences(connection) == []


def test_a_random_hour_replays(company: Company) -> None:
    hour = Hour(company, random.Random(11))
    edits: list[Callable[[], None]] = [
        hour.inline, hour.bulk, hour.delete, hour.psql, hour.staff_goes, hour.other_ids, hour.copy, hour.taken_back,
    ]  # fmt: skip
    before = company.size("dashboard.changes")

    for _ in range(EDITS):
        hour.dice.choice(edits)()

    with company.engine.connect() as connection:
        assert differences(connection) == []
    assert company.size("dashboard.changes") > before + 10 * EDITS
    made = {(row.kind, row.resource) for row in company.rows("SELECT kind, resource FROM dashboard.change_sets")}
    assert made >= {("save", "visit_services"), ("bulk", "invoices"), ("delete", "patients")}


@pytest.mark.parametrize(
    "unseen",
    [
        "ALTER TABLE events DISABLE TRIGGER ALL; INSERT INTO events (title) VALUES ('Unseen'); "
        "ALTER TABLE events ENABLE ALWAYS TRIGGER trail_added",
        "DELETE FROM dashboard.changes WHERE id = (SELECT max(id) FROM dashboard.changes WHERE resource = 'events')",
        "UPDATE dashboard.changes SET new = jsonb_set(new, '{title}', '\"Other\"') "
        "WHERE id = (SELECT max(id) FROM dashboard.changes WHERE resource = 'events')",
    ],
)
def test_the_replay_notices(company: Company, unseen: str) -> None:
    company.run("INSERT INTO events (title) VALUES ('Seen')")
    with company.engine.connect() as connection:
        connection.exec_driver_sql(unseen)
        assert differences(connection) == ["events: 1 rows"] * (1 if "DELETE" in unseen or "Unseen" in unseen else 2)
