"""Who is where and when: nobody is booked twice, so the demo company obeys its own rules."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from homecare.clock import ADDIS_OFFSET
from homecare.local.demo.company import Row

# The length of a visit by role, as the board assumes.
VISIT_MINUTES = {"Doctor": 45, "Nurse": 60, "Caregiver": 240}
# The free time between two patients for travel, and between a shift and work for another patient.
TRAVEL = timedelta(minutes=30)
REST = timedelta(hours=10)


class Booking(NamedTuple):
    start: datetime
    end: datetime
    patient_id: int
    is_shift: bool


class Diary:
    def __init__(self) -> None:
        self._by_day: dict[tuple[int, int], list[Booking]] = defaultdict(list)

    def is_free(self, staff: Row, patient_id: int, start: datetime, end: datetime) -> bool:
        """A visit inside a shift with the same patient is fine. Any other overlap is a clash."""
        for booking in self._near(staff["id"], start - TRAVEL, end + TRAVEL):
            if booking.is_shift and booking.patient_id == patient_id:
                continue
            gap = REST if booking.is_shift else TRAVEL
            if booking.start < end + gap and start < booking.end + gap:
                return False
        return True

    def book(self, staff: Row, patient_id: int, start: datetime, end: datetime, is_shift: bool = False) -> None:
        for day in self._days(start, end):
            self._by_day[staff["id"], day].append(Booking(start, end, patient_id, is_shift))

    def _near(self, staff_id: int, start: datetime, end: datetime) -> list[Booking]:
        return [booking for day in self._days(start, end) for booking in self._by_day.get((staff_id, day), ())]

    @staticmethod
    def _days(start: datetime, end: datetime) -> range:
        return range((start + ADDIS_OFFSET).toordinal(), (end + ADDIS_OFFSET).toordinal() + 1)
