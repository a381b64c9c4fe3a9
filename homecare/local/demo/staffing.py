"""Sixty people over ten roles, and the demo account of each role."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from homecare.config import DEMO_DOMAIN, demo_email
from homecare.local.demo.company import Company
from homecare.local.demo.names import MEN, WOMEN
from homecare.local.demo.people import People


class Team(NamedTuple):
    """The size of a role's team, their jobs, and the statuses of those not Active (from the last person on)."""

    role: str
    size: int
    department: str
    positions: tuple[str, ...]
    away: tuple[str, ...] = ()


TEAMS = (
    Team("Admin", 2, "IT", ("Systems Administrator", "IT Support Officer")),
    Team("Manager", 3, "Management", ("General Manager", "Operations Manager", "Quality Manager")),
    Team("Coordinator", 4, "Operations", ("Care Coordinator", "Scheduling Officer"), ("On Leave",)),
    Team("Doctor", 6, "Medical", ("General Practitioner", "Internist", "Geriatrician", "Paediatrician")),
    Team("Nurse", 13, "Nursing", ("Senior Nurse", "Clinical Nurse", "Midwife Nurse"), ("On Leave", "Terminated")),
    Team(
        "Caregiver", 23, "Home Care", ("Home Caregiver", "Senior Caregiver", "Live-in Caregiver"),
        ("On Leave", "On Leave", "Suspended", "Inactive", "Terminated"),
    ),
    Team("Marketing", 3, "Marketing", ("Marketing Officer", "Content Producer", "Community Liaison")),
    Team("Finance", 2, "Finance", ("Accountant", "Billing Officer")),
    Team("Inventory", 1, "Supplies", ("Store Keeper",)),
    Team("Auditor", 1, "Quality", ("Internal Auditor",)),
    # Undefined roles: these people may do nothing, and IT finds them in a list.
    Team("Intern", 1, "Nursing", ("Nursing Intern",)),
    Team("Volunteer", 1, "Home Care", ("Weekend Volunteer",)),
)  # fmt: skip

DEMO_PEOPLE = {
    "Admin": "Selamawit Tadesse", "Manager": "Dawit Alemayehu", "Coordinator": "Hirut Bekele",
    "Doctor": "Yohannes Girma", "Nurse": "Meseret Haile", "Caregiver": "Almaz Kebede", "Marketing": "Biniam Tesfaye",
    "Finance": "Rahel Mulugeta", "Inventory": "Getachew Worku", "Auditor": "Tsion Mekonnen",
}  # fmt: skip


def add_staff(company: Company) -> None:
    dice = company.dice("staff")
    people = People(dice)
    women, men = dice.cycle([w for w, _ in WOMEN]), dice.cycle([m for m, _ in MEN])
    names = {tuple(name.split()) for name in DEMO_PEOPLE.values()}
    for team in TEAMS:
        for number in range(team.size):
            first = number == 0 and team.role in DEMO_PEOPLE
            while not first and (name := (next(dice.choice((women, men, women))), next(men))) in names:
                continue
            first_name, last_name = DEMO_PEOPLE[team.role].split() if first else name
            names.add((first_name, last_name))
            local = team.role.lower() if first else f"{first_name}.{last_name}".lower()
            place = number - team.size + len(team.away)
            _add_person(
                company, people, team, number, status=team.away[place] if place >= 0 else "Active",
                first_name=first_name, last_name=last_name, email=f"{local}@{DEMO_DOMAIN}",
            )  # fmt: skip


def _add_person(company: Company, people: People, team: Team, number: int, **values: str) -> None:
    dice, clock = people.dice, company.clock
    hired = clock.day(-dice.randint(420, 2200) if number < 5 or dice.chance(0.75) else -dice.randint(60, 400))
    created_at = clock.at((hired - clock.today).days, 9, dice.randint(0, 400))
    changed_at = created_at if values["status"] == "Active" else clock.now - timedelta(days=AWAY_DAYS, hours=2)
    company.add(
        "staff", created_at, **values, phone=people.phone(), position=team.positions[number % len(team.positions)],
        department=team.department, role=team.role, hire_date=hired, updated_at=max(created_at, changed_at),
    )  # fmt: skip


# Staff who are not Active stopped working this many days ago. Their earlier visits remain.
AWAY_DAYS = 9


def add_accounts(company: Company, password_hash: str) -> None:
    """One account per default role. They share one public password, so one hash of it serves all."""
    demo = [row for row in company.rows["staff"] if row["email"] in {demo_email(role) for role in DEMO_PEOPLE}]
    company.rows["dashboard.accounts"] = [
        {"id": n, "staff_id": row["id"], "password_hash": password_hash, "created_at": row["created_at"]}
        for n, row in enumerate(demo, start=1)
    ]
