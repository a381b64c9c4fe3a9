"""Absences as they are recorded, for whoever plans everybody's work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.models import Absence
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import coded_tables

MOST = 100
_VERSION: ColumnElement[str] = literal_column(f"{Absence.__tablename__}.xmin::text").label("version")


@dataclass(frozen=True)
class KnownAbsence:
    """At its version; moments in UTC. `name` is the person's, as far as it may be read."""

    absence_id: int
    version: str
    staff_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    kind: str
    note: str


def absences_of(session: Session, by: Acting, staff_id: int | None) -> list[KnownAbsence]:
    """All of a person's, the latest first; without a person everybody's that have not ended, by their start. At most
    MOST. Two statements."""
    found = select(Absence, _VERSION).limit(MOST)
    if staff_id is None:
        found = found.where(Absence.ends_at > clock.now_utc()).order_by(Absence.starts_at, Absence.id)
    else:
        found = found.where(Absence.staff_id == staff_id).order_by(Absence.starts_at.desc(), Absence.id)
    return [*_named(session, by, found)]


def absence(session: Session, by: Acting, absence_id: int) -> KnownAbsence | None:
    """None where there is none. Two statements."""
    return next(_named(session, by, select(Absence, _VERSION).where(Absence.id == absence_id)), None)


def _named(session: Session, by: Acting, found: Select[Any, Any]) -> Iterator[KnownAbsence]:
    rows = session.execute(found).all()
    ids = {row.Absence.staff_id for row in rows}
    names = names_of(session, Seen.of(by, coded_tables()["staff"]), ids) if ids and by.may("staff") else {}
    for row in rows:
        one = row.Absence
        name = names.get(one.staff_id, f"#{one.staff_id}")
        yield KnownAbsence(one.id, row.version, one.staff_id, name, one.starts_at, one.ends_at, one.kind, one.note)
