"""Whose rows a roster has: the carers, and whoever else has something then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.models import Staff, StoredRole
from homecare.models.folding import in_order, plain_word
from homecare.records import bookings
from homecare.records.row_select import RowSelect, build
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

Clauses = Sequence[ColumnElement[bool]]


def carers() -> ColumnElement[bool]:
    """Active people whose role visits patients."""
    visiting = select(plain_word(StoredRole.name)).where(StoredRole.delivers_care)
    return and_(bookings.active(), plain_word(Staff.role).in_(visiting))


def people(
    session: Session, by: Acting, minutes: dict[int, int], present: set[int], narrowed: Clauses, *, own: bool
) -> list[dict[str, Any]]:
    """The carers, and whoever else has something then, as far as the clauses leave them (`own`: the acting person
    alone), sorted by name. One statement."""
    names = ("first_name", "last_name", "role", "status", "department")
    found = []
    if by.role is not None and by.may("staff"):
        selected = build(Seen.of(by, shown_table("staff")), names)
        who = or_(carers(), Staff.id.in_(present | minutes.keys()))
        whose = (Staff.id == by.person.staff_id,) if own else ()
        statement = selected.statement.where(who, *narrowed, *whose)
        lengths = {name: role.visit_minutes for name, role in by.policy.roles.items()}
        rows = session.execute(statement.order_by(in_order(Staff.first_name)))
        found = [_person(row, selected, minutes, lengths) for row in rows]
    known = {person["id"] for person in found}
    nameless = [] if narrowed else sorted(present - known)
    return [*found, *({"id": each, "name": f"#{each}", "role": "", "status": "", "department": "",
                      "minutes_booked": minutes.get(each, 0), "visit_minutes": None} for each in nameless)]  # fmt: skip


def _person(row: Row[Any], selected: RowSelect, minutes: dict[int, int], lengths: dict[str, int]) -> dict[str, Any]:
    """`visit_minutes`: what a visit of theirs takes by role; None if the reader may not know the role."""
    told = {each.name: getattr(row, each.name) for each in selected.fields}
    name = " ".join(part for part in (told.get("first_name"), told.get("last_name")) if part)
    rest = {column: told.get(column) or "" for column in ("role", "status", "department")}
    takes = lengths.get(folded(rest["role"]), bookings.DEFAULT_VISIT_MINUTES) if "role" in told else None
    booked = {"minutes_booked": minutes.get(row._id, 0), "visit_minutes": takes}
    return {"id": row._id, "name": name or f"#{row._id}", **rest, **booked}
