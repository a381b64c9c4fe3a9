"""The demo company with each role signed in: permissions are tested through real requests and checked in the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from clusters import DEMO_PASSWORD
from conftest import Visitor
from flask import Flask
from forms import form_with
from permission_table import cells, roles
from sqlalchemy import Engine, text

from homecare.actions.questions import key_of

NOW = "timezone('utc', now())"
# From the document's own words: a live assignment or visit, from 30 days back to 14 days ahead.
OWN_PATIENTS = f"""(
    SELECT patient_id FROM caregiver_assignments WHERE staff_id = :me AND status IS DISTINCT FROM 'Cancelled'
        AND coalesce(shift_end, 'infinity') >= {NOW} - interval '30 days'
        AND coalesce(shift_start, '-infinity') <= {NOW} + interval '14 days'
    UNION SELECT patient_id FROM visit_services WHERE staff_id = :me AND status IS DISTINCT FROM 'Cancelled'
        AND scheduled_at BETWEEN {NOW} - interval '30 days' AND {NOW} + interval '14 days')"""
# Whoever is signed in may open it, and it is made sooner than their home.
FORM_OF_EVERYBODY = "/account/"
OWN_ROWS = {
    "patients": f"id IN {OWN_PATIENTS}",
    "staff": "id = :me",
    "caregiver_assignments": "staff_id = :me",
    "visit_services": "staff_id = :me",
    "messages": "sender_id = :me",
    "admin_task_tracking": "staff_id = :me",
    "referrals": f"patient_id IN {OWN_PATIENTS}",
    "international_referrals": f"patient_id IN {OWN_PATIENTS}",
}
# A few rows for those who have none of their own in the demo company.
GIVEN = {
    "caregiver_assignments": "SET staff_id = :me WHERE id = (SELECT min(id) FROM caregiver_assignments "
    "WHERE status = 'Completed' AND shift_end < now() - interval '40 days' AND staff_id NOT IN :others)",
    "messages": "SET sender_id = :me WHERE id = (SELECT min(id) FROM messages WHERE sender_id NOT IN :others)",
    "admin_task_tracking": "SET staff_id = :me WHERE id = (SELECT min(id) FROM admin_task_tracking "
    "WHERE staff_id NOT IN :others)",
    "referrals": f"SET patient_id = (SELECT min(patient_id) FROM {OWN_PATIENTS} AS own) "
    "WHERE id = (SELECT min(id) FROM referrals)",
    "international_referrals": f"SET patient_id = (SELECT min(patient_id) FROM {OWN_PATIENTS} AS own) "
    "WHERE id = (SELECT min(id) + :n FROM international_referrals)",
}


def demo_email(role: str) -> str:
    return f"{role.lower()}@homecare.example"


def because(status: str, word: str = "Other") -> str:
    """The answer to why a visit gets this status."""
    return key_of(["ending", status, word])


@dataclass
class Walker:
    """One signed-in role; `csrf` is the token of its browser."""

    role: str
    staff_id: int
    visitor: Visitor
    csrf: str

    def get(self, url: str, **query: Any) -> Any:
        return self.visitor.get(url, query_string=query or None, buffered=True)

    def post(self, url: str, data: Any = None) -> Any:
        return self.visitor.post(url, data=data or {}, headers={"X-CSRFToken": self.csrf}, buffered=True)


class Company:
    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app, self.engine = app, engine
        self.walkers: dict[str, Walker] = {}

    def rows(self, statement: str, **values: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(statement), values).all()

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.scalar(text(statement), values)

    def run(self, statement: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def enter(self, role: str, email: str, password: str) -> Walker:
        visitor = self.app.test_client()
        assert isinstance(visitor, Visitor)
        assert visitor.sign_in(email, password).status_code == 302
        staff_id = self.scalar("SELECT id FROM staff WHERE email = :email", email=email)
        return Walker(role, staff_id, visitor, visitor.token(FORM_OF_EVERYBODY))

    def as_(self, role: str) -> Walker:
        if role not in self.walkers:
            self.walkers[role] = self.enter(role, demo_email(role), DEMO_PASSWORD)
        return self.walkers[role]

    def staff_id(self, role: str) -> int:
        """Of who has the role in the demo company, who need not sign in for it."""
        return int(self.scalar("SELECT id FROM staff WHERE email = :email", email=demo_email(role)))

    def whole(self, table: str, row_id: int) -> Any:
        """The row as it is stored, with its xmin; None where it is gone."""
        found = self.rows(f"SELECT to_jsonb(t) AS row, xmin::text FROM {table} t WHERE id = :id", id=row_id)
        return found[0] if found else None

    def confirmed(self, table: str, *row_ids: int) -> dict[str, Any]:
        """What the question of a bulk change sends on, of the rows as they are now."""
        versions = ",".join(f"{row_id}:{self.whole(table, row_id).xmin}" for row_id in row_ids)
        return {"confirmed": "1", "rowid": [*row_ids], "versions": versions}

    def size(self, table: str) -> int:
        return int(self.scalar(f"SELECT count(*) FROM {table}"))

    def own(self, role: str, table: str) -> list[int]:
        where = OWN_ROWS[table] if cells()[role, table].scopes.get("view") == "own" else "true"
        found = self.rows(f"SELECT id FROM {table} WHERE {where} ORDER BY id", me=self.staff_id(role))
        return [row.id for row in found]

    def other(self, role: str, table: str) -> int:
        """A row that exists and is not the role's own."""
        return int(self.scalar(f"SELECT max(id) FROM {table} WHERE NOT ({OWN_ROWS[table]})", me=self.staff_id(role)))

    @contextmanager
    def one_denial(self, walker: Walker, table: str) -> Iterator[None]:
        last = self.scalar("SELECT coalesce(max(id), 0) FROM dashboard.denials")
        yield
        found = self.rows("SELECT staff_id, resource FROM dashboard.denials WHERE id > :last", last=last)
        assert [tuple(row) for row in found] == [(walker.staff_id, table)]

    def give_rows(self) -> None:
        """Every role with own rows of a table has at least one."""
        scoped = [r for r in roles() if any(cells()[r, t].scopes.get("view") == "own" for t in OWN_ROWS)]
        people = [self.staff_id(role) for role in scoped]
        for number, role in enumerate(scoped):
            for table, change in GIVEN.items():
                if cells()[role, table].scopes.get("view") == "own" and not self.own(role, table):
                    others = ", ".join(str(person) for person in people)
                    changed = self.run(
                        f"UPDATE {table} {change.replace(':others', f'({others})')}",
                        **({"me": people[number]} | ({"n": number} if ":n" in change else {})),
                    )
                    assert changed == 1, (role, table)


def opened(app: Flask, owner_engine: Engine) -> Company:
    """The demo company, with an own row for everybody who has a row scope."""
    made = Company(app, owner_engine)
    made.give_rows()
    return made


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


@pytest.fixture
def admin(company: Company) -> Walker:
    return company.as_("Admin")


def opened_form(walker: Walker, url: str) -> dict[str, str]:
    return form_with(walker.get(url).get_data(as_text=True), "_token")


def ids_of(page: str) -> list[int]:
    """The rows of a list, in its order."""
    return [int(found) for found in re.findall(r'<tr[^>]*\bdata-id="(\d+)"', page)]


def count_of(page: str) -> str:
    """The count as the list shows it: "1,234", "≈ 20,000", "10,000+"."""
    found = re.search(r'<p class="muted count"[^>]*>\s*([≈\d,+ ]+)', page)
    assert found, "the list shows no count"
    return found[1].strip()
