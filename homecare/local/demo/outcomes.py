"""The outcome of each planned visit: its status, times and note, always consistent."""

from __future__ import annotations

from datetime import datetime, timedelta

from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.diary import VISIT_MINUTES
from homecare.local.demo.needs import CANCELLED_NOTES, MISSED_NOTES, NEEDS
from homecare.local.demo.places import Area

NOTE_SHARE = 0.93
PAST = {"Completed": 90, "Missed": 4, "Cancelled": 6}
TO_COME = {"Scheduled": 84, "Pending": 12, "Cancelled": 4}


def add_visits(company: Company, drafts: list[Row], lives: dict[int, tuple[str, Area | None]]) -> None:
    dice = company.dice("outcomes")
    rows = []
    for draft in drafts:
        status = _status(company, dice, draft)
        times = _times(company, dice, draft, status)
        created_at = _created_at(company, dice, draft)
        moments = [moment for moment in (created_at, *times.values()) if moment]
        if status in ("Missed", "Cancelled") and draft["scheduled_at"] < company.clock.now:
            moments.append(min(draft["scheduled_at"] + timedelta(hours=1), company.clock.now))
        rows.append({
            "patient_id": draft["patient"]["id"], "staff_id": draft["staff"]["id"] if draft["staff"] else None,
            "scheduled_at": draft["scheduled_at"], **times,
            "visit_notes": _note(dice, draft["role"], lives[draft["patient"]["id"]][0], status),
            "prescription_file": None, "vitals_file": None, "status": status,
            "created_at": created_at, "updated_at": max(moments),
        })  # fmt: skip
    for row in sorted(rows, key=lambda row: (row["created_at"], row["scheduled_at"], row["patient_id"])):
        company.add("visit_services", **row)


def _status(company: Company, dice: Dice, draft: Row) -> str:
    if draft["state"]:
        return "Scheduled" if draft["state"] == "Waiting" else draft["state"]
    start, now = draft["scheduled_at"], company.clock.now
    if start > now - timedelta(minutes=10):
        return dice.weighted(TO_COME) if draft["staff"] else "Pending"
    # Half an hour more than the planned length, so that a long visit's check-out is not in the future.
    if start + timedelta(minutes=VISIT_MINUTES[draft["role"]] + 30) > now:
        return "In Progress"
    return dice.weighted(PAST)


def _times(company: Company, dice: Dice, draft: Row, status: str) -> Row:
    """Check-in within minutes of the planned time. Check-out after about the role's usual length."""
    if status not in ("In Progress", "Completed"):
        return {"check_in_time": None, "check_out_time": None}
    now = company.clock.now
    minutes = VISIT_MINUTES[draft["role"]]
    delay = timedelta(seconds=min(max(dice.gauss(180, 400), -600), 1080) // 1)
    check_in = min(draft["scheduled_at"] + delay, now - timedelta(minutes=2))
    if status == "In Progress":
        return {"check_in_time": check_in, "check_out_time": None}
    share = dice.uniform(0.94, 1.03) if draft["role"] == "Caregiver" else dice.uniform(0.72, 1.12)
    check_out = min(check_in + timedelta(seconds=minutes * 60 * share // 1), now - timedelta(minutes=1))
    return {"check_in_time": check_in, "check_out_time": check_out}


def _created_at(company: Company, dice: Dice, draft: Row) -> datetime:
    """The time of planning: some days before the visit, after the patient's registration and before now."""
    start, now = draft["scheduled_at"], company.clock.now
    planned = dice.awake(start - timedelta(days=dice.triangular(0.6, 14, 2)))
    latest = min(start, now) - timedelta(hours=2)
    return max(min(planned, latest), draft["patient"]["created_at"]).replace(microsecond=0)


def _note(dice: Dice, role: str, need: str, status: str) -> str | None:
    if status == "Missed":
        return dice.choice(MISSED_NOTES)
    if status == "Cancelled":
        return dice.choice(CANCELLED_NOTES)
    notes = NEEDS[need].notes.get(role)
    if status != "Completed" or notes is None or not dice.chance(NOTE_SHARE):
        return None
    systolic = dice.randint(112, 158)
    return dice.choice(notes).format(
        bp=f"{systolic}/{systolic * 10 // 16 - dice.randint(0, 8)}",
        glucose=dice.randint(96, 212),
        temp=f"{dice.uniform(36.2, 37.4):.1f}",
        pulse=dice.randint(62, 92),
        spo2=dice.randint(93, 99),
    )
