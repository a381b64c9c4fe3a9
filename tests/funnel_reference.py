"""The funnel's numbers worked out row by row in plain Python, from the company's tables alone.

It imports nothing of the product: domain.md, "The funnel's numbers", is written down here a second time, so that the
product's statements and this can only agree where both are right. The numbers in brackets are those of the rules.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, text

STAGES = ("Lead", "Contacted", "Qualified", "Patient", "First completed visit", "Invoiced", "Paid")
TABLES = (
    "marketing_leads", "patients", "visit_services", "invoices", "landing_pages", "marketing_campaigns",
    "marketing_platforms", "lead_sources", "marketing_budgets",
)  # fmt: skip
WINDOWS: dict[str, int | None] = {"14": 14, "30": 30, "90": 90, "180": 180, "none": None}
ADDIS = timedelta(hours=3)
CENT = Decimal("0.01")
LONG_AGO = datetime(1, 1, 1)


def word(status: str | None, default: str) -> str:
    return (status or "").strip().casefold() or default


def addis_day(moment: datetime) -> date:
    return (moment + ADDIS).date()


def cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def ratio(above: Decimal | None, below: Decimal | int | None) -> str | None:
    return None if above is None or not below else cents(above / Decimal(below))


@dataclass
class Lead:
    """A lead with the rows that decide it. `paid` are (moment, amount) of its Paid invoices."""

    row: dict[str, Any]
    patient: dict[str, Any] | None
    first_touch: int | None
    last_touch: int | None
    sub_city: str | None
    moments: dict[int, list[datetime | None]] = field(default_factory=dict)
    paid: list[tuple[datetime | None, Decimal]] = field(default_factory=list)

    @property
    def day(self) -> date:
        return addis_day(self.row["created_at"])

    def counts(self, moment: datetime | None, days: int | None) -> bool:
        """[4] Within the window; under none no moment is asked."""
        if days is None:
            return True
        return moment is not None and moment < self.row["created_at"] + timedelta(days=days)

    def level(self, days: int | None) -> int:
        """[3] [4] [5] The highest stage, 1 to 7."""
        status = word(self.row["status"], "new")
        reached = 3 if status in ("qualified", "converted") else 2 if status == "contacted" else 1
        for stage, moments in self.moments.items():
            if any(self.counts(moment, days) for moment in moments):
                reached = max(reached, stage)
        return reached

    def revenue(self, days: int | None) -> Decimal:
        """[6]"""
        return sum((amount for moment, amount in self.paid if self.counts(moment, days)), Decimal(0))


class Reference:
    def __init__(self, connection: Connection, today: date) -> None:
        self.today = today
        self.rows = {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings()]
            for table in TABLES
        }
        cities = connection.execute(text("SELECT id, dashboard.sub_city(geolocation), geolocation FROM patients"))
        # Which sub-city a place is in is the database's one function, tested by itself.
        self.cities = {row[0]: "No place" if row[2] is None else str(row[1] or "Outside") for row in cities}
        self.leads = self._leads()

    def _leads(self) -> list[Lead]:
        campaign_of_page = {row["id"]: row["campaign_id"] for row in self.rows["landing_pages"]}
        patient_of: dict[int, dict[str, Any]] = {}
        for patient in self.rows["patients"]:
            if patient["marketing_lead_id"] is not None:
                # [2] The rows are in the order of their ids: the smallest stays.
                patient_of.setdefault(patient["marketing_lead_id"], patient)
        found = []
        for row in self.rows["marketing_leads"]:
            patient = patient_of.get(row["id"])
            initial = patient["initial_campaign_id"] if patient else None
            page = campaign_of_page.get(row["landing_page_id"])
            # [10]
            first = next((one for one in (initial, row["campaign_id"], page) if one is not None), None)
            last = next((one for one in (row["campaign_id"], page, initial) if one is not None), None)
            lead = Lead(row, patient, first, last, self.cities[patient["id"]] if patient else None)
            if patient:
                self._follow(lead, patient)
            found.append(lead)
        return found

    def _follow(self, lead: Lead, patient: dict[str, Any]) -> None:
        """[3] What happened to the patient, and when."""
        became = lead.row["converted_to_patient_at"] or patient["created_at"]
        lead.moments[4] = [became]
        done = [
            visit["check_out_time"] or visit["check_in_time"] or visit["scheduled_at"]
            for visit in self.rows["visit_services"]
            if visit["patient_id"] == patient["id"] and word(visit["status"], "pending") == "completed"
        ]
        lead.moments[5] = done
        for invoice in self.rows["invoices"]:
            if invoice["patient_id"] != patient["id"]:
                continue
            status, amount = word(invoice["status"], "pending"), invoice["amount"]
            if status not in ("cancelled", "refunded"):
                lead.moments.setdefault(6, []).append(invoice["created_at"])
            if status == "paid":
                lead.moments.setdefault(7, []).append(invoice["paid_at"])
                if amount.is_finite() and amount >= 0:
                    lead.paid.append((invoice["paid_at"], amount))

    def between(self, first: date, last: date) -> list[Lead]:
        """[1]"""
        return [one for one in self.leads if one.row["created_at"] is not None and first <= one.day <= last]

    def is_mature(self, lead: Lead, days: int | None) -> bool:
        """[8]"""
        return days is None or lead.day + timedelta(days=days) < self.today

    def key(self, lead: Lead, by: str, attribution: str) -> str | None:
        """[11]"""
        campaign = lead.first_touch if attribution == "first" else lead.last_touch
        if by == "campaign":
            return None if campaign is None else str(campaign)
        if by == "platform":
            return self.platform(campaign)
        if by in ("source", "page"):
            value = lead.row[{"source": "lead_source_id", "page": "landing_page_id"}[by]]
            return None if value is None else str(value)
        if by == "month":
            return f"{lead.day:%Y-%m}"
        if lead.patient is None:
            return "Not a patient yet"
        if by == "sub_city":
            return lead.sub_city
        return lead.patient["acquisition_channel"] or None

    def platform(self, campaign: int | None) -> str | None:
        of = {row["id"]: row["platform_id"] for row in self.rows["marketing_campaigns"]}
        found = of.get(campaign) if campaign is not None else None
        return None if found is None else str(found)

    def spent_to(self, budget: dict[str, Any], day: date) -> Decimal:
        """[12] Of one budget up to and with a day."""
        campaign = next((c for c in self.rows["marketing_campaigns"] if c["id"] == budget["campaign_id"]), {})
        start = budget["start_date"] or campaign.get("start_date")
        end = budget["end_date"] or campaign.get("end_date")
        amount = budget["spent_amount"] or Decimal(0)
        if (start is None and end is None) or not amount.is_finite():
            return Decimal(0)
        start, end = start or end, end or start
        last = max(start, min(end, self.today))
        past = min(max((day - start).days + 1, 0), (last - start).days + 1)
        return (amount * past / ((last - start).days + 1)).quantize(CENT, ROUND_HALF_UP)

    def spend(self, first: date, last: date) -> dict[int | None, Decimal]:
        """By campaign."""
        found: dict[int | None, Decimal] = defaultdict(Decimal)
        for budget in self.rows["marketing_budgets"]:
            of = self.spent_to(budget, last) - self.spent_to(budget, first - timedelta(days=1))
            if of:
                found[budget["campaign_id"]] += of
        return found

    def spend_by(self, first: date, last: date, by: str) -> dict[str | None, Decimal] | None:
        """[11] [12] By key; None where spend has no such parts."""
        found: dict[str | None, Decimal] = defaultdict(Decimal)
        if by in ("campaign", "platform"):
            for campaign, amount in self.spend(first, last).items():
                said = None if campaign is None else str(campaign)
                found[said if by == "campaign" else self.platform(campaign)] += amount
            return found
        if by != "month":
            return None
        day = first
        while day <= last:
            after = min((day.replace(day=1) + timedelta(days=32)).replace(day=1), last + timedelta(days=1))
            amount = sum(self.spend(day, after - timedelta(days=1)).values(), Decimal(0))
            if amount:
                found[f"{day:%Y-%m}"] += amount
            day = after
        return found

    def ltv90(self, leads: Iterable[Lead]) -> str | None:
        """[9]"""
        mature = [lead for lead in leads if self.is_mature(lead, 90)]
        return ratio(
            sum((lead.revenue(90) for lead in mature), Decimal(0)), sum(lead.level(90) >= 4 for lead in mature)
        )

    def line(self, leads: list[Lead], spend: Decimal | None, days: int | None) -> dict[str, Any]:
        levels = [lead.level(days) for lead in leads]
        counts = [sum(level >= stage for level in levels) for stage in range(1, 8)]
        revenue = sum((lead.revenue(days) for lead in leads), Decimal(0))
        return {
            "counts": counts,
            "spend": None if spend is None else cents(spend),
            "revenue": cents(revenue),
            "cpl": ratio(spend, counts[0]),
            "cac": ratio(spend, counts[3]),
            "roas": ratio(revenue, spend) if spend is not None else None,
            "ltv90": self.ltv90(leads),
        }

    def answer(self, first: date, last: date, window: str, attribution: str, by: str) -> dict[str, Any]:
        """What data.json has to say, its rows by key and without labels."""
        days, leads = WINDOWS[window], self.between(first, last)
        groups: dict[str | None, list[Lead]] = defaultdict(list)
        for lead in leads:
            groups[self.key(lead, by, attribution)].append(lead)
        spend = self.spend_by(first, last, by)
        for key in spend or ():
            groups.setdefault(key, [])
        verdicts = self.verdicts(first, last, days, attribution) if by == "campaign" else {}
        rows = {
            key: self.line(of, None if spend is None else spend[key], days) | {"verdict": verdicts.get(key)}
            for key, of in groups.items()
        }
        total = self.line(leads, sum(self.spend(first, last).values(), Decimal(0)), days) | {"verdict": None}
        return {
            "rows": rows,
            "total": total,
            "direct_patients": sum(
                patient["marketing_lead_id"] is None
                and patient["created_at"] is not None
                and first <= addis_day(patient["created_at"]) <= last
                for patient in self.rows["patients"]
            ),
            "immature": sum(not self.is_mature(lead, days) for lead in leads),
        }

    def verdicts(self, first: date, last: date, days: int | None, attribution: str) -> dict[str | None, str]:
        """[15] Of active campaigns, by key."""
        until = last if days is None else min(last, self.today - timedelta(days=days + 1))
        if until < first:
            until = self.today - timedelta(days=(days or 0) + 1)
            first = until - timedelta(days=89)
        spend = self.spend(first, until)
        paid: dict[int, int] = defaultdict(int)
        back: dict[int, Decimal] = defaultdict(Decimal)
        for lead in self.between(first, until):
            campaign = lead.first_touch if attribution == "first" else lead.last_touch
            if campaign is not None:
                paid[campaign] += lead.level(days) == 7
                back[campaign] += lead.revenue(days)
        known = [row["id"] for row in self.rows["marketing_campaigns"]]
        found: dict[str | None, str] = {}
        for row in self.rows["marketing_campaigns"]:
            others_spent = sum((spend.get(other, Decimal(0)) for other in known if other != row["id"]), Decimal(0))
            others_paid = sum(paid[other] for other in known if other != row["id"])
            mine = spend.get(row["id"], Decimal(0))
            if word(row["status"], "planned") != "active" or not others_spent:
                continue
            expected = float(mine * others_paid / others_spent)
            said = judged(expected, paid[row["id"]], back[row["id"]] < mine)
            if said:
                found[str(row["id"])] = said
        return found

    def times(self, first: date, last: date, window: str) -> dict[str, int | None]:
        """[7] In whole minutes."""
        days = WINDOWS[window]
        took = []
        negative = 0
        for lead in self.between(first, last):
            moment = lead.moments.get(4, [None])[0]
            if lead.level(days) < 4 or moment is None:
                continue
            if moment < lead.row["created_at"]:
                negative += 1
            else:
                took.append(math.floor((moment - lead.row["created_at"]) / timedelta(minutes=1)))
        took.sort()
        nth = lambda share: took[max(math.ceil(share * len(took)) - 1, 0)] if took else None  # noqa: E731
        return {"median": nth(0.5), "p90": nth(0.9) if len(took) >= 10 else None, "negative": negative}


def poisson(most: int, expected: float) -> float:
    """P(at most so many)."""
    return math.fsum(math.exp(n * math.log(expected) - expected - math.lgamma(n + 1)) for n in range(most + 1))


def judged(expected: float, paid: int, lost: bool) -> str | None:
    at_most = poisson(paid, expected) if expected else 1.0
    at_least = 1 - (poisson(paid - 1, expected) if expected else 1.0) if paid else 1.0
    if at_most < 0.01 and lost:
        return "Stop?"
    if at_most < 0.05:
        return "Watch"
    if expected < 3:
        return "Too early"
    return "Strong" if at_least < 0.01 else None
