"""The lists that hold exactly the rows a figure of the funnel counts, where this person may open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from homecare.access.acting import Acting
from homecare.queries.figures import address, may_count
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.queries.funnel.spending import months
from homecare.records.funnel.stages import PATIENT, STAGES, UNATTRIBUTED

LEADS, PATIENTS, INVOICES, BUDGETS = "marketing_leads", "patients", "invoices", "marketing_budgets"
Pairs = tuple[tuple[str, str], ...]
# Stands for every lead, beside the parts of a breakdown.
ALL = object()


@dataclass
class Behind:
    """Addresses are None where the list is shut. Whether one opens depends on its words, not on their values, so each
    kind of list is asked for once."""

    who: Acting
    question: Question
    sight: Sight
    _open: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def stage(self, stage: int, key: object = ALL, *, mature: str = "") -> str | None:
        """Who reached the stage, 1 to 7."""
        return self._of_stage("stage", stage, key, (("mature", mature),))

    def stopped(self, stage: int, key: object = ALL, *, mature: str = "", outcome: str = "") -> str | None:
        """For whom it is the highest."""
        return self._of_stage("stopped", stage, key, (("mature", mature), ("outcome", outcome)))

    def ever(self, stage: int, part: tuple[str, int]) -> str | None:
        """Who of a part, such as page 7, reached the stage, whenever they came and whenever that was."""
        pairs = (("stage", STAGES[stage - 1]), ("window", "none"), (part[0], str(part[1])))
        return self._first((PATIENTS, LEADS) if stage >= PATIENT else (LEADS,), pairs)

    def before(self) -> str | None:
        """Who became a patient before their lead was written."""
        patient = ("stage", STAGES[PATIENT - 1])
        return self._first((LEADS,), (("is", "patient_before"), patient, *self._how(), *self._part(ALL)))

    def revenue(self, key: object = ALL) -> str | None:
        return self._first((INVOICES,), (("stage", STAGES[-1]), *self._how(), *self._part(key)))

    def spend(self, key: object = ALL) -> str | None:
        if key is not ALL and self.question.by not in ("campaign", "platform", "month"):
            return None
        first, last = self._days(key)
        part = () if self.question.by == "month" else self._of_part(key)
        return self._first((BUDGETS,), (("is", "spent"), *_between(first, last), *part))

    def direct(self) -> str | None:
        return self._first(
            (PATIENTS,),
            (
                ("marketing_lead_id__isnull", "1"),
                ("created_at__gte", self.question.first.isoformat()),
                ("created_at__lte", self.question.last.isoformat()),
            ),
        )

    def metric(self, name: str) -> str | None:
        days = [
            ("recorded_at__gte", self.question.first.isoformat()),
            ("recorded_at__lte", self.question.last.isoformat()),
        ]
        return self._first(("campaign_metrics",), (("metric_name__eq", name), *days))

    def _of_stage(self, word: str, stage: int, key: object, more: Pairs) -> str | None:
        if key is not ALL and self.sight.floors(self.question.by):
            return None
        pairs = ((word, STAGES[stage - 1]), *self._how(), *self._part(key), *(pair for pair in more if pair[1]))
        return self._first((PATIENTS, LEADS) if stage >= PATIENT else (LEADS,), pairs)

    def _first(self, tables: Sequence[str], pairs: Pairs) -> str | None:
        """Of the first of these tables whose list opens."""
        return next((address(table, pairs) for table in tables if self._opens(table, pairs)), None)

    def _opens(self, table: str, pairs: Pairs) -> bool:
        kind = (table, pairs[0][1], *(word for word, _ in pairs))
        if kind not in self._open:
            self._open[kind] = may_count(self.who, table, pairs)
        return self._open[kind]

    def _how(self) -> Pairs:
        return ("window", self.question.window), ("attribution", self.question.attribution)

    def _part(self, key: object) -> Pairs:
        return *_between(*self._days(key)), *(() if self.question.by == "month" else self._of_part(key))

    def _days(self, key: object) -> tuple[date, date]:
        """The period, or what of it lies in the month that the key names."""
        first, last = self.question.first, self.question.last
        if self.question.by != "month" or not isinstance(key, str):
            return first, last
        month = date.fromisoformat(f"{key}-01")
        return max(first, month), months(month, min(last, month + timedelta(days=31)))[0][1]

    def _of_part(self, key: object) -> Pairs:
        if key is ALL:
            return ()
        return ((self.question.by, UNATTRIBUTED if key is None else str(key)),)


def _between(first: date, last: date) -> Pairs:
    return ("from", first.isoformat()), ("to", last.isoformat())
