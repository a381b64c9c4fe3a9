"""The bars of a week's cells: one path for each tone, drawn over the hours in which anybody is busy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from homecare.queries.assigned.roster_week import Bar, Cell

HOUR = 60
# These hours are drawn even of a week in which nobody is busy at their ends.
FIRST, LAST = 7, 19
HEIGHT = 10
# A bar of no length is seen too. In minutes.
LEAST = 15
# Drawn in this order, so that what is urgent lies on top.
TONES = ("shift", "planned", "done", "running", "late", "missed")


@dataclass(frozen=True)
class Hours:
    """Whole hours of a day, [first, last)."""

    first: int
    last: int

    @property
    def width(self) -> int:
        return (self.last - self.first) * HOUR

    def paths(self, bars: Iterable[Bar]) -> list[tuple[str, str]]:
        """Tone and path. A unit is a minute from the first hour on."""
        drawn: dict[str, list[str]] = defaultdict(list)
        for bar in bars:
            long = max(LEAST, bar.end - bar.start)
            start = min(bar.start - self.first * HOUR, self.width - long)
            drawn[bar.tone].append(f"M{start} 0h{long}v{HEIGHT}h-{long}z")
        return [(tone, "".join(drawn[tone])) for tone in TONES if drawn[tone]]


def hours_of(cells: Sequence[Cell]) -> Hours:
    """Wide enough for every bar."""
    bars = [bar for cell in cells for bar in (*cell.bars, *cell.shifts)]
    first = min((bar.start // HOUR for bar in bars), default=FIRST)
    last = max((-(-bar.end // HOUR) for bar in bars), default=LAST)
    return Hours(min(first, FIRST), max(last, LAST))
