"""What to type into a new row's form and into an edited row's, for each table: the smallest that is accepted.

`{patient}`, `{staff}` … stand for a row that the role may choose; `{n}` makes a value unlike those before it.
"""

from __future__ import annotations

import itertools
from datetime import timedelta

from doors import Company
from sqlalchemy import text

from homecare import clock

NEW = {
    "patients": {"full_name": "Hana Girma {n}"},
    "staff": {"first_name": "Sara", "last_name": "Tesfaye", "email": "sara{n}@example.com"},
    "caregiver_assignments": {"staff_id": "{carer}", "patient_id": "{patient}"},
    "visit_services": {"patient_id": "{patient}"},
    "messages": {"sender_id": "{me}", "receiver_id": "{patient}", "message": "Sent by telephone {n}"},
    "invoices": {"patient_id": "{billed}", "service_id": "{billed_visit}", "amount": "900"},
    "insurance_claims": {"patient_id": "{patient}"},
    "inventory_items": {"name": "Wheelchair {n}"},
    "admin_task_tracking": {"staff_id": "{staff}"},
    "partner_hospitals": {"name": "Hospital {n}"},
    "referrals": {"patient_id": "{patient}", "partner_hospital_id": "{hospital}"},
    "international_referrals": {"patient_id": "{patient}"},
    "marketing_campaigns": {"campaign_name": "Campaign {n}"},
    "landing_pages": {"name": "Page {n}", "url": "https://homecare.example/{n}"},
    "campaign_contents": {"campaign_id": "{campaign}", "content_type": "Post"},
    "campaign_metrics": {
        "campaign_id": "{campaign}", "metric_name": "clicks", "metric_value": "{n}", "recorded_at": "2026-03-09T10:00",
    },
    "lead_sources": {"name": "Source {n}"},
    "campaign_patients": {"campaign_id": "{campaign}", "patient_id": "{untouched}"},
    "marketing_platforms": {"name": "Platform {n}"},
    "marketing_leads": {"full_name": "Lead {n}"},
    "marketing_budgets": {"allocated_amount": "100"},
    "marketing_tasks": {"title": "Task {n}"},
    "events": {"title": "Event {n}"},
    "ngo_networks": {"name": "Organisation {n}"},
}  # fmt: skip
# By table, or by role and table: one column with what to type into it.
CHANGE: dict[str | tuple[str, str], tuple[str, str]] = {
    "patients": ("address", "Bole, house {n}"),
    "staff": ("position", "Position {n}"),
    "caregiver_assignments": ("shift_start", "{shift_hour}:{second}"),
    "visit_services": ("scheduled_at", "{soon} 08:{minute}"),
    ("Doctor", "visit_services"): ("visit_notes", "Seen {n}"),
    ("Nurse", "visit_services"): ("visit_notes", "Seen {n}"),
    ("Caregiver", "visit_services"): ("visit_notes", "Seen {n}"),
    "messages": ("message", "Changed {n}"),
    "invoices": ("amount", "{price}.50"),
    "insurance_claims": ("insurance_company", "Company {n}"),
    "inventory_items": ("location", "Shelf {n}"),
    "admin_task_tracking": ("remarks", "Remark {n}"),
    "partner_hospitals": ("address", "Street {n}"),
    "referrals": ("reason", "Reason {n}"),
    "international_referrals": ("hospital_name", "Hospital {n}"),
    ("Finance", "international_referrals"): ("revenue_share_ratio", "0.{n}"),
    "marketing_campaigns": ("notes", "Note {n}"),
    "landing_pages": ("notes", "Note {n}"),
    "campaign_contents": ("description", "Text {n}"),
    "campaign_metrics": ("metric_value", "{n}"),
    "lead_sources": ("description", "Text {n}"),
    "campaign_patients": ("touched_at", "2026-01-{day} 08:{minute}"),
    "marketing_platforms": ("description", "Text {n}"),
    "marketing_leads": ("notes", "Note {n}"),
    "marketing_budgets": ("notes", "Note {n}"),
    "marketing_tasks": ("description", "Text {n}"),
    "events": ("description", "Text {n}"),
    "ngo_networks": ("referral_count", "{n}"),
}
_numbers = itertools.count(700_001)


def _words(company: Company, role: str) -> dict[str, object]:
    number = next(_numbers)
    billed = company.rows(
        "SELECT id, patient_id FROM visit_services WHERE status = 'Completed' "
        "AND id NOT IN (SELECT service_id FROM invoices) LIMIT 1"
    )[0]
    own = company.own(role, "patients")
    return {
        "n": number,
        "day": f"{number % 28 + 1:02}",
        "minute": f"{number // 28 % 60:02}",
        "second": f"{number % 60:02}",
        "soon": (clock.today() + timedelta(days=number % 28 + 1)).isoformat(),
        "price": number % 9000 + 100,
        # Within the shift that is changed, told in Addis time.
        "shift_hour": company.scalar(
            "SELECT to_char(shift_end - interval '2 hours', 'YYYY-MM-DD HH24') FROM caregiver_assignments "
            "WHERE id = (SELECT min(id) FROM caregiver_assignments)"
        ),
        "me": company.as_(role).staff_id,
        "patient": own[0] if own else company.scalar("SELECT min(id) FROM patients"),
        "staff": company.scalar("SELECT min(id) FROM staff"),
        "hospital": company.scalar("SELECT min(id) FROM partner_hospitals"),
        "campaign": company.scalar("SELECT min(id) FROM marketing_campaigns"),
        "untouched": company.scalar(
            "SELECT max(id) FROM patients WHERE id NOT IN (SELECT patient_id FROM campaign_patients)"
        ),
        "billed": billed.patient_id,
        "billed_visit": billed.id,
    }


def carer(company: Company) -> int:
    """A new nurse, whom nobody has booked yet."""
    with company.engine.begin() as connection:
        added = text(
            "INSERT INTO staff (first_name, last_name, email, role) "
            "VALUES ('Saba', 'Girma', :email, 'Nurse') RETURNING id"
        )
        return int(connection.execute(added, {"email": f"saba{next(_numbers)}@example.com"}).scalar_one())


def patient(company: Company) -> int:
    """A new patient, to whom nobody goes yet."""
    with company.engine.begin() as connection:
        return int(connection.scalar(text("INSERT INTO patients (full_name) VALUES ('Selam Girma') RETURNING id")) or 0)


def new_row(company: Company, role: str, table: str) -> dict[str, str]:
    words = _words(company, role) | ({"carer": carer(company)} if "{carer}" in NEW[table].values() else {})
    return {column: value.format_map(words) for column, value in NEW[table].items()}


def change(company: Company, role: str, table: str) -> tuple[str, str]:
    column, value = CHANGE.get((role, table)) or CHANGE[table]
    return column, value.format_map(_words(company, role))
