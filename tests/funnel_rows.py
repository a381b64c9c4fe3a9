"""Rows that meet every clause of the funnel's rules, drawn by a seed: edges of windows, times before the lead, refunds,
odd spellings of statuses, empty moments, amounts that are none, budgets without dates, deleted campaigns."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

LEAD_STATUSES = (
    "New",
    "Contacted",
    "Qualified",
    "Converted",
    "Unqualified",
    "Lost",
    " qualified ",
    "LOST",
    None,
    "Odd",
)
VISIT_STATUSES = ("Completed", " completed", "COMPLETED", "Pending", "Missed", None, "Cancelled")
INVOICE_STATUSES = ("Paid", "paid ", "PAID", "Pending", None, "Cancelled", "Refunded", " refunded", "Overdue")
AMOUNTS = ("100", "250.55", "0", "-40", "NaN", "1999.99", "0.005")
CHANNELS = ("Organic", "Paid Social", None, "")
MICROSECOND = timedelta(microseconds=1)
PLACES = ("POINT(38.81 8.98)", "POINT(38.75 9.0)", "POINT(42 9)", None)


class World:
    """Adds rows through one connection; its numbers are drawn by the seed. `today` is the day in Addis."""

    def __init__(self, connection: Connection, today: date, seed: int) -> None:
        self.connection, self.today, self.dice = connection, today, random.Random(seed)

    def add(self, table: str, **values: Any) -> int:
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        if "geolocation" in values:
            places = places.replace(":geolocation", "CAST(:geolocation AS geography)")
        statement = text(f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id")
        found: int = self.connection.execute(statement, values).scalar_one()
        return found

    def moment(self, days_ago: int) -> datetime:
        """A moment of that day in Addis, its first and last ones often."""
        start = datetime.combine(self.today - timedelta(days=days_ago), time()) - timedelta(hours=3)
        within = (timedelta(0), timedelta(days=1) - MICROSECOND, timedelta(minutes=self.dice.randrange(1440)))
        return start + self.dice.choice(within)

    def fill(self, leads: int = 150) -> None:
        dice = self.dice
        platforms = [self.add("marketing_platforms", name=f"Platform {n}") for n in range(2)]
        self.sources = [self.add("lead_sources", name=f"Source {n}") for n in range(2)]
        self.campaigns = [
            self.add(
                "marketing_campaigns", campaign_name=f"Campaign {n}", platform_id=dice.choice([*platforms, None]),
                status=dice.choice(("Active", " active", "ACTIVE", "Completed", None)), **self.dates(),
            )
            for n in range(6)
        ]  # fmt: skip
        self.pages = [
            self.add("landing_pages", name=f"Page {n}", url=f"https://x.example/{n}", campaign_id=self.any_campaign())
            for n in range(3)
        ]
        for _ in range(14):
            self.add(
                "marketing_budgets", campaign_id=self.any_campaign(), allocated_amount=1,
                spent_amount=dice.choice((0, 100, "3333.33", "81241", None, "NaN")), **self.dates(),
            )  # fmt: skip
        for _ in range(leads):
            self.lead()
        for n in range(8):
            self.add(
                "patients", full_name=f"Direct {n}", created_at=dice.choice((None, self.moment(dice.randrange(300))))
            )
        self.connection.execute(text("DELETE FROM marketing_campaigns WHERE id = :id"), {"id": self.campaigns.pop()})

    def dates(self) -> dict[str, date | None]:
        """Both, one or none; some begin in the future."""
        start = self.today - timedelta(days=self.dice.randrange(-20, 300))
        end = start + timedelta(days=self.dice.randrange(0, 120))
        return dict(
            zip(
                ("start_date", "end_date"),
                self.dice.choice(((start, end),) * 4 + ((start, None), (None, end), (None, None))),
                strict=True,
            )
        )

    def any_campaign(self) -> int | None:
        return self.dice.choice([*self.campaigns, None])

    def lead(self) -> int:
        dice = self.dice
        came_at = self.moment(dice.randrange(300)) if dice.random() < 0.97 else None
        lead = self.add(
            "marketing_leads", full_name="Lead", status=dice.choice(LEAD_STATUSES), created_at=came_at,
            campaign_id=self.any_campaign(), landing_page_id=dice.choice([*self.pages, None]),
            lead_source_id=dice.choice([*self.sources, None]),
            converted_to_patient_at=self.after(came_at) if dice.random() < 0.4 else None,
        )  # fmt: skip
        if dice.random() < 0.6:
            self.patient(lead, came_at)
        return lead

    def after(self, came_at: datetime | None) -> datetime | None:
        """At the edge of a window, before the lead, some time after it, or no moment."""
        if came_at is None or self.dice.random() < 0.1:
            return None
        edge = timedelta(days=self.dice.choice((14, 30, 90, 180)))
        later = timedelta(minutes=self.dice.randrange(200 * 1440))
        return came_at + self.dice.choice((edge, edge - MICROSECOND, later, later / 10, later / 50, -later / 9))

    def patient(self, lead: int, came_at: datetime | None) -> None:
        dice = self.dice
        patient = self.add(
            "patients", full_name="Patient", marketing_lead_id=lead, created_at=self.after(came_at),
            initial_campaign_id=self.any_campaign(), acquisition_channel=dice.choice(CHANNELS),
            geolocation=dice.choice(PLACES),
        )  # fmt: skip
        for _ in range(dice.choice((0, 1, 1, 3))):
            came_in = self.after(came_at)
            visit = self.add(
                "visit_services", patient_id=patient, status=dice.choice(VISIT_STATUSES), check_in_time=came_in,
                scheduled_at=self.after(came_at),
                check_out_time=came_in and dice.choice((None, came_in + timedelta(hours=1))),
            )  # fmt: skip
            for _ in range(dice.choice((0, 1, 1, 2))):
                self.add(
                    "invoices", patient_id=patient, service_id=visit, amount=dice.choice(AMOUNTS),
                    status=dice.choice(INVOICE_STATUSES), created_at=self.after(came_at), paid_at=self.after(came_at),
                )  # fmt: skip
