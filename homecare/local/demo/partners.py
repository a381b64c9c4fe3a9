"""Hospitals and the patients referred to them, referrals abroad, organisations and events."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from homecare.local.demo.company import Company, Row
from homecare.local.demo.partner_words import ABROAD, EVENTS, HOSPITALS, ORGANISATIONS, REFERRAL_REASONS

REFERRALS, REFERRALS_ABROAD = 240, 36


def add_partners(company: Company) -> None:
    dice, clock = company.dice("partners"), company.clock
    for number, (name, place, domain) in enumerate(HOSPITALS):
        company.add(
            "partner_hospitals", dice.office_hour(clock, -dice.randint(300, 1500)), name=name,
            address=f"Addis Ababa, {place}", contact_email=f"referrals@{domain}.example",
            contact_phone=f"+25111{dice.choice((5, 6))}{50 + number}{dice.randint(1000, 9999)}",
        )  # fmt: skip
    for name, org_type, level in ORGANISATIONS:
        company.add(
            "ngo_networks", dice.office_hour(clock, -dice.randint(120, 1200)), name=name, org_type=org_type,
            engagement_level=level, referral_count=dice.randint(0, 12) + 14 * (level in ("High", "Strategic")),
        )  # fmt: skip
    for title, description, day, is_free, status in EVENTS:
        company.add(
            "events", dice.office_hour(clock, min(day, 0) - dice.randint(10, 30)), title=title,
            description=description, event_date=clock.day(day), is_free_service=is_free, broadcast_status=status,
        )  # fmt: skip


def add_referrals(company: Company) -> None:
    """Referrals of visited patients, including some of the demo doctor's patients."""
    dice, clock = company.dice("referrals"), company.clock
    done = [row for row in company.rows["visit_services"] if row["status"] == "Completed"]
    doctors = {row["id"] for row in company.rows["staff"] if row["role"] == "Doctor"}
    by_doctors = [row for row in done if row["staff_id"] in doctors]
    chosen = dice.sample(by_doctors, REFERRALS * 3 // 5) + dice.sample(done, REFERRALS - REFERRALS * 3 // 5)
    for visit in sorted(chosen, key=lambda row: (row["check_out_time"], row["id"])):
        age_days = (clock.now - visit["check_out_time"]).days
        changed_at = visit["check_out_time"] + timedelta(days=dice.randint(1, 20))
        company.add(
            "referrals", visit["check_out_time"], patient_id=visit["patient_id"],
            partner_hospital_id=dice.randint(1, len(HOSPITALS)), reason=dice.choice(REFERRAL_REASONS), documents=None,
            status=dice.weighted(
                {"Completed": 76, "Rejected": 8, "Cancelled": 9, "Scheduled": 4, "Accepted": 3} if age_days > 25
                else {"Requested": 40, "Accepted": 26, "Scheduled": 26, "Completed": 8}
            ),
            updated_at=min(changed_at, clock.now),
        )  # fmt: skip
    _add_referrals_abroad(company, chosen)


def _add_referrals_abroad(company: Company, visits: list[Row]) -> None:
    dice, clock = company.dice("referrals abroad"), company.clock
    for visit in sorted(dice.sample(visits, REFERRALS_ABROAD), key=lambda row: (row["check_out_time"], row["id"])):
        country, hospital = dice.choice(ABROAD)
        created_at = min(visit["check_out_time"] + timedelta(hours=dice.randint(3, 70)), clock.now)
        company.add(
            "international_referrals", created_at, patient_id=visit["patient_id"], partner_country=country,
            hospital_name=hospital, documents_uploaded=None, revenue_share_ratio=Decimal(dice.randint(6, 20)) / 100,
            visa_status=dice.weighted({
                "Not Started": 14, "Documents Pending": 22, "Submitted": 16, "Interview": 12, "Approved": 26,
                "Rejected": 6, "Expired": 4,
            }),
        )  # fmt: skip
