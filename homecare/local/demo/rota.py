"""Who can be sent to a patient: the people of a role, those near the home first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from homecare.local.demo.company import Company, Row
from homecare.local.demo.places import SUB_CITIES, Area
from homecare.local.demo.staffing import AWAY_DAYS

SUNDAY = 6


class Rota:
    """Each caregiver, nurse and doctor has one or two sub-cities of their own."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._teams = {
            role: [row for row in company.rows["staff"] if row["role"] == role]
            for role in ("Doctor", "Nurse", "Caregiver")
        }

    def team(self, role: str) -> list[Row]:
        return self._teams[role]

    def works(self, staff: Row, offset: int) -> bool:
        """Whether the person is hired by then, not away, and not on the weekly day off."""
        day = self.company.clock.today + timedelta(days=offset)
        if staff["hire_date"] > day or (staff["status"] != "Active" and offset >= -AWAY_DAYS):
            return False
        return day.weekday() != staff["id"] % SUNDAY

    def candidates(self, role: str, area: Area | None, patient_id: int) -> Iterator[Row]:
        """The role's people, those of the area first. The order is always the same for a patient."""
        team = self._teams[role]
        place = SUB_CITIES.index(area) if area in SUB_CITIES else patient_id % len(SUB_CITIES)
        near = [row for n, row in enumerate(team) if place in self.places(n, len(team))]
        far = [row for row in team if row not in near]
        for group in (near, far):
            turn = patient_id % max(len(group), 1)
            yield from group[turn:] + group[:turn]

    @staticmethod
    def places(number: int, size: int) -> set[int]:
        """The sub-cities of a team's n-th person. In a small team each covers two."""
        return {number % len(SUB_CITIES), (number + size if size < len(SUB_CITIES) else number) % len(SUB_CITIES)}
