"""A unique token in every cell of every table. A token found on a page tells which cell it came from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Date, Engine, Integer, Numeric, String, insert, text

from homecare.access import resources
from homecare.db import Base
from homecare.models import business_models
from homecare.models.columns import Kind, kind_of

ADDRESSES = [
    line.removeprefix("GET ")
    for line in (Path(__file__).parent / "routes.txt").read_text().splitlines()
    if line.startswith("GET ")
]
UNTOKENED = (Kind.SHARE, Kind.PERCENT, Kind.POINT, Kind.BOOL, Kind.RELATION)
# Rows of one's own: table, and the columns that make the row a person's or of their patient.
OWN = {
    "caregiver_assignments": {"staff_id": "me", "patient_id": "patient"},
    "visit_services": {"staff_id": "me", "patient_id": "patient"},
    "messages": {"sender_id": "me", "receiver_id": "patient"},
    "admin_task_tracking": {"staff_id": "me"},
    "marketing_tasks": {"assigned_to_staff_id": "me"},
    "referrals": {"patient_id": "patient"},
    "international_referrals": {"patient_id": "patient"},
}


@dataclass(frozen=True)
class Canary:
    """`owner` is the role that owns the row, "" if nobody owns it."""

    table: str
    column: str
    row_id: int
    owner: str
    kind: Kind
    texts: tuple[str, ...]

    def sings(self, page: str) -> bool:
        return any(text_ in page for text_ in self.texts)


class Planter:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.numbers = itertools.count(11_111)
        self.canaries: list[Canary] = []
        self.ids: dict[str, int] = {}

    def nobodys(self) -> None:
        """A row in every table that is nobody's own."""
        for table in Base.metadata.sorted_tables:
            if table.name in business_models() and table.schema is None:
                self.ids[table.name] = self.row(table.name, "", {})

    def own(self, role: str, staff_id: int) -> None:
        """A patient of that person's, and a row of each table in which one can have own rows."""
        found = {"me": staff_id, "patient": self.row("patients", role, {})}
        for table, keys in OWN.items():
            extra = {"scheduled_at": text("timezone('utc', now())")} if table == "visit_services" else {}
            self.row(table, role, {column: found[word] for column, word in keys.items()} | extra)

    def row(self, table: str, owner: str, given: dict[str, Any]) -> int:
        values, made = dict(given), []
        for column in business_models()[table].__table__.columns:
            if column.primary_key or column.name in values:
                continue
            kind = kind_of(column)  # type: ignore[arg-type]
            if kind is Kind.RELATION:
                values[column.name] = self.ids.get(next(iter(column.foreign_keys)).column.table.name)
            elif (token := self._token(column, kind)) is not None:
                values[column.name] = token[0]
                made.append((column.name, kind, token[1]))
            elif not column.nullable and column.server_default is None:
                values[column.name] = text("timezone('utc', now())") if kind is Kind.DATETIME else 0
        if table == "patients":
            values["marketing_lead_id"] = None
        added = insert(business_models()[table]).values(values).returning(text("id"))
        row_id = self.connection.execute(added).scalar_one()
        self.canaries += [Canary(table, name, row_id, owner, kind, texts) for name, kind, texts in made]
        return int(row_id)

    def _token(self, column: Column[Any], kind: Kind) -> tuple[Any, tuple[str, ...]] | None:
        number = next(self.numbers)
        if kind in UNTOKENED:
            return None
        if isinstance(column.type, String):
            return f"q{number}z", (f"q{number}z",)
        if isinstance(column.type, Date):
            day = date(1850, 1, 1) + timedelta(days=number - 11_111)
            return day, (day.isoformat(), f">{day.day} {day:%b %Y}<")
        if isinstance(column.type, Integer) or (isinstance(column.type, Numeric) and (column.type.precision or 99) > 9):
            return 73_000_000 + number, (f"73{number:06d}", f"73,{number // 1000:03d},{number % 1000:03d}")
        return None


def planted(engine: Engine, people: dict[str, tuple[int, str]]) -> list[Canary]:
    """Nobody's row in every table, and own rows of each role's person, whose staff id comes first."""
    with engine.begin() as connection:
        planter = Planter(connection)
        planter.nobodys()
        for role, (staff_id, _) in people.items():
            planter.own(role, staff_id)
    return planter.canaries


def rights(connection: Connection, role: str) -> tuple[dict[str, str], dict[tuple[str, str], str], bool]:
    """What IT stored for the role: scope by viewable table, state by column, whether it has every permission."""
    asked = {"role": role}
    grants = "SELECT resource, scope FROM dashboard.grants WHERE role = :role AND action = 'view'"
    states = "SELECT resource, column_name, state FROM dashboard.field_rules WHERE role = :role"
    everything = connection.scalar(text("SELECT everything FROM dashboard.roles WHERE name = :role"), asked)
    return (
        {row.resource: row.scope for row in connection.execute(text(grants), asked)},
        {(row.resource, row.column_name): row.state for row in connection.execute(text(states), asked)},
        bool(everything),
    )


def visible(connection: Connection, role: str, canaries: list[Canary]) -> Iterator[Canary]:
    """The canaries that the role's stored grants and field rules let it see."""
    scopes, states, everything = rights(connection, role)
    for canary in canaries:
        scope = "all" if everything else scopes.get(canary.table)
        mine = scope == "all" or (scope == "own" and canary.owner == role)
        if mine and states.get((canary.table, canary.column), "shown") == "shown":
            yield canary
        elif role == "Marketing" and (canary.table, canary.column) == ("patients", "patient_code"):
            yield canary  # the one thing Marketing sees of a patient: the code, to name one in a campaign's touch


def table_of(address: str) -> str | None:
    """The table whose screen it belongs to."""
    parts = address.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[1] in resources.tables() else None


def filled_in(address: str, canaries: list[Canary], role: str) -> Iterator[str]:
    """The list addresses with nobody's rows, own rows and other people's rows, with every relation and column."""
    table = table_of(address)
    address = re.sub(r"<(version|table)>", "patients", address.replace("<export_type>", "csv"))
    if "<" in address or table is None:
        yield re.sub(r"<[^>]+>", "1", address)
        return
    columns = resources.tables()[table]
    if address.endswith("/ajax/lookup/"):
        relations = [name for name, kind in columns.items() if kind is Kind.RELATION]
        yield from (f"{address}?name={name}&query={query}" for name in relations for query in ("", "q1"))
    elif address.endswith(("/details/", "/edit/", "/delete/", "/history/")):
        other = "Nurse" if role != "Nurse" else "Doctor"
        rows = {c.row_id for c in canaries if c.table == table and c.owner in ("", role, other)}
        yield from (f"{address}?id={row_id}" for row_id in sorted(rows))
    elif address == f"/admin/{table}/":
        yield address
        yield f"{address}?search=q1"
        yield from (f"{address}?columns={name}" for name in columns)
    else:
        yield address
