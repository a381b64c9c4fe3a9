"""The breakdown as a table: a line for each part, its numbers with the lists behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from homecare.pages.funnel import said
from homecare.queries.funnel.figures_of import Funnel, Line
from homecare.queries.funnel.lists_behind import ALL, Behind
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.queries.funnel.verdicts import SURE, Judged, Verdict, chance_of_at_most
from homecare.records.funnel.stages import BREAKDOWNS, STAGES

# Shorter heads than the stages' names; the first to give way on a narrow screen are `wide`.
HEADS = ("Leads", "Contacted", "Qualified", "Patients", "Visited", "Invoiced", "Paid")
WIDE_STAGES = (3, 6)
ORDER = (Verdict.STOP, Verdict.WATCH, Verdict.STRONG, None, Verdict.EARLY)


@dataclass(frozen=True)
class Cell:
    """`value` is for files, `text` for the page. `tint` is "fewer" or "more" where chance does not explain it."""

    value: int | Decimal | None
    text: str
    url: str | None = None
    tint: str = ""


@dataclass(frozen=True)
class Head:
    label: str
    wide: bool = False


@dataclass(frozen=True)
class TableLine:
    """`campaign_id` is of a line that has a page of its own."""

    name: str
    verdict: str
    tone: str
    cells: tuple[Cell, ...]
    campaign_id: int | None = None


@dataclass(frozen=True)
class Table:
    label: str
    heads: tuple[Head, ...]
    lines: tuple[TableLine, ...]
    total: TableLine
    has_verdicts: bool


def table(found: Funnel, question: Question, behind: Behind, sight: Sight) -> Table:
    stages = [stage for stage in range(1, len(STAGES) + 1) if not sight.money_only or stage > 5]
    # Those who see money alone have room for all of it.
    gives_way = not sight.money_only
    heads = [Head(HEADS[stage - 1], gives_way and stage in WIDE_STAGES) for stage in stages]
    heads += [Head("Spend"), Head("Revenue"), Head("CPL", gives_way), Head("CAC"), Head("ROAS"), Head("LTV-90")]
    floored = sight.floors(question.by)
    has_pages = question.by == "campaign" and not sight.money_only
    lines = sight.lines(found.lines, question.by)
    if has_pages:
        lines = sorted(lines, key=_verdict_place)

    def told(line: Line, key: object, *, is_floored: bool) -> TableLine:
        counts = sight.counts(line.reached.counts, floored=is_floored)
        judged = line.judged if sight.judges(line) else None
        cells = [_count(counts[stage - 1], stage, key, behind, judged) for stage in stages]
        verdict = judged.verdict if judged is not None else None
        return TableLine(
            name=line.label,
            verdict=verdict or "",
            tone=verdict.tone if verdict else "",
            cells=(*cells, *_money(line, key, behind, is_floored=is_floored)),
            campaign_id=key if has_pages and isinstance(key, int) else None,
        )

    return Table(
        label=BREAKDOWNS[question.by].label,
        heads=tuple(heads),
        lines=tuple(told(line, line.key, is_floored=floored) for line in lines),
        total=told(found.total, ALL, is_floored=False),
        has_verdicts=has_pages,
    )


def _verdict_place(line: Line) -> tuple[bool, int]:
    """By verdict; within one the lines keep their order, by spend."""
    return line.key is None, ORDER.index(line.judged.verdict if line.judged is not None else None)


def _count(value: int | None, stage: int, key: object, behind: Behind, judged: Judged | None) -> Cell:
    url = None if value is None else behind.stage(stage, key)
    return Cell(value, said.count(value), url, _tint(judged) if stage == len(STAGES) else "")


def _tint(judged: Judged | None) -> str:
    if judged is None or judged.verdict is Verdict.EARLY:
        return ""
    if chance_of_at_most(judged.paid, judged.expected) < SURE:
        return "fewer"
    return "more" if 1 - chance_of_at_most(judged.paid - 1, judged.expected) < SURE else ""


def _money(line: Line, key: object, behind: Behind, *, is_floored: bool) -> tuple[Cell, ...]:
    revenue = None if is_floored else line.reached.revenue
    ltv = None if is_floored else line.ltv
    return (
        _amount(line.spend, said.birr, lambda: behind.spend(key)),
        _amount(revenue, said.birr, lambda: behind.revenue(key)),
        _amount(line.cpl, said.birr),
        _amount(line.cac, said.birr),
        _amount(line.roas, said.ratio),
        _amount(ltv, said.birr),
    )


def _amount(
    value: Decimal | None, say: Callable[[Decimal | None], str], url: Callable[[], str | None] = lambda: None
) -> Cell:
    return Cell(value, say(value), None if value is None else url())
