"""Fifteen hundred patients: converted leads, and patients who came another way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from homecare.clock import to_addis
from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.names import CHILDS_RELATIONS, RELATIONS
from homecare.local.demo.needs import NEEDS
from homecare.local.demo.people import Name, People
from homecare.local.demo.places import SUB_CITIES, TOWNS, Area
from homecare.models.ours.sub_cities import LATITUDES, LONGITUDES

PATIENTS = 1500
NO_PLACE = 45
NO_PHONE_SHARE = 0.04
SPREAD_KM = 1.2
KM_PER_DEGREE = 111.32

# For patients without a lead: how they came, and the matching channel.
WAYS_IN = {
    ("Walk-in", "Direct"): 22,
    ("Phone Call", "Direct"): 24,
    ("Referral", "Referral"): 22,
    ("Hospital Discharge", "Partner Hospital"): 20,
    ("NGO", "NGO"): 7,
    ("Event", "Event"): 5,
}
# For patients with a lead: the same by the name of the lead's source.
LEAD_WAYS_IN = {
    "Facebook": ("Facebook", "Paid Social"),
    "Instagram": ("Website", "Paid Social"),
    "TikTok": ("Website", "Paid Social"),
    "Telegram": ("Telegram", "Organic"),
    "Google Search": ("Website", "Paid Search"),
    "Website": ("Website", "Organic"),
    "Phone Call": ("Phone Call", "Direct"),
    "Walk-in": ("Walk-in", "Direct"),
    "Hospital Partner": ("Hospital Discharge", "Partner Hospital"),
    "NGO Partner": ("NGO", "NGO"),
    "Event": ("Event", "Event"),
    "Referral": ("Referral", "Referral"),
    "Radio": ("Phone Call", "Offline"),
    "SMS": ("Phone Call", "Offline"),
}


def add_patients(company: Company, people: People, converted: dict[int, Name]) -> dict[int, tuple[str, Area | None]]:
    """Appends the patients in the order they were registered. Returns each one's need and area by patient id."""
    dice, clock = company.dice("patients"), company.clock
    leads: list[Row] = [row for row in company.rows["marketing_leads"] if row["id"] in converted]
    arrivals: list[tuple[datetime, Row | None]] = [(lead["converted_to_patient_at"], lead) for lead in leads]
    for _ in range(PATIENTS - len(leads)):
        arrivals.append((dice.office_hour(clock, -int(dice.triangular(0, 900, 150))), None))
    areas = iter(_areas(dice))
    desk = [row["id"] for row in company.rows["staff"] if row["role"] in ("Coordinator", "Manager", "Admin")]
    lives: dict[int, tuple[str, Area | None]] = {}
    for created_at, lead in sorted(arrivals, key=lambda arrival: arrival[0]):
        need = dice.weighted({name: need.share for name, need in NEEDS.items()})
        name = converted[lead["id"]] if lead else people.name(NEEDS[need].gender)
        if NEEDS[need].gender not in (None, name.gender):
            need = "chronic"
        area = next(areas)
        patient = company.add(
            "patients",
            created_at,
            patient_code=f"HHC-{len(lives) + 1:06d}",
            **_person(people, clock.today, need, name, lead),
            **_home(dice, area),
            **_origin(company, dice, lead),
            registered_by_staff_id=dice.choice(desk) if dice.chance(0.9) else None,
            registered_by_caregiver_id=None,
        )
        lives[patient["id"]] = (need, area)
    return lives


def _person(people: People, today: date, need: str, name: Name, lead: Row | None) -> Row:
    dice = people.dice
    youngest, oldest = NEEDS[need].ages
    contact = people.name()
    relations = (CHILDS_RELATIONS if need in ("child", "mother") else RELATIONS)[contact.gender]
    own_email = people.email(name) if lead is None and dice.chance(0.22) else None
    own_phone = None if lead is None and dice.chance(NO_PHONE_SHARE) else people.phone()
    return {
        "full_name": name.written,
        "fayda_id": people.fayda() if dice.chance(0.72) else None,
        "date_of_birth": today - timedelta(days=dice.randint(youngest * 365, oldest * 365)),
        "gender": name.gender,
        "phone_number": lead["phone_number"] if lead else own_phone,
        "email": lead["email"] if lead else own_email,
        "emergency_contact": f"{contact.written} ({dice.choice(relations)}), {people.phone()}",
    }


def _areas(dice: Dice) -> Iterator[Area | None]:
    """One area per patient: fixed numbers for towns and for no place, sub-cities by their share."""
    fixed: list[Area | None] = [town for town in TOWNS for _ in range(town.share)] + [None] * NO_PLACE
    shares = [area.share for area in SUB_CITIES]
    everywhere = fixed + dice.choices(SUB_CITIES, shares, k=PATIENTS - len(fixed))
    dice.shuffle(everywhere)
    return iter(everywhere)


def _home(dice: Dice, area: Area | None) -> Row:
    if area is None:
        return {"address": None if dice.chance(0.5) else "Addis Ababa, address to be confirmed", "geolocation": None}
    latitude = area.latitude + dice.gauss(0, SPREAD_KM / KM_PER_DEGREE)
    longitude = area.longitude + dice.gauss(0, SPREAD_KM / KM_PER_DEGREE / math.cos(math.radians(area.latitude)))
    if area in SUB_CITIES:
        # Always inside the city.
        latitude = min(max(latitude, LATITUDES[0]), LATITUDES[1])
        longitude = min(max(longitude, LONGITUDES[0]), LONGITUDES[1])
    house = dice.choice((f"House No. {dice.randint(12, 2400)}", f"Block {dice.randint(1, 60)}", "House No. New"))
    return {
        "address": f"{area.name}, Woreda {dice.randint(1, 14):02d}, {house}, {dice.choice(area.landmarks)}",
        "geolocation": f"SRID=4326;POINT({longitude:.6f} {latitude:.6f})",
    }


def _origin(company: Company, dice: Dice, lead: Row | None) -> Row:
    if lead is None:
        source, channel = dice.weighted(WAYS_IN)
        campaign_id = None
    else:
        source, channel = LEAD_WAYS_IN[company.rows["lead_sources"][lead["lead_source_id"] - 1]["name"]]
        campaign_id = lead["campaign_id"]
    return {
        "source": source,
        "acquisition_channel": channel,
        "marketing_lead_id": lead["id"] if lead else None,
        "initial_campaign_id": campaign_id,
    }


def add_touches(company: Company) -> None:
    """The campaigns that reached a patient: the lead's, and for some a second one before they came."""
    dice = company.dice("touches")
    for patient in company.rows["patients"]:
        if patient["initial_campaign_id"] is None:
            continue
        lead = company.rows["marketing_leads"][patient["marketing_lead_id"] - 1]
        moments = {patient["initial_campaign_id"]: lead["created_at"]}
        if dice.chance(0.35):
            later = dice.between(lead["created_at"], patient["created_at"])
            day = to_addis(later).date()
            running = [c["id"] for c in company.rows["marketing_campaigns"] if c["start_date"] <= day <= c["end_date"]]
            moments = {dice.choice(running): later} | moments if running else moments
        for campaign_id, touched_at in sorted(moments.items()):
            company.add(
                "campaign_patients", touched_at, campaign_id=campaign_id, patient_id=patient["id"],
                touched_at=touched_at,
            )  # fmt: skip
