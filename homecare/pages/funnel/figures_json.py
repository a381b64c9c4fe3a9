"""The funnel's figures as JSON: money and ratios as texts with two decimals, null where a page says "—"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from homecare.queries.funnel.figures_of import Funnel, Line
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.queries.funnel.spending import CENT
from homecare.records.funnel.stages import STAGES


def as_json(found: Funnel, question: Question, sight: Sight) -> dict[str, Any]:
    floored = sight.floors(question.by)
    return {
        "stages": list(STAGES),
        "rows": [_line(line, sight, floored=floored) for line in sight.lines(found.lines, question.by)],
        "total": _line(found.total, sight, floored=False),
        "direct_patients": None if sight.money_only else found.direct_patients,
        "immature": None if sight.money_only else found.immature,
        "as_of": None if found.as_of is None else f"{found.as_of.isoformat()}Z",
    }


def _line(line: Line, sight: Sight, *, floored: bool) -> dict[str, Any]:
    return {
        "key": line.key,
        "label": line.label,
        "counts": sight.counts(line.reached.counts, floored=floored),
        "spend": amount(line.spend),
        # What patients of a few homes paid would tell that they are there.
        "revenue": None if floored else amount(line.reached.revenue),
        "cpl": amount(line.cpl),
        "cac": amount(line.cac),
        "roas": amount(line.roas),
        "ltv90": None if floored else amount(line.ltv),
        "verdict": line.judged.verdict if line.judged is not None and sight.judges(line) else None,
    }


def amount(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(CENT, ROUND_HALF_UP))
