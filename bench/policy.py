"""What the policy costs: a decision, the permission part of a list page, and the preview of a change to 60 staff."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from homecare.access.acting import Acting
from homecare.access.person import Person
from homecare.access.policy import Action, Grant, Policy
from homecare.access.review.preview import changes
from homecare.access.stored.grants import load
from homecare.db import db
from homecare.queries.holders import Holder, seen_rows, staff_holders
from homecare.tables.table import coded_tables

DECISIONS = 100_000


def median_ms(rounds: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def decision_us(policy: Policy) -> float:
    role = policy.roles["nurse"]
    start = time.perf_counter()
    for _ in range(DECISIONS):
        policy.decide(role, "patients", Action.EDIT)
    return (time.perf_counter() - start) / DECISIONS * 1e6


def list_page_ms(policy: Policy) -> float:
    """What a page of a list asks: the menu, the buttons, the scopes, the states of its columns."""
    person = Person(1, 1, "Hana", "Bekele", "hana@homecare.example", "Nurse", "Active", policy.version)

    def ask() -> None:
        acting = Acting.of(person, policy)
        acting.scoped_tables("patients")
        for table in coded_tables():
            acting.may(table)
        for action in Action:
            acting.may("patients", action)
        access = acting.access("patients")
        for column in coded_tables()["patients"].fields:
            access.sees(column)

    ask()
    return median_ms(1000, ask)


def whole_company(policy: Policy) -> Policy:
    """Nurses and caregivers see all patients and visits instead of their own: the change that reaches most people."""
    wide = [
        Grant(role, table, Action.VIEW) for role in ("Nurse", "Caregiver") for table in ("patients", "visit_services")
    ]
    return Policy(policy.version, policy.roles.values(), [*policy.grants.values(), *wide], policy.fields.values())


def measure(app: Flask) -> None:
    with app.app_context():
        session = db.session()
        policy = load(session)
        holders: list[Holder] = staff_holders(session)
        new = whole_company(policy)
        preview = median_ms(5, lambda: (changes(policy, new), seen_rows(session, policy, new, holders)))
        everybody = [replace(holder, role="Caregiver", status="Active") for holder in holders]
        all_staff = median_ms(5, lambda: (changes(policy, new), seen_rows(session, policy, new, everybody)))
        active = sum(holder.is_active for holder in holders)
    print(f"policy: a decision             {decision_us(policy):6.2f} µs  (at most 20)")
    print(f"policy: permissions of a list  {list_page_ms(policy):6.3f} ms  (under 1)")
    print(f"policy: preview                {preview:6.0f} ms  ({active} active staff; under 1,000)")
    print(f"policy: preview, all in a role {all_staff:6.0f} ms  ({len(everybody)} staff; under 1,000)")
