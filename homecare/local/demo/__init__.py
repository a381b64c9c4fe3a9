"""The demo company: sixty staff, 1,500 patients, 9,000 visits and a year of marketing, all made up.

It contains no real person. The rows depend only on the day: the same day gives the same company.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, Engine, text

from homecare.access.change_sets import Doing, Origin, announce
from homecare.local.demo import billing, board, leads, marketing, office, outcomes, partners, patients, shifts, staffing
from homecare.local.demo.company import Clock, Company
from homecare.local.demo.diary import Diary
from homecare.local.demo.people import People
from homecare.local.demo.rota import Rota
from homecare.local.demo.visits import Planner, plan_days
from homecare.local.demo.write import analyze, write_rows
from homecare.login import passwords

# An advisory lock so that two processes that start together do not both load. Any constant not locked elsewhere works.
LOCK_KEY = 4_207_001

Progress = Callable[[str], None]


class DemoError(Exception):
    """The demo company cannot be loaded. The message is one sentence for the person who asked for it."""


def load(engine: Engine, password: str, today: date | None = None, progress: Progress | None = None) -> None:
    """Loads the demo company in one transaction, so an interrupted load leaves nothing.

    `today` is the day in Addis Ababa that everything is relative to. If given, the time is 10:40; if left out, the
    board is relative to this minute. `engine` connects as the owner of the tables, who may set sequences and analyse.
    Raises DemoError if the database already has staff or patients. About 35,000 rows.
    """
    if not _load(engine, password, today, progress):
        raise DemoError(
            "The database already has staff or patients, so the demo company was not loaded. Use an empty database."
        )


def load_if_empty(engine: Engine, password: str) -> bool:
    """Loads the demo company into a database without staff and patients. Returns False if there are any."""
    return _load(engine, password, None, None)


def made_up_company(today: date | None, password_hash: str) -> Company:
    """Every row of the company, by table, with its ids. Needs no database."""
    company = Company(Clock.of(today))
    people = People(company.dice("people"))
    staffing.add_staff(company)
    staffing.add_accounts(company, password_hash)
    marketing.add_campaigns(company)
    converted = leads.add_leads(company, people)
    lives = patients.add_patients(company, people, converted)
    patients.add_touches(company)
    marketing.add_figures(company)
    marketing.add_marketing_tasks(company)
    diary, rota = Diary(), Rota(company)
    shifts.add_shifts(company, diary, rota, lives)
    planner = Planner(company, diary, rota, lives)
    board.plan_board(planner)
    plan_days(planner)
    shifts.note_registrations(company)
    outcomes.add_visits(company, planner.drafts, lives)
    billing.add_invoices(company)
    billing.add_claims(company)
    office.add_inventory(company)
    office.add_office_tasks(company)
    office.add_messages(company)
    partners.add_partners(company)
    partners.add_referrals(company)
    return company


def _load(engine: Engine, password: str, today: date | None, progress: Progress | None) -> bool:
    tell = progress or (lambda _sentence: None)
    with engine.begin() as connection:
        # Loading takes longer than a request may, and so does waiting for another loader.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        if not _is_empty(connection):
            return False
        tell("Making up the demo company")
        company = made_up_company(today, passwords.hashed(password))
        announce(connection, None, Doing("load", "The demo company", origin=Origin.SYSTEM))
        write_rows(connection, company.rows, tell)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        analyze(connection)
    return True


def _is_empty(connection: Connection) -> bool:
    return not connection.execute(
        text("SELECT EXISTS (SELECT FROM staff) OR EXISTS (SELECT FROM patients)")
    ).scalar_one()
