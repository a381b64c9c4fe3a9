"""The company while it is generated: its reference time, its random numbers, and its rows by table."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from homecare.clock import ADDIS_OFFSET

Row = dict[str, Any]
Chosen = TypeVar("Chosen")

SEED = "homecare"
# The time used for a given day, so that its rows are the same on every load.
MORNING = time(10, 40)


@dataclass(frozen=True)
class Clock:
    """`today` is the day in Addis Ababa, `now` is naive UTC as every stored time is."""

    today: date
    now: datetime

    @classmethod
    def of(cls, today: date | None) -> Clock:
        if today is not None:
            return cls(today, datetime.combine(today, MORNING) - ADDIS_OFFSET)
        now = datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0)
        return cls((now + ADDIS_OFFSET).date(), now)

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def at(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """An Addis hour as naive UTC, `offset` days from today. Hours past 23 are on the next day."""
        return datetime.combine(self.day(offset), time()) + timedelta(hours=hour, minutes=minute) - ADDIS_OFFSET

    def offset(self, moment: datetime) -> int:
        """The number of Addis days from today to the moment. Negative before today."""
        return ((moment + ADDIS_OFFSET).date() - self.today).days


@dataclass
class Company:
    clock: Clock
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def dice(self, name: str) -> Dice:
        """Each part has random numbers of its own, so changing one part does not change the others."""
        return Dice(f"{SEED}/{name}")

    def add(self, table: str, created_at: datetime, **values: Any) -> Row:
        """Appends a row with the next id. `updated_at` equals `created_at` unless given."""
        rows = self.rows.setdefault(table, [])
        stamps = {} if table in ("messages", "insurance_claims") else {"updated_at": created_at}
        row = {"id": len(rows) + 1, **values, "created_at": created_at, **stamps}
        row |= {name: values[name] for name in stamps if name in values}
        rows.append(row)
        return row

    def staff(self, role: str) -> list[Row]:
        """The people of a role who work today. The demo account's person is first."""
        return [row for row in self.rows["staff"] if row["role"] == role and row["status"] == "Active"]


class Dice(random.Random):
    """Seeded random numbers with the methods that several parts need."""

    def weighted(self, weights: dict[Chosen, int]) -> Chosen:
        return self.choices(list(weights), list(weights.values()))[0]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def between(self, start: datetime, end: datetime) -> datetime:
        """A whole second in [start, end]."""
        return start + timedelta(seconds=self.randint(0, max(0, int((end - start).total_seconds()))))

    def office_hour(self, clock: Clock, offset: int) -> datetime:
        """A moment between 08:00 and 18:00 in Addis on that day, never after now."""
        return min(clock.at(offset, 8, self.randint(0, 599)) + timedelta(seconds=self.randint(0, 59)), clock.now)

    @staticmethod
    def awake(moment: datetime) -> datetime:
        """The moment, or a later one if it is between 21:00 and 07:00 in Addis, when few people pay or write."""
        hour = (moment + ADDIS_OFFSET).hour
        return moment + timedelta(hours=7 if hour < 7 else 10 if hour >= 21 else 0)

    def cycle(self, values: Sequence[Chosen]) -> Iterator[Chosen]:
        """All values in shuffled order, again and again, so no text repeats before the others were used."""
        while True:
            yield from self.sample(values, len(values))
