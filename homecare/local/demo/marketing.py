"""Platforms, sources, campaigns with their pages, contents and budgets, the team's tasks, and the weekly figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from homecare.local.demo.campaign_words import CAMPAIGNS, CONTENTS, LEAD_SOURCES, PLATFORMS, TASKS, CampaignPlan
from homecare.local.demo.company import Company, Dice, Row

SITE = "https://www.homecare.example"


def add_campaigns(company: Company) -> None:
    """Platforms, sources and campaigns. `add_figures` adds the figures after the leads."""
    dice, clock = company.dice("campaigns"), company.clock
    founded = clock.at(-800, 9)
    platforms = {n: company.add("marketing_platforms", founded, name=n, description=d)["id"] for n, d in PLATFORMS}
    sources = {n: company.add("lead_sources", founded, name=n, description=d)["id"] for n, d in LEAD_SOURCES}
    texts = dice.cycle(CONTENTS)
    for plan in CAMPAIGNS:
        written_at = dice.office_hour(clock, min(plan.start, 0) - dice.randint(6, 20))
        campaign = company.add(
            "marketing_campaigns", written_at, platform_id=platforms[plan.platform] if plan.platform else None,
            lead_source_id=sources[plan.source], campaign_name=plan.name, start_date=clock.day(plan.start),
            end_date=clock.day(plan.start + plan.days), budget=Decimal(plan.budget), target_audience=plan.audience,
            status=_status(plan), notes=None,
        )  # fmt: skip
        _add_budget(company, dice, plan, campaign)
        for kind, description in (next(texts) for _ in range(dice.randint(2, 5))):
            company.add(
                "campaign_contents", written_at + timedelta(hours=dice.randint(2, 90)), campaign_id=campaign["id"],
                content_type=kind, content_url=f"{SITE}/media/{_slug(plan.name)}-{kind.lower()}",
                description=description,
            )  # fmt: skip
        _add_pages(company, dice, plan, campaign)
    company.add(
        "landing_pages", founded, campaign_id=None, name="Contact", url=f"{SITE}/contact",
        conversion_rate=Decimal("4.20"), notes="Linked from every page; belongs to no campaign",
    )  # fmt: skip


def _status(plan: CampaignPlan) -> str:
    if plan.status:
        return plan.status
    if plan.start > 0:
        return "Planned"
    return "Completed" if plan.start + plan.days < 0 else "Active"


def _elapsed_share(plan: CampaignPlan) -> Decimal:
    return Decimal(min(max(-plan.start, 0), plan.days)) / plan.days


def _slug(name: str) -> str:
    return "-".join("".join(c for c in name.lower() if c.isalnum() or c == " ").split())


def _add_budget(company: Company, dice: Dice, plan: CampaignPlan, campaign: Row) -> None:
    spent = plan.budget * _elapsed_share(plan) * Decimal(dice.randint(84, 103)) / 100
    company.add(
        "marketing_budgets", campaign["created_at"], campaign_id=campaign["id"], allocated_amount=campaign["budget"],
        spent_amount=spent.quantize(Decimal("0.01")), start_date=campaign["start_date"], end_date=campaign["end_date"],
        notes="Over the allocation; approved by the manager" if spent > plan.budget else None,
    )  # fmt: skip


def _add_pages(company: Company, dice: Dice, plan: CampaignPlan, campaign: Row) -> None:
    for language in ("en", "am")[: dice.choice((1, 1, 2))]:
        company.add(
            "landing_pages", campaign["created_at"], campaign_id=campaign["id"],
            name=f"{plan.name} ({'Amharic' if language == 'am' else 'English'})",
            url=f"{SITE}/{language}/{_slug(plan.name)}", conversion_rate=Decimal(dice.randint(110, 940)) / 100,
            notes=None,
        )  # fmt: skip


def add_marketing_tasks(company: Company) -> None:
    dice, clock = company.dice("marketing tasks"), company.clock
    texts, team = dice.cycle(TASKS), company.staff("Marketing")
    # The demo account's person has the most tasks, so that its own view is not empty.
    carriers: list[Row | None] = [team[0], team[0], *team, None]
    for _ in range(90):
        due = int(dice.triangular(-200, 21, 4))
        title, description = next(texts)
        running = [c for c in company.rows["marketing_campaigns"] if c["start_date"] <= clock.day(due) <= c["end_date"]]
        # Only new tasks are unassigned; older ones belong to somebody.
        carrier = dice.choice(carriers if due > -5 else team)
        created_at = dice.office_hour(clock, min(due, 0) - dice.randint(3, 14))
        status = "Pending" if carrier is None else _task_status(dice, due)
        done_at = dice.between(created_at, min(clock.at(due, 18), clock.now)) if status == "Completed" else None
        company.add(
            "marketing_tasks", created_at, campaign_id=dice.choice(running)["id"] if running else None,
            assigned_to_staff_id=carrier["id"] if carrier else None, title=title, description=description,
            due_date=clock.day(due), status=status, completed_at=done_at, updated_at=done_at or created_at,
            priority=dice.weighted({"Medium": 50, "Low": 18, "High": 24, "Urgent": 8}),
        )  # fmt: skip


def _task_status(dice: Dice, due: int) -> str:
    if due < -4:
        return dice.weighted({"Completed": 90, "Cancelled": 10})
    return dice.weighted({"Pending": 40, "In Progress": 40, "Completed": 20} if due < 5 else {"Pending": 1})


def add_figures(company: Company) -> None:
    """Weekly metrics per campaign; `leads` counts the actual leads, `spend` is close to the budget."""
    dice, clock = company.dice("figures"), company.clock
    leads: Counter[tuple[int, int]] = Counter()
    start_of = {row["id"]: clock.at((row["start_date"] - clock.today).days, 0) for row in _campaigns(company)}
    for lead in company.rows["marketing_leads"]:
        if lead["campaign_id"]:
            leads[lead["campaign_id"], (lead["created_at"] - start_of[lead["campaign_id"]]).days // 7] += 1
    for campaign, plan in zip(_campaigns(company), CAMPAIGNS, strict=True):
        spent = company.rows["marketing_budgets"][campaign["id"] - 1]["spent_amount"]
        weeks = [week for week in range(-(-plan.days // 7)) if plan.start + 7 * week < 0]
        for week in weeks:
            recorded_at = min(start_of[campaign["id"]] + timedelta(days=7 * week + 7), clock.now)
            cost = spent / len(weeks) * dice.randint(86, 112) / 100
            for name, value in _week(dice, leads[campaign["id"], week], cost, plan.platform):
                company.add(
                    "campaign_metrics", recorded_at, campaign_id=campaign["id"], metric_name=name,
                    metric_value=value, recorded_at=recorded_at,
                )  # fmt: skip


def _campaigns(company: Company) -> list[Row]:
    return company.rows["marketing_campaigns"]


def _week(dice: Dice, leads: int, cost: Decimal, platform: str | None) -> Iterator[tuple[str, Decimal]]:
    """A week's consistent figures. Offline campaigns (radio, an event) have no clicks."""
    yield "spend", cost.quantize(Decimal("0.01"))
    yield "leads", Decimal(leads)
    if platform in (None, "Radio"):
        return
    forms = leads + dice.randint(0, 3)
    sessions = forms * dice.randint(14, 30) + dice.randint(40, 160)
    clicks = sessions * dice.randint(108, 140) // 100
    impressions = clicks * dice.randint(38, 90)
    yield "form_submissions", Decimal(forms)
    yield "sessions", Decimal(sessions)
    yield "clicks", Decimal(clicks)
    yield "impressions", Decimal(impressions)
    yield "reach", Decimal(impressions * dice.randint(45, 70) // 100)
    if platform in ("TikTok", "YouTube", "Instagram", "Facebook"):
        yield "video_views", Decimal(impressions * dice.randint(12, 40) // 100)
