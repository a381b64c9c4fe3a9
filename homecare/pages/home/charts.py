"""Bar charts drawn on the server: every position and length in the SVG is computed here, so it needs no styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from homecare.kinds.say import money
from homecare.queries.figures import Chart, Week

WIDTH, HEIGHT = 560, 156
TOP, FOOT = 22, 24
GAP = 14
SPACE = 2
LEAST = 2


@dataclass(frozen=True)
class Bar:
    """`series` is the index of its colour. `words` describe the bar in full, `short` is the text above it."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str
    short: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Cell:
    text: str
    url: str


@dataclass(frozen=True)
class Line:
    """One week in the chart's table: its days and one cell per series. `middle` is the x of its label."""

    days: str
    short: str
    middle: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Drawing:
    chart: Chart
    title: str
    summary: str
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    base: int = HEIGHT - FOOT
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        return not self.bars


def draw(chart: Chart, weeks: Sequence[Week], own: bool) -> Drawing:
    """Weeks from left to right, the series of a week side by side, scaled to the highest value."""
    highest = max((value for week in weeks for value in week.values), default=Decimal(0))
    slot = WIDTH / max(len(weeks), 1)
    wide = (slot - GAP) / len(chart.series) - SPACE
    bars, lines = [], []
    for place, week in enumerate(weeks):
        left = place * slot + GAP / 2
        for series, value in enumerate(week.values):
            if value > 0:
                x = left + series * (wide + SPACE)
                bars.append(_bar(chart, week, series, x, wide, value / highest))
        cells = tuple(Cell(_said(chart, value), url) for value, url in zip(week.values, week.urls, strict=True))
        lines.append(
            Line(_days(week), f"{week.monday.day} {week.monday:%b}", round(left + slot / 2 - GAP / 2, 1), cells)
        )
    title = chart.own if own else chart.title
    return Drawing(chart, title, _summary(chart, weeks), tuple(bars), tuple(lines))


def _bar(chart: Chart, week: Week, series: int, x: float, width: float, share: Decimal) -> Bar:
    value = week.values[series]
    height = max(round(float(share) * (HEIGHT - TOP - FOOT), 1), LEAST)
    words = f"{chart.series[series].label}, {_days(week)}: {_said(chart, value)}"
    y = round(HEIGHT - FOOT - height, 1)
    return Bar(round(x, 1), y, round(width, 1), height, series, words, _short(value))


def _said(chart: Chart, value: Decimal) -> str:
    return money(value) if chart.amount else f"{value:,.0f}"


def _short(value: Decimal) -> str:
    """850, 12k, 1.2M: short enough to fit above a bar."""
    if value < 1000:
        return f"{value:.0f}"
    for limit, unit in ((Decimal(1_000_000), "M"), (Decimal(1000), "k")):
        if value >= limit:
            return (
                f"{value / limit:.1f}".removesuffix(".0") + unit if value < 10 * limit else f"{value / limit:.0f}{unit}"
            )
    raise AssertionError(value)


def _days(week: Week) -> str:
    return f"week of {week.monday.day} {week.monday:%b %Y}"


def _summary(chart: Chart, weeks: Sequence[Week]) -> str:
    """The chart in one sentence, for screen readers."""
    totals = [sum((week.values[n] for week in weeks), Decimal(0)) for n in range(len(chart.series))]
    parts = [f"{series.label} {_said(chart, total)}" for series, total in zip(chart.series, totals, strict=True)]
    return f"{len(weeks)} weeks: {', '.join(parts)}. The table below has every week."
