"""Invoices of completed visits, and the claims to insurers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from homecare.local.demo.company import Company, Dice, Row

# Demo tariffs in ETB per visit, lowest and highest, by the role that visits.
TARIFFS = {"Caregiver": (600, 1200), "Nurse": (900, 1800), "Doctor": (2000, 4000)}
# The other visits wait for an invoice, as work for Finance.
INVOICED_SHARE = 0.94
SETTLED_AFTER = timedelta(days=30)
OLD = {"Paid": 920, "Overdue": 38, "Pending": 12, "Cancelled": 9, "Refunded": 5}
YOUNG = {"Paid": 62, "Pending": 37, "Cancelled": 1}

INSURERS = (
    "Abay Health Insurance", "Walia Assurance", "Entoto Mutual Insurance", "Sheba Life and Health",
    "Tana Insurance S.C.", "Community-Based Health Insurance",
)  # fmt: skip
CLAIMS = 320


def add_invoices(company: Company) -> None:
    """At most one live invoice per visit. A cancelled invoice is sometimes followed by a corrected one."""
    dice, now = company.dice("invoices"), company.clock.now
    roles = {row["id"]: row["role"] for row in company.rows["staff"]}
    invoices = []
    for visit in company.rows["visit_services"]:
        if visit["status"] != "Completed" or not dice.chance(INVOICED_SHARE):
            continue
        issued_at = dice.awake(visit["check_out_time"] + timedelta(minutes=dice.triangular(40, 4300, 240) // 1))
        if issued_at > now:
            continue
        status = dice.weighted(OLD if now - issued_at > SETTLED_AFTER else YOUNG)
        lowest, highest = TARIFFS[roles[visit["staff_id"]]]
        amount = Decimal(dice.randrange(lowest, highest + 1, 50))
        invoices.append(_invoice(dice, now, visit, amount, status, issued_at))
        if status == "Cancelled" and dice.chance(0.5) and (again_at := issued_at + timedelta(hours=3)) < now:
            invoices.append(_invoice(dice, now, visit, amount - 50, "Paid", again_at))
    for invoice in sorted(invoices, key=lambda row: (row["created_at"], row["service_id"], row["status"])):
        company.add("invoices", **invoice)


def _invoice(dice: Dice, now: datetime, visit: Row, amount: Decimal, status: str, issued_at: datetime) -> Row:
    paid_at = None
    if status in ("Paid", "Refunded"):
        paid_at = dice.awake(issued_at + timedelta(minutes=min(dice.lognormvariate(8.3, 1.1), 42000) // 1))
        if paid_at > now:
            status, paid_at = "Pending", None
    changed_at = {
        "Overdue": issued_at + timedelta(days=30),
        "Cancelled": issued_at + timedelta(hours=2),
        "Refunded": (paid_at or issued_at) + timedelta(days=2),
    }.get(status, paid_at or issued_at)
    return {
        "patient_id": visit["patient_id"], "service_id": visit["id"], "amount": amount, "status": status,
        "paid_at": paid_at, "created_at": issued_at, "updated_at": min(changed_at, now),
    }  # fmt: skip


def add_claims(company: Company) -> None:
    dice, now = company.dice("claims"), company.clock.now
    patients = dice.sample(sorted({row["patient_id"] for row in company.rows["invoices"]}), CLAIMS * 3 // 4)
    claims = []
    for _ in range(CLAIMS):
        submitted_at = dice.office_hour(company.clock, -int(dice.triangular(0, 330, 30)))
        decided_at = submitted_at + timedelta(minutes=dice.randint(6, 40) * 1440 + dice.randint(0, 400))
        if decided_at > now:
            status = dice.weighted({"Submitted": 55, "Under Review": 45})
        else:
            status = dice.weighted(
                {"Paid": 46, "Approved": 18, "Partially Approved": 14, "Rejected": 13, "Appealed": 4, "Under Review": 5}
            )
        is_decided = status not in ("Submitted", "Under Review")
        claims.append({
            "patient_id": dice.choice(patients), "insurance_company": dice.choice(INSURERS), "claim_status": status,
            "coverage_amount": Decimal(dice.randrange(1500, 42001, 250)), "submitted_at": submitted_at,
            "processed_at": decided_at if is_decided else None, "created_at": submitted_at,
        })  # fmt: skip
    registered = {row["id"]: row["created_at"] for row in company.rows["patients"]}
    for claim in sorted(claims, key=lambda row: (row["created_at"], row["patient_id"])):
        if claim["submitted_at"] > registered[claim["patient_id"]]:
            company.add("insurance_claims", **claim)
