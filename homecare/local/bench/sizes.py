"""How many rows of each table a company of so many patients and visits has, and what its rows are drawn by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from homecare.clock import ADDIS_OFFSET

# Days before today that the company's records reach back, and days ahead that visits are planned for.
PAST_DAYS = 1095
AHEAD_DAYS = 30
# One statement writes so many rows at most, so that the terminal hears of it every few seconds.
CHUNK = 1_000_000


@dataclass(frozen=True)
class Size:
    """The numbers asked for; the others follow from them. `now` is naive UTC."""

    patients: int
    visits: int
    seed: int
    now: datetime

    @classmethod
    def of(cls, patients: int, visits: int, seed: int = 1, day: date | None = None) -> Size:
        """A day that is given stands at 10:40 in Addis Ababa, so that its rows are the same on every load."""
        if day is not None:
            return cls(patients, visits, seed, datetime.combine(day, time(10, 40)) - ADDIS_OFFSET)
        return cls(patients, visits, seed, datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0))

    @property
    def told(self) -> str:
        numbers = f"{self.patients:,} patients, {self.visits:,} visits, seed {self.seed}"
        return f"{numbers}, made at {self.now:%Y-%m-%d %H:%M} UTC"

    def numbers(self) -> dict[str, int]:
        """By the names that statements know them by. Two thousand staff make 10,000,000 visits in three years."""
        staff = max(40, self.visits // 5000)
        # The demo doctor, nurse and caregiver, and four of five of those behind the ten demo people.
        carers = 3 + (staff - 10) * 4 // 5
        campaigns = max(30, min(400, self.patients // 2500))
        return {
            "patients": self.patients,
            "visits": self.visits,
            "leads": self.patients * 2,
            "staff": staff,
            "carers": carers,
            # One shift a day and carer at most, so that no two overlap.
            "shifts": max(1, min(self.visits // 20, carers * PAST_DAYS)),
            "campaigns": campaigns,
            "pages": campaigns * 2,
            "budgets": campaigns * 11 // 10,
            "contents": campaigns * 5,
            "marketing_tasks": campaigns * 10,
            "claims": max(20, self.patients // 8),
            "messages": max(20, self.visits // 10),
            "office_tasks": max(20, self.visits // 50),
            "referrals": max(20, self.patients // 20),
            "abroad": max(10, self.patients // 500),
            "hospitals": 40,
            "ngos": 60,
            "events": 300,
            "items": staff * 5 // 2,
        }

    def values(self) -> dict[str, str]:
        """What the placeholders of every statement stand for."""
        today = (self.now + ADDIS_OFFSET).date()
        start = datetime.combine(today - timedelta(days=PAST_DAYS), time()) - ADDIS_OFFSET
        return {name: str(number) for name, number in self.numbers().items()} | {
            "seed": str(self.seed * 1000),
            "now": f"timestamp '{self.now}'",
            "today": f"date '{today}'",
            "start": f"timestamp '{start}'",
            "days": str(PAST_DAYS + 1),
            "span": str(PAST_DAYS + 1 + AHEAD_DAYS),
        }
