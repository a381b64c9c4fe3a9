"""One of one's own visits, and what its person may do with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homecare import clock
from homecare.access.policy import folded
from homecare.kinds.say import when
from homecare.records import bookings

# A check-in so long before the planned time is asked about first. Assumed.
EARLY = timedelta(minutes=60)
# So near to now a visit belongs to today's work, on whichever side of midnight it is. Assumed.
NIGHT = timedelta(hours=6)
HOUR = 60


@dataclass(frozen=True)
class OwnVisit:
    """Moments are UTC. `check` is what can be done now: "in", "out" or nothing."""

    id: int
    patient_id: int | None
    patient: str
    scheduled_at: datetime | None
    check_in_at: datetime | None
    check_out_at: datetime | None
    status: str
    purpose: str = ""
    minutes: int | None = None

    @property
    def day(self) -> date:
        return clock.to_addis(self.scheduled_at or self.check_in_at or clock.now_utc()).date()

    @property
    def time(self) -> str:
        return f"{clock.to_addis(self.scheduled_at):%H:%M}" if self.scheduled_at else ""

    @property
    def length(self) -> str:
        """45 min, 1 h, 1.5 h. Empty where nothing is planned."""
        minutes = self.minutes or 0
        return f"{round(minutes / 15) / 4:g} h" if minutes >= HOUR else f"{minutes} min" if minutes else ""

    @property
    def is_over(self) -> bool:
        return self.check_out_at is not None or folded(self.status) == "completed"

    @property
    def check(self) -> str:
        if self.is_over:
            return ""
        if self.check_in_at is not None:
            return "out"
        return "in" if self.day <= clock.today() or self.is_tonight else ""

    @property
    def is_tonight(self) -> bool:
        return self.scheduled_at is not None and abs(self.scheduled_at - clock.now_utc()) <= NIGHT

    @property
    def due_at(self) -> datetime | None:
        """From when a check-in is one touch; None: at any time."""
        return self.scheduled_at - EARLY if self.scheduled_at else None

    @property
    def early_words(self) -> str:
        return said_early(self.scheduled_at) if self.scheduled_at else ""

    def is_missed(self, now: datetime) -> bool:
        return self.check_in_at is None and self.scheduled_at is not None and self.scheduled_at <= now - bookings.MISSED


def said_early(scheduled_at: datetime) -> str:
    return f"This visit is planned for {when(scheduled_at)}, in more than an hour."
