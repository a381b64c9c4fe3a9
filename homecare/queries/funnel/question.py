"""What is asked of the funnel, as an address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from homecare import clock
from homecare.records.funnel.lead_conditions import FIRST_DAY, funnel_day
from homecare.records.funnel.stages import ATTRIBUTIONS, BREAKDOWNS, WINDOWS

# A period of as many days as the usual window would hold no mature lead.
USUAL_DAYS = 180
USUAL = {"window": "90", "attribution": "first", "by": "campaign"}
WORDS = ("from", "to", *USUAL)


@dataclass(frozen=True)
class Question:
    """The leads of the Addis days `first` to `last`."""

    first: date
    last: date
    window: str
    attribution: str
    by: str

    @property
    def words(self) -> dict[str, str]:
        """As an address says it; what is usual is left out, but for the days."""
        said = {"window": self.window, "attribution": self.attribution, "by": self.by}
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return days | {name: word for name, word in said.items() if word != USUAL[name]}

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def kind(self) -> str:
        """Of the cells that the breakdown counts."""
        return BREAKDOWNS[self.by].kind or self.attribution

    def but(self, **changes: str | date) -> Question:
        return replace(self, **changes)  # type: ignore[arg-type]


def parse(words: Mapping[str, str]) -> Question:
    """Raises ValueError with a sentence. What is left out is usual: the last 180 days with today."""
    last = _day(words, "to") or clock.today()
    first = _day(words, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if first < FIRST_DAY:
        raise ValueError(f"to is {last.isoformat()}, too early for {USUAL_DAYS} days before it. Choose a later day.")
    if first > last:
        raise ValueError(
            f"from is {first.isoformat()}, after to, {last.isoformat()}. Choose an earlier day to begin with."
        )
    return Question(
        first=first,
        last=last,
        window=_one_of(words, "window", WINDOWS),
        attribution=_one_of(words, "attribution", ATTRIBUTIONS),
        by=_one_of(words, "by", BREAKDOWNS),
    )


def usual(question: Question) -> Question:
    """The usual period and window, by the same parts and touch."""
    return parse({"attribution": question.attribution, "by": question.by})


def _day(words: Mapping[str, str], name: str) -> date | None:
    text = words.get(name, "").strip()
    try:
        return funnel_day(text) if text else None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: {error}") from error


def _one_of(words: Mapping[str, str], name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    word = words.get(name) or USUAL[name]
    if word not in known:
        raise ValueError(f"{name} is {word[:40]!r}; it must be one of {', '.join(known)}.")
    return word
