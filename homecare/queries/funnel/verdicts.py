"""Which campaigns to stop: whether what a campaign brought can be told from chance (domain.md, "The funnel's numbers",
14 and 15)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SURE, LIKELY = 0.01, 0.05
# Even no paid patient at all proves nothing when fewer than these are usual.
FEWEST_EXPECTED = 3
# Two-sided 5 % of the normal distribution.
CRITICAL_Z = 1.959963984540054
FEWEST_IN_A_CELL = 5
NOTHING_MORE = 1e-17


class Verdict(StrEnum):
    STOP = "Stop?"
    WATCH = "Watch"
    EARLY = "Too early"
    STRONG = "Strong"

    @property
    def tone(self) -> str:
        """Of its badge; empty for what calls for nothing."""
        return {"Stop?": "missed", "Watch": "late", "Strong": "done"}.get(self, "")


@dataclass(frozen=True)
class Judged:
    """`expected` paid patients is what the spend usually brings, by what the other campaigns' patients cost."""

    campaign_id: int
    spend: Decimal
    revenue: Decimal
    leads: int
    paid: int
    expected: float

    @property
    def verdict(self) -> Verdict | None:
        at_most = chance_of_at_most(self.paid, self.expected)
        if at_most < SURE and self.revenue < self.spend:
            return Verdict.STOP
        if at_most < LIKELY:
            return Verdict.WATCH
        if self.expected < FEWEST_EXPECTED:
            return Verdict.EARLY
        return Verdict.STRONG if 1 - chance_of_at_most(self.paid - 1, self.expected) < SURE else None


def chance_of_at_most(number: int, expected: float) -> float:
    """P(X <= number) for a Poisson distribution of that mean. From the number away from the mean, until what is left
    adds nothing: some thousand steps for a hundred thousand patients."""
    if number < 0 or expected <= 0:
        return float(number >= 0)
    is_below = number < expected
    place = number if is_below else number + 1
    term, tail = math.exp(place * math.log(expected) - expected - math.lgamma(place + 1)), 0.0
    while term > tail * NOTHING_MORE:
        tail += term
        term *= place / expected if is_below else expected / (place + 1)
        place += -1 if is_below else 1
    return tail if is_below else 1 - tail


@dataclass(frozen=True)
class Compared:
    """Two shares held against each other. `differs` is None where a group is too small to tell."""

    reached: tuple[int, int]
    of: tuple[int, int]

    @property
    def shares(self) -> tuple[float | None, float | None]:
        first, second = (part / whole if whole else None for part, whole in zip(self.reached, self.of, strict=True))
        return first, second

    @property
    def differs(self) -> bool | None:
        """The pooled two-proportion z test, two-sided at 5 %."""
        whole = sum(self.of)
        if not all(self.of):
            return None
        pooled = sum(self.reached) / whole
        if min(size * share for size in self.of for share in (pooled, 1 - pooled)) < FEWEST_IN_A_CELL:
            return None
        error = math.sqrt(pooled * (1 - pooled) * sum(1 / size for size in self.of))
        first, second = (part / size for part, size in zip(self.reached, self.of, strict=True))
        return abs(first - second) / error > CRITICAL_Z
