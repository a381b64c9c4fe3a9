"""The funnel's stages as rows of a table whose bars are drawn by the server."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from homecare.pages.funnel import said
from homecare.queries.funnel.figures_of import Funnel
from homecare.queries.funnel.lists_behind import Behind
from homecare.queries.funnel.times_taken import Took
from homecare.records.funnel.stages import STAGES

BAR = 1000
# Their status keeps no history.
AT_LEAST = (2, 3)


@dataclass(frozen=True)
class StageRow:
    """A stage with what was lost before it. Lengths are thousandths of the leads: `reached`, `pending` who may still
    come, `lost`. Addresses are None where their list is shut."""

    number: int
    name: str
    count: int
    url: str | None
    step: str
    overall: str
    drop: int
    drop_url: str | None
    waiting: int
    waiting_url: str | None
    reached: int
    pending: int
    lost: int
    took: str
    is_worst: bool = False

    @property
    def at_least(self) -> bool:
        return self.number in AT_LEAST


def stage_rows(found: Funnel, behind: Behind, times: dict[int, Took]) -> list[StageRow]:
    counts = found.total.reached.counts
    young = (found.total.reached - found.total.mature).counts
    drops = [0, *(before - after for before, after in pairwise(counts))]
    worst = max(range(len(drops)), key=lambda place: drops[place])
    rows = []
    for place, name in enumerate(STAGES):
        number, before = place + 1, counts[place - 1] if place else counts[0]
        waiting = young[place - 1] - young[place] if place else 0
        rows.append(
            StageRow(
                number=number,
                name=name,
                count=counts[place],
                url=behind.stage(number),
                step=said.share(counts[place], before) if place else said.NONE,
                overall=said.share(counts[place], counts[0], digits=1),
                drop=drops[place],
                drop_url=behind.stopped(place) if place else None,
                waiting=waiting,
                waiting_url=behind.stopped(place, mature="no") if place else None,
                reached=_long(counts[place], counts[0]),
                pending=_long(waiting, counts[0]),
                lost=_long(drops[place] - waiting, counts[0]),
                took=_took(times.get(number)),
                is_worst=place == worst and drops[place] > 0,
            )
        )
    return rows


def _long(part: int, whole: int) -> int:
    return round(BAR * part / whole) if whole else 0


def _took(took: Took | None) -> str:
    if took is None or took.median is None:
        return said.NONE
    return said.took(took.median) + ("" if took.p90 is None else f" · {said.took(took.p90)}")
