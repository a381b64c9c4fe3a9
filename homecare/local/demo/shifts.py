"""Shifts: a caregiver stays with one patient for some weeks, then has days of single visits, then the next one."""

from __future__ import annotations

from datetime import datetime, timedelta

from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.diary import Diary
from homecare.local.demo.places import TOWNS, Area
from homecare.local.demo.rota import SUNDAY, Rota

FIRST_DAY, LAST_DAY = -150, 21
# Start hours in Addis. A shift has 8 hours, so that five shifts stay within a week's limit.
START_HOURS = {7: 20, 8: 45, 9: 20, 22: 15}
HOURS = 8
NEEDS_WITH_SHIFTS = ("elderly", "stroke", "palliative", "chronic")


def add_shifts(company: Company, diary: Diary, rota: Rota, lives: dict[int, tuple[str, Area | None]]) -> None:
    dice = company.dice("shifts")
    waiting = [
        patient for patient in company.rows["patients"]
        if lives[patient["id"]][0] in NEEDS_WITH_SHIFTS and lives[patient["id"]][1] not in (None, *TOWNS)
    ]  # fmt: skip
    planned: list[Row] = []
    demo = company.staff("Caregiver")[0]
    for staff in rota.team("Caregiver"):
        offset = FIRST_DAY + dice.randint(0, 14)
        while offset < LAST_DAY:
            length = dice.randint(10, 38)
            patient = _take_patient(company, dice, rota, lives, waiting, staff, offset)
            hour = 8 if staff is demo else dice.weighted(START_HOURS)
            if patient:
                # The board plans the demo caregiver's own day minute by minute.
                days = [d for d in range(offset, min(offset + length, LAST_DAY)) if not (staff is demo and d == 0)]
                planned += _run(company, dice, rota, staff, patient, days, hour)
            offset += length + dice.randint(3, 9)
    for shift in sorted(planned, key=lambda row: (row["created_at"], row["staff_id"], row["shift_start"])):
        company.add("caregiver_assignments", **shift)
        staff = company.rows["staff"][shift["staff_id"] - 1]
        if shift["status"] != "Cancelled":
            diary.book(staff, shift["patient_id"], shift["shift_start"], shift["shift_end"], is_shift=True)


def _take_patient(
    company: Company, dice: Dice, rota: Rota, lives: dict[int, tuple[str, Area | None]], waiting: list[Row],
    staff: Row, offset: int,
) -> Row | None:  # fmt: skip
    """A patient registered by then for whom this caregiver is among the first choices. Each has at most one stay."""
    start = company.clock.at(offset, 0)
    known = [p for p in waiting if start - timedelta(days=200) < p["created_at"] < start - timedelta(days=2)]
    near = [p for p in known if staff in list(rota.candidates("Caregiver", lives[p["id"]][1], p["id"]))[:2]]
    if not known:
        return None
    patient = dice.choice(near or known)
    waiting.remove(patient)
    return patient


def _run(company: Company, dice: Dice, rota: Rota, staff: Row, patient: Row, days: list[int], hour: int) -> list[Row]:
    """A stay's shifts. If the caregiver is on leave, a week of them is cancelled and needs cover."""
    clock, shifts = company.clock, []
    agreed_at = max(patient["created_at"], clock.at(days[0], 0) - timedelta(days=dice.randint(2, 8)))
    for offset in days:
        on_leave = staff["status"] == "On Leave" and -9 <= offset <= 7
        if clock.day(offset).weekday() == SUNDAY or not (rota.works(staff, offset) or on_leave):
            continue
        start = clock.at(offset, hour)
        end = start + timedelta(hours=HOURS)
        # A week is planned in the week before.
        created_at = min(max(agreed_at, start - timedelta(days=9, minutes=dice.randint(0, 300))), clock.now)
        status = "Cancelled" if on_leave else _status(dice, clock.now, start, end)
        changed_at = clock.now if start > clock.now else min(end, clock.now)
        shifts.append({
            "staff_id": staff["id"], "patient_id": patient["id"], "shift_start": start, "shift_end": end,
            "status": status, "created_at": created_at,
            "updated_at": created_at if status in ("Assigned", "Confirmed") else max(created_at, changed_at),
        })  # fmt: skip
    return shifts


def _status(dice: Dice, now: datetime, start: datetime, end: datetime) -> str:
    if end <= now:
        return dice.weighted({"Completed": 94, "Cancelled": 4, "No Show": 2})
    if start <= now:
        return "In Progress"
    if start < now + timedelta(days=4):
        return dice.weighted({"Confirmed": 84, "Assigned": 14, "Cancelled": 2})
    return dice.weighted({"Assigned": 70, "Confirmed": 28, "Cancelled": 2})


def note_registrations(company: Company) -> None:
    """Links some patients to the assignment of the nearby caregiver who registered them."""
    dice, clock = company.dice("registrations"), company.clock
    on_day: dict[int, list[int]] = {}
    for shift in company.rows["caregiver_assignments"]:
        if shift["status"] == "Completed":
            on_day.setdefault(clock.offset(shift["shift_start"]), []).append(shift["id"])
    for patient in company.rows["patients"]:
        shifts = on_day.get(clock.offset(patient["created_at"]))
        if shifts and patient["marketing_lead_id"] is None and dice.chance(0.16):
            patient |= {"registered_by_caregiver_id": dice.choice(shifts), "registered_by_staff_id": None}
