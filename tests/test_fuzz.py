"""Five thousand hostile requests, always the same ones: never a 500, never internals in an answer.

The sample has the first thousand.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from doors import Company, Walker
from flask import Flask
from sampling import at_most
from werkzeug.routing import Rule

from homecare.login import passwords
from homecare.models import business_models

SEED = 20_261_122
REQUESTS = {"Admin": 2000, "Coordinator": 1000, "Caregiver": 700, "Marketing": 700, "stranger": 600}

HOSTILE = [
    "", " ", "0", "1", "-1", "7", "abc", "1,2", "1e9", "2147483647", "2147483648", "18446744073709551616", "NaN",
    "Infinity", "-Infinity", "1.5", "0x10", "٣", "\x00", "a\x00b", "\ufeff", "\u202e", "💉", "ሐና",
    "'", '"', "''", "\\", "%", "%%",
    "_", "';--", "1 or 1=1", "$1", ":x", "%(x)s", "%s", "{0}", "{{7*7}}", "<script>", "../../etc/passwd", "\r\nX: y",
    "today", "-7d", "+99999d", "10000-01-01", "2026-02-30", "0001-01-01", "2026-03-09T10:00",
    "9999-12-31T23:59", "true",
    "null", "None", "undefined", "[]", "1~", "~", "1~2~3", "1~2026-01-01", "3~x", "a" * 5000, "id",
    "-id", "--id", "full_name",
    "Completed", "delete", "set", "export", "csv", "xlsx", "//evil.example", "javascript:x", "\ud800", "\udfff",
    "1", "2", "3", "10", "50", "1", "2", "today", "Pending", "+251911223344", "9.02,38.75", "visit_services", "csv",
]  # fmt: skip
WORDS = [
    "id", "sort", "search", "columns", "after", "before", "last", "url", "is", "all", "name", "query", "rowid", "field",
    "value", "version", "_version", "_token", "_then", "action", "confirmed", "reason", "limit", "page", "role", "of",
    "by", "_sure", "sure", "versions", "count", "next", "email", "password", "format", "area", "stage", "window",
    "endpoint", "_method", "data", "on",
]  # fmt: skip
OPERATORS = ["eq", "ne", "gte", "lte", "gt", "lt", "contains", "startswith", "in", "isnull", "like", ""]
TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/json",
    "text/plain", "application/x-www-form-urlencoded; charset=utf-7", "image/png", "",
]  # fmt: skip
# SQL, Python and the names of what is inside; none of these words is sent.
BEHIND = re.compile(
    r"SELECT\s|INSERT INTO|\bFROM \w+ WHERE|psycopg|sqlalchemy|Traceback|File &#34;|File \"|site-packages|LINE \d"
    r"|DETAIL:|sqlstate|UndefinedColumn|::text|/homecare/\w+\.py|werkzeug"
)

GIVEN_BACK = (
    "UPDATE dashboard.accounts SET password_hash = :password_hash, disabled_at = NULL "
    "WHERE staff_id = (SELECT id FROM staff WHERE email = :email)"
)
PASSWORD_HASH = passwords.hashed(DEMO_PASSWORD)


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


class Hostile:
    """Makes requests from one seed: half are nonsense, half nearly right, so that they come further than the door."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.dice = random.Random(seed)
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "login.leave"]
        self.rules = sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))
        self.columns = {name: [c.name for c in m.__table__.columns] for name, m in business_models().items()}

    def value(self) -> str:
        return self.dice.choice(HOSTILE)

    def columns_of(self, rule: Rule) -> list[str]:
        return self.columns.get(rule.endpoint.partition(".")[0], ["id"])

    def nonsense(self, rule: Rule) -> list[tuple[str, str]]:
        columns, found = self.columns_of(rule), []
        for _ in range(self.dice.choice((0, 1, 1, 2, 3, 6))):
            name = self.dice.choice(WORDS if self.dice.random() < 0.5 else columns)
            if name in columns and self.dice.random() < 0.6:
                name = f"{name}__{self.dice.choice(OPERATORS)}"
            found.append((name if self.dice.random() < 0.97 else self.value(), self.value()))
        return found

    def nearly(self, rule: Rule) -> list[tuple[str, str]]:
        """The words such a page expects, with a hostile value for one of them."""
        column, known = self.dice.choice(self.columns_of(rule)), str(self.dice.randint(1, 40))
        page = rule.endpoint.partition(".")[2]
        if page in ("index_view", "export"):
            one = (f"{column}__{self.dice.choice(OPERATORS)}", self.value())
            other = [("sort", column), ("search", self.value()), ("columns", f"id,{column}"), ("after", self.value())]
            return [self.dice.choice([one, self.dice.choice(other)])]
        if page == "ajax_lookup":
            return [("name", column), ("query", self.value())]
        if page == "create_view":
            return [(column, self.value())]
        return [("id", known if self.dice.random() < 0.9 else self.value()), ("of", "invoices"), ("name", column)]

    def sent(self, rule: Rule) -> list[tuple[str, str]]:
        columns, page = self.columns_of(rule), rule.endpoint.partition(".")[2]
        known = str(self.dice.randint(1, 40))
        if page in ("create_view", "edit_view"):
            some = self.dice.sample(columns, min(len(columns), self.dice.randint(1, 5)))
            some = [name for name in some if name not in ("id", "created_at", "updated_at")]
            token = f"form-{self.dice.randint(1, 10**9)}"
            return [("_token", token), ("_version", known), *((name, self.value()) for name in some)]
        one = [("field", self.dice.choice(columns)), ("value", self.value()), ("confirmed", "1")]
        if page == "action_view":
            action = self.dice.choice(["set", "set", "delete", "export"])
            return [*one, ("action", action), ("rowid", self.dice.choice([known, self.value()])), ("count", "1")]
        return [*one, ("id", known), ("version", known), ("reason", self.value() * 3)]

    def body(self, rule: Rule) -> dict[str, Any]:
        if self.dice.random() < 0.9:
            pairs = self.sent(rule) if self.dice.random() < 0.6 else [*self.nonsense(rule), *self.nonsense(rule)]
            return {"data": encoded(pairs).encode(), "content_type": TYPES[0]}
        broken = ["{", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb", "\x00\x01", "[]", "a=b&" * 500]
        return {"data": self.dice.choice(broken).encode(), "content_type": self.dice.choice(TYPES)}

    def next(self) -> tuple[str, str, dict[str, Any]]:
        rule = self.dice.choice(self.rules)
        method = self.dice.choice(sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"}))
        path = re.sub(r"<[^>]+>", lambda _: quoted(self.value().replace("/", "")) or "x", rule.rule)
        query = encoded(self.nearly(rule) if self.dice.random() < 0.6 else self.nonsense(rule))
        return method, f"{path}?{query}", self.body(rule) if method == "POST" else {}


def encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)


def quoted(text: str) -> str:
    """As a browser quotes; half a letter goes out as bytes that are no UTF-8."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def someone(company: Company, role: str) -> Walker:
    """A fresh browser of the role; the rights, the people and the accounts that were fuzzed away are given back."""
    if role == "stranger":
        visitor = company.app.test_client()
        assert isinstance(visitor, Visitor)
        return Walker(role, 0, visitor, visitor.token("/login"))
    email = f"{role.lower()}@homecare.example"
    company.run("UPDATE staff SET role = :role, status = 'Active' WHERE email = :email", role=role, email=email)
    company.run(GIVEN_BACK, email=email, password_hash=PASSWORD_HASH)
    return company.enter(role, email, DEMO_PASSWORD)


@pytest.mark.parametrize("role", REQUESTS)
def test_no_request_makes_a_fault_or_tells_what_lies_behind(app: Flask, company: Company, role: str) -> None:
    hostile, statuses, walker = Hostile(app, SEED + len(role)), Counter[int](), someone(company, role)
    many = at_most(REQUESTS[role] // 5, REQUESTS[role])
    for number in range(1, many + 1):
        method, url, sent = hostile.next()
        headers = {"X-CSRFToken": walker.csrf, "Accept": hostile.dice.choice(["*/*", "application/json"])}

        answer = walker.visitor.open(url, method=method, headers=headers, buffered=True, **sent)

        told = BEHIND.search(answer.get_data().decode(errors="replace"))
        assert (answer.status_code < 500, told) == (True, None), (method, url, sent)
        statuses[answer.status_code] += 1
        walker = someone(company, role) if number % 250 == 0 else walker
    # A fuzz that is refused at the door tries nothing.
    assert role != "Admin" or statuses[200] + statuses[302] + statuses[422] > many / 4, statuses
