"""Today's visits on the board, in minutes from now: late, missed, stuck, unassigned, in progress."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from homecare.local.demo.company import Row
from homecare.local.demo.diary import VISIT_MINUTES
from homecare.local.demo.visits import Planner


class Told(NamedTuple):
    """A visit at `minutes` from now; `state` is its outcome (`Waiting`: its time has passed and nobody checked in)."""

    role: str
    minutes: int
    state: str


# The demo accounts' own days: each sees finished, current and coming work.
OWN_DAYS = (
    Told("Nurse", -275, "Completed"), Told("Nurse", -190, "Completed"), Told("Nurse", -95, "In Progress"),
    Told("Nurse", -25, "Waiting"), Told("Nurse", 65, "Scheduled"), Told("Nurse", 155, "Scheduled"),
    Told("Doctor", -215, "Completed"), Told("Doctor", -130, "Completed"), Told("Doctor", -35, "In Progress"),
    Told("Doctor", 45, "Scheduled"), Told("Doctor", 130, "Scheduled"), Told("Doctor", 220, "Pending"),
)  # fmt: skip
SHIFT_HOURS = (-5, 4)
CAREGIVER_DAY = (Told("Caregiver", -290, "Completed"), Told("Caregiver", -45, "In Progress"))
CAREGIVER_EVENING = Told("Caregiver", 270, "Scheduled")

OTHERS = (
    Told("Nurse", -24, "Waiting"), Told("Nurse", -44, "Waiting"), Told("Caregiver", -28, "Waiting"),
    Told("Nurse", -38, "Waiting"), Told("Doctor", -31, "Waiting"),
    Told("Nurse", -78, "Waiting"), Told("Caregiver", -95, "Waiting"),
    Told("Nurse", -180, "Missed"), Told("Caregiver", -250, "Missed"), Told("Doctor", -150, "Missed"),
    Told("Nurse", -200, "In Progress"), Told("Caregiver", -355, "In Progress"),
    Told("Nurse", -30, "In Progress"), Told("Nurse", -15, "In Progress"), Told("Doctor", -20, "In Progress"),
    Told("Nurse", -50, "In Progress"), Told("Caregiver", -60, "In Progress"),
    Told("Nurse", -170, "Completed"), Told("Caregiver", -330, "Completed"), Told("Doctor", -120, "Completed"),
    Told("Nurse", 40, "Cancelled"), Told("Caregiver", 120, "Cancelled"),
)  # fmt: skip

WITHOUT_STAFF = (
    Told("Nurse", -22, "Pending"), Told("Caregiver", 20, "Pending"), Told("Nurse", 50, "Pending"),
    Told("Caregiver", 90, "Pending"), Told("Doctor", 140, "Pending"), Told("Nurse", 200, "Pending"),
    Told("Nurse", 260, "Pending"),
)  # fmt: skip


def plan_board(planner: Planner) -> None:
    company = planner.company
    for told in OWN_DAYS:
        staff = company.staff(told.role)[0]
        planner.draft(_own_patient(planner, staff), staff, told.role, _time(planner, told.minutes), told.state)
    _plan_caregiver_day(planner)
    for told in OTHERS:
        start = _time(planner, told.minutes)
        end = max(start + timedelta(minutes=VISIT_MINUTES[told.role]), company.clock.now)
        free = [s for s in company.staff(told.role)[1:] if planner.diary.is_free(s, 0, start, end)]
        staff = planner.dice.choice(free or company.staff(told.role)[1:])
        planner.draft(_own_patient(planner, staff), staff, told.role, start, told.state)
    for told in WITHOUT_STAFF:
        planner.draft(_any_patient(planner, told.role), None, told.role, _time(planner, told.minutes), told.state)


def _time(planner: Planner, minutes: int) -> datetime:
    """People plan in steps of five minutes."""
    moment = planner.company.clock.now + timedelta(minutes=minutes)
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


def _plan_caregiver_day(planner: Planner) -> None:
    """A current shift with two visits inside it, and a visit to another patient afterwards."""
    company = planner.company
    staff = company.staff("Caregiver")[0]
    patient = _own_patient(planner, staff)
    start, end = (_time(planner, 60 * hours) for hours in SHIFT_HOURS)
    company.add(
        "caregiver_assignments", start - timedelta(days=4), staff_id=staff["id"], patient_id=patient["id"],
        shift_start=start, shift_end=end, status="In Progress", updated_at=start,
    )  # fmt: skip
    planner.diary.book(staff, patient["id"], start, end, is_shift=True)
    for told in CAREGIVER_DAY:
        planner.draft(patient, staff, told.role, _time(planner, told.minutes), told.state)
    later = CAREGIVER_EVENING
    planner.draft(_own_patient(planner, staff), staff, later.role, _time(planner, later.minutes), later.state)


def _own_patient(planner: Planner, staff: Row) -> Row:
    """A patient in this person's area who has a place. Nobody is sent to a patient without a place today."""
    role = staff["role"]
    while True:
        patient = _any_patient(planner, role)
        near = list(planner.rota.candidates(role, planner.lives[patient["id"]][1], patient["id"]))
        if staff in near[:2]:
            return patient


def _any_patient(planner: Planner, role: str) -> Row:
    """A patient who needs that role, has a place and has no other visit today."""
    while True:
        patient = planner.pick(-8)
        if patient and planner.wants(patient, role) and planner.is_unseen_today(patient):
            return patient
