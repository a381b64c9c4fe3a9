"""Four thousand leads of the last year, and the part of them that became patients."""

from __future__ import annotations

from datetime import datetime, timedelta

from homecare.local.demo.campaign_words import CAMPAIGNS, LEAD_NOTES, SOURCES_WITHOUT_CAMPAIGN
from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.people import Name, People

LEADS = 4000
NO_CAMPAIGN_SHARE = 0.13
# The outcome of a lead by its age in days: the newest are still being called, the oldest are decided.
OUTCOMES: tuple[tuple[int, dict[str, int]], ...] = (
    (3, {"New": 66, "Contacted": 28, "Qualified": 4, "Unqualified": 2}),
    (15, {"New": 14, "Contacted": 36, "Qualified": 20, "Converted": 11, "Unqualified": 10, "Lost": 9}),
    (45, {"New": 4, "Contacted": 21, "Qualified": 20, "Converted": 17, "Unqualified": 15, "Lost": 23}),
    (400, {"New": 1, "Contacted": 9, "Qualified": 11, "Converted": 17, "Unqualified": 20, "Lost": 42}),
)


def add_leads(company: Company, people: People) -> dict[int, Name]:
    """Appends the leads, oldest first. Returns the names of the converted ones by lead id, for their patients."""
    dice, clock = company.dice("leads"), company.clock
    converted: dict[int, Name] = {}
    # The power favours recent days, because the company grows.
    for days_ago in sorted((365 * dice.random() ** 1.25 for _ in range(LEADS)), reverse=True):
        created_at = min(dice.between(clock.at(-int(days_ago), 6), clock.at(-int(days_ago), 23)), clock.now)
        status = dice.weighted(next(weights for age, weights in OUTCOMES if days_ago < age))
        decided_at = dice.awake(created_at + timedelta(days=min(dice.lognormvariate(1.5, 0.8), 60)))
        if decided_at > clock.now - timedelta(days=1):
            status = {"Converted": "Qualified", "Lost": "Contacted", "Unqualified": "New"}.get(status, status)
        name = people.name()
        lead = _add_lead(company, dice, people, name, created_at, status, decided_at)
        if status == "Converted":
            converted[lead["id"]] = name
    _add_drift(company, dice)
    return converted


def _add_lead(
    company: Company, dice: Dice, people: People, name: Name, created_at: datetime, status: str, decided_at: datetime
) -> Row:
    campaign = _find_campaign(company, dice, created_at)
    sources = {row["name"]: row["id"] for row in company.rows["lead_sources"]}
    pages = [p for p in company.rows["landing_pages"] if campaign and p["campaign_id"] == campaign["id"]]
    by_phone_only = campaign is None or dice.chance(0.2)
    is_converted = status == "Converted"
    return company.add(
        "marketing_leads",
        created_at,
        lead_source_id=campaign["lead_source_id"] if campaign else sources[dice.choice(SOURCES_WITHOUT_CAMPAIGN)],
        campaign_id=campaign["id"] if campaign else None,
        landing_page_id=None if by_phone_only else dice.choice(pages)["id"],
        full_name=name.written,
        email=people.email(name) if dice.chance(0.35) else None,
        phone_number=people.phone() if is_converted or dice.chance(0.95) else None,
        status=status,
        notes=dice.choice(LEAD_NOTES[status]),
        converted_to_patient_at=decided_at.replace(microsecond=0) if is_converted else None,
        updated_at=created_at if status == "New" else min(decided_at.replace(microsecond=0), company.clock.now),
    )


def _find_campaign(company: Company, dice: Dice, created_at: datetime) -> Row | None:
    """A campaign that ran on that day, stronger ones more often. None for leads without a campaign."""
    day = company.clock.offset(created_at)
    running = {n: plan.weight for n, plan in enumerate(CAMPAIGNS) if plan.start <= day <= plan.start + plan.days}
    if not any(running.values()) or dice.chance(NO_CAMPAIGN_SHARE):
        return None
    return company.rows["marketing_campaigns"][dice.weighted(running)]


def _add_drift(company: Company, dice: Dice) -> None:
    """A few flaws, as in any real list, for the data-quality figures: duplicate phones, a landing page of another
    campaign. Converted leads have none, because each must match its patient."""
    plain = [lead for lead in company.rows["marketing_leads"] if lead["status"] != "Converted"]
    for _ in range(14):
        older, newer = sorted(dice.sample(plain, 2), key=lambda lead: lead["id"])
        if older["phone_number"]:
            newer |= {"phone_number": older["phone_number"], "full_name": older["full_name"]}
    with_page = [lead for lead in plain if lead["landing_page_id"]]
    for lead in dice.sample(with_page, 7):
        others = [p for p in company.rows["landing_pages"] if p["campaign_id"] not in (None, lead["campaign_id"])]
        lead["landing_page_id"] = dice.choice(others)["id"]
