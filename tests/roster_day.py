"""A day of the roster with known rows: three nurses and visits of patients without a place, all else cleared away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, text

# Far enough ahead that nothing is late, near enough that nothing is asked about it.
AHEAD = 5
DAY = f"((timezone('utc', now()) + interval '3 hours')::date + {AHEAD})"
AT = f"{DAY} + interval '1 hour' * :hour - interval '3 hours'"


@dataclass
class RosterDay:
    """`nurses` by short name with their ids, `visits` by the patient's name with theirs."""

    engine: Engine
    day: str
    nurses: dict[str, int]
    patients: list[Any]

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.engine.begin() as connection:
            return connection.scalar(text(statement), values)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return [*connection.execute(text(statement), values)]

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def clear(self) -> None:
        for table, start in (("visit_services", "scheduled_at"), ("caregiver_assignments", "shift_start")):
            self.run(f"DELETE FROM {table} WHERE {start} >= {DAY} - interval '1 day' AND {start} < {DAY}"
                     " + interval '2 days'")  # fmt: skip

    def visit(self, patient: int, hour: float, staff: str | None = None, minutes: int = 60) -> int:
        """A planned visit of that patient; its id."""
        visit_id: int = self.scalar(
            f"INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status)"
            f" VALUES (:patient, :staff, {AT}, 'Scheduled') RETURNING id",
            patient=self.patients[patient].id, staff=self.nurses[staff] if staff else None, hour=hour,
        )  # fmt: skip
        self.run("INSERT INTO dashboard.visit_plans (visit_id, minutes) VALUES (:visit, :minutes)",
                 visit=visit_id, minutes=minutes)  # fmt: skip
        return visit_id

    def shift(self, patient: int, start: float, end: float, staff: str) -> None:
        self.run(
            f"INSERT INTO caregiver_assignments (patient_id, staff_id, shift_start, shift_end, status)"
            f" VALUES (:patient, :staff, {AT}, {AT.replace(':hour', ':until')}, 'Assigned')",
            patient=self.patients[patient].id, staff=self.nurses[staff], hour=start, until=end,
        )  # fmt: skip

    def row(self, visit_id: int) -> Any:
        """(nurse's short name, "HH:MM" in Addis, minutes, status) as stored."""
        with self.engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT v.staff_id, to_char(v.scheduled_at + interval '3 hours', 'HH24:MI') AS at, p.minutes,"
                    " v.status FROM visit_services v LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id"
                    " WHERE v.id = :id"
                ),
                {"id": visit_id},
            ).one()
        names = {staff_id: name for name, staff_id in self.nurses.items()}
        return names.get(found.staff_id), found.at, found.minutes, found.status


def roster_day(engine: Engine, names: Sequence[str] = ("Ababa", "Bayush", "Chaltu"), patients: int = 8) -> RosterDay:
    """These nurses come first of all; everybody else is away from the roster. Visits are of so many patients."""
    with engine.begin() as connection:
        away = "UPDATE staff SET status = 'Inactive' WHERE role IN ('Caregiver', 'Doctor', 'Nurse')"
        connection.execute(text(away))
        nurses = {}
        for name in names:
            nurses[name] = connection.scalar(
                text("INSERT INTO staff (first_name, last_name, email, role, status) VALUES (:name, 'Tadesse', :email,"
                     " 'Nurse', 'Active') RETURNING id"),
                {"name": name, "email": f"{name.lower()}@roster.example"},
            )  # fmt: skip
        connection.execute(text("UPDATE patients SET geolocation = NULL WHERE id IN (SELECT id FROM patients ORDER BY"
                                " id LIMIT :many)"), {"many": patients})  # fmt: skip
        whom = connection.execute(
            text("SELECT id, full_name FROM patients ORDER BY id LIMIT :many"), {"many": patients}
        ).all()
        day = connection.scalar(text(f"SELECT to_char({DAY}, 'YYYY-MM-DD')"))
    made = RosterDay(engine, str(day), nurses, [*whom])
    made.clear()
    return made


@pytest.fixture(scope="module")
def roster_made(owner_engine: Engine) -> RosterDay:
    return roster_day(owner_engine)


@pytest.fixture
def day(roster_made: RosterDay) -> Iterator[RosterDay]:
    """A day of the roster on which nobody has anything yet."""
    roster_made.clear()
    yield roster_made
    roster_made.clear()
