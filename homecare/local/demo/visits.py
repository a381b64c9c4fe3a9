"""Nine thousand visits: past series for each patient, the plan of the coming month, and today's timetable."""

from __future__ import annotations

import bisect
from datetime import datetime, timedelta

from homecare.local.demo.company import Company, Dice, Row
from homecare.local.demo.diary import VISIT_MINUTES, Diary
from homecare.local.demo.needs import NEEDS
from homecare.local.demo.places import TOWNS, Area
from homecare.local.demo.rota import SUNDAY, Rota

VISITS = 9000
FUTURE_VISITS = 700
TODAY_REGULAR = 38
FIRST_DAY, LAST_DAY = -365, 30
INTAKE_SHARE = 0.88
UNASSIGNED_SHARE = 0.07
# The clock hours at which each role starts a visit, in Addis time.
SLOTS = {
    "Nurse": ((8, 0), (9, 30), (11, 0), (13, 30), (15, 0), (16, 30)),
    "Doctor": ((8, 30), (10, 0), (11, 30), (14, 0), (15, 30), (17, 0)),
    "Caregiver": ((8, 0), (13, 0)),
}


class Planner:
    """Enters visits into the diary. A draft is a dict of patient, staff, role and scheduled_at."""

    def __init__(self, company: Company, diary: Diary, rota: Rota, lives: dict[int, tuple[str, Area | None]]) -> None:
        self.company, self.diary, self.rota, self.lives = company, diary, rota, lives
        self.dice: Dice = company.dice("visits")
        self.drafts: list[Row] = []
        self._seen: set[tuple[int, int]] = set()
        # Nobody travels to other towns. Patients there wait for a branch.
        self.patients = [p for p in company.rows["patients"] if lives[p["id"]][1] not in TOWNS]
        self._since = [company.clock.offset(patient["created_at"]) for patient in self.patients]

    def pick(self, offset: int) -> Row | None:
        """A patient registered before that day, preferably a recent one."""
        known = bisect.bisect_left(self._since, offset)
        return self.patients[int(known * self.dice.random() ** 0.55)] if known else None

    def role_for(self, patient: Row) -> str:
        return self.dice.weighted(NEEDS[self.lives[patient["id"]][0]].visits)

    def wants(self, patient: Row, role: str) -> bool:
        need, area = self.lives[patient["id"]]
        return area is not None and role in NEEDS[need].visits

    def is_unseen_today(self, patient: Row) -> bool:
        return all((patient["id"], offset) not in self._seen for offset in (-1, 0, 1))

    def place(self, patient: Row, role: str, offset: int, unassigned: bool = False) -> bool:
        """Puts a visit into the first free slot of the first suitable person. False if nobody is free that day."""
        key = (patient["id"], offset)
        if key in self._seen or (self.company.clock.day(offset).weekday() == SUNDAY and self.dice.chance(0.75)):
            return False
        slots = [self.company.clock.at(offset, *slot) for slot in SLOTS[role]]
        self.dice.shuffle(slots)
        if unassigned:
            return self.draft(patient, None, role, slots[0])
        for staff in self.rota.candidates(role, self.lives[patient["id"]][1], patient["id"]):
            if not self.rota.works(staff, offset):
                continue
            for start in slots:
                if self.diary.is_free(staff, patient["id"], start, start + timedelta(minutes=VISIT_MINUTES[role])):
                    return self.draft(patient, staff, role, start)
        return False

    def draft(self, patient: Row, staff: Row | None, role: str, start: datetime, state: str | None = None) -> bool:
        """Adds a visit as given, without checking the diary. `state` fixes its outcome."""
        self._seen.add((patient["id"], self.company.clock.offset(start)))
        if staff and state not in ("Cancelled", "Missed"):
            self.diary.book(staff, patient["id"], start, start + timedelta(minutes=VISIT_MINUTES[role]))
        self.drafts.append({"patient": patient, "staff": staff, "role": role, "scheduled_at": start, "state": state})
        return True


def plan_days(planner: Planner) -> None:
    """Fills today's timetable, the coming month and, with the rest of the 9,000, the past year."""
    today, dice = len(planner.drafts), planner.dice
    while len(planner.drafts) < today + TODAY_REGULAR:
        if patient := planner.pick(0):
            planner.place(patient, planner.role_for(patient), 0)
    tomorrow = len(planner.drafts)
    while len(planner.drafts) < tomorrow + FUTURE_VISITS:
        offset = int(dice.triangular(1, LAST_DAY + 1, 1))
        if patient := planner.pick(-1):
            planner.place(patient, planner.role_for(patient), offset, unassigned=dice.chance(UNASSIGNED_SHARE))
    for patient in planner.patients:
        start = planner.company.clock.offset(patient["created_at"]) + dice.randint(1, 6)
        if FIRST_DAY <= start < 0 and dice.chance(INTAKE_SHARE):
            _series(planner, patient, start)
    while len(planner.drafts) < VISITS:
        start = dice.randint(FIRST_DAY, -1)
        if patient := planner.pick(start):
            _series(planner, patient, start)


def _series(planner: Planner, patient: Row, start: int) -> None:
    """Some visits by one role, every few days, until today or until there are 9,000."""
    dice, role = planner.dice, planner.role_for(patient)
    step = dice.choice((2, 3, 3, 4, 7, 7, 14)) if role != "Doctor" else dice.choice((14, 28))
    for offset in range(start, min(start + step * dice.randint(1, 6), 0), step):
        if len(planner.drafts) == VISITS:
            return
        planner.place(patient, role, offset)
