"""Who saw a patient: every read that showed them, on a page of their own, in a list, in a file, or behind glass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, case, cast, exists, false, func, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import way, whose
from homecare.models import Change, Patient, Read, business_models
from homecare.queries.audit import EXPORTED, OPENED, Asked, numbers
from homecare.queries.audit_lines import WITH_REASON

PATIENTS = Patient.__tablename__
# More people than this are not told one by one.
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Seer:
    """A person and how often the patient was shown to them: in all, by itself, in a file. `staff_id` is None for nobody
    of the staff."""

    staff_id: int | None
    name: str
    reads: int
    opened: int
    exported: int
    last_at: datetime


def of_patient(asked: Asked, patient_id: int) -> Asked:
    """The same question, of this patient's reads alone."""
    return replace(asked, clauses=(*asked.clauses, Read.id.in_(_found(asked, patient_id))))


def _found(asked: Asked, patient_id: int) -> Any:
    """The reads that showed the patient, and those of their visits and so on that recorded nothing but the row: a
    reason given and a file opened. The patient's name is in every other read of theirs by itself. Whose the rows were
    that are gone by now, as they are where the patient was deleted, the trail knows."""
    own = select(Read.id).where(
        Read.resource == PATIENTS, Read.ids.bool_op("@>")(numbers([patient_id])), *asked.clauses
    )
    parts = [own]
    for table, model in business_models().items():
        people = whose(table, model) if way(table) else None
        if people is not None and people[0] == PATIENTS:
            rows: Any = model
            theirs = Read.row_id.in_(select(cast(rows.id, Text)).where(people[1] == patient_id))
            for found in (theirs, *_gone(table, rows, patient_id)):
                kept = (Read.resource == table, Read.kind.in_(WITH_REASON), found)
                parts.append(select(Read.id).where(*kept, *asked.clauses))
    return union_all(*parts)


def _gone(table: str, rows: Any, patient_id: int) -> list[ColumnElement[bool]]:
    """The row was the patient's and was removed, of a table whose rows name the patient themselves. The trail is asked
    for the row of each such read: of everything that was ever removed it would be asked for minutes."""
    relation, *further = way(table) or ("",)
    number = case((Read.row_id.regexp_match("^[0-9]{1,18}$"), cast(Read.row_id, BigInteger)))
    removed = exists().where(
        Change.resource == table, Change.kind == "removed", Change.row_id == number,
        Change.old[relation].astext == str(patient_id),
    ).correlate(Read)  # fmt: skip
    stands = exists().where(rows.id == number).correlate(Read)
    # One or the other for each read, so that the database does not begin at the removed.
    return [] if further else [case((stands, false()), else_=removed)]


def people(session: Session, asked: Asked) -> Sequence[Seer]:
    """Who is behind the reads, the last one first. One statement over the reads of one patient."""
    last = func.max(Read.read_at)
    newest_name = func.array_agg(aggregate_order_by(Read.staff_name, Read.id.desc()))[1]
    counted = [func.count().filter(Read.kind.in_(kinds)) for kinds in (OPENED, EXPORTED)]
    found = asked.narrowed(select(Read.staff_id, newest_name, func.count(), *counted, last))
    rows = session.execute(
        found.group_by(Read.staff_id).order_by(last.desc()).limit(MOST_PEOPLE), execution_options=UNSCOPED
    ).all()
    return [Seer(*row) for row in rows]
