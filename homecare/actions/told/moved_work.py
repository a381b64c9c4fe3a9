"""Tells people by the bell what somebody else assigned to them, moved or took away, whatever page it was done on.

Read from the trail when a transaction ends, so nothing that writes has to say it. A person's row is theirs while it is
not Cancelled: a cancelled one is taken away, one that is no longer cancelled is assigned.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, text
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.db import Base, listen_to_sessions
from homecare.models import AdminTask, Assignment, MarketingTask, Visit
from homecare.queries.notices import WORK

CANCELLED = "Cancelled"
_TOUCHED = "touched_work"


@dataclass(frozen=True)
class Work:
    """The columns of a table that say whose a row is, whether it is called off, and when it is to be done."""

    person: str
    status: str
    times: tuple[str, ...]


WORKS: dict[type[Base], Work] = {
    Visit: Work("staff_id", "status", ("scheduled_at",)),
    Assignment: Work("staff_id", "status", ("shift_start", "shift_end")),
    AdminTask: Work("staff_id", "task_status", ("assigned_date",)),
    MarketingTask: Work("assigned_to_staff_id", "status", ("due_date",)),
}
_COLUMNS = json.dumps(
    [{"resource": m.__tablename__, "person": w.person, "status": w.status, "times": w.times} for m, w in WORKS.items()]
)
# One row a person and change set. The months of the trail before this transaction are not looked into.
_TELL = text("""
    WITH work AS (
        SELECT * FROM jsonb_to_recordset(CAST(:columns AS jsonb))
            AS w(resource text, person text, status text, times text[])
    ), entries AS (
        SELECT c.id, c.resource, c.row_id,
            CASE WHEN c.old ->> w.status IS DISTINCT FROM :cancelled THEN (c.old ->> w.person)::bigint END AS had,
            CASE WHEN c.new ->> w.status IS DISTINCT FROM :cancelled THEN (c.new ->> w.person)::bigint END AS has,
            ARRAY(SELECT c.old ->> name FROM unnest(w.times) AS name) AS before,
            ARRAY(SELECT c.new ->> name FROM unnest(w.times) AS name) AS after
        FROM dashboard.changes c JOIN work w ON w.resource = c.resource
        WHERE c.change_set = :change_set AND c.made_at >= timezone('utc', now()) - interval '1 day'
    ), nets AS (
        SELECT f.resource, f.row_id, f.had, l.has, f.before IS DISTINCT FROM l.after AS is_moved
        FROM (SELECT DISTINCT ON (resource, row_id) * FROM entries ORDER BY resource, row_id, id) f
        JOIN (SELECT DISTINCT ON (resource, row_id) * FROM entries ORDER BY resource, row_id, id DESC) l
            USING (resource, row_id)
    ), told AS (
        SELECT has AS staff_id, 'assigned' AS done, resource, row_id FROM nets WHERE has IS DISTINCT FROM had
        UNION ALL SELECT has, 'moved', resource, row_id FROM nets WHERE has = had AND is_moved
        UNION ALL SELECT had, 'taken', resource, row_id FROM nets WHERE had IS DISTINCT FROM has
    ), counted AS (
        SELECT staff_id, done, resource, count(*) AS rows, min(row_id) AS row_id FROM told
        WHERE staff_id IS NOT NULL AND staff_id IS DISTINCT FROM :about
        GROUP BY staff_id, done, resource
    )
    INSERT INTO dashboard.notifications (staff_id, kind, resource, row_id, about_staff_id, parts, change_set)
    SELECT c.staff_id, :kind, CASE WHEN sum(c.rows) = 1 THEN min(c.resource) ELSE '' END,
        CASE WHEN sum(c.rows) = 1 THEN min(c.row_id) END, :about,
        jsonb_build_object('done',
            jsonb_agg(jsonb_build_array(c.done, c.resource, c.rows) ORDER BY c.done, c.resource)), :change_set
    FROM counted c JOIN staff s ON s.id = c.staff_id GROUP BY c.staff_id ORDER BY c.staff_id
""")


def listen() -> None:
    """From here on sessions notice when work changes hands; create_app calls it."""
    listen_to_sessions("after_flush", _note_rows)
    listen_to_sessions("do_orm_execute", _note_statement)


def forget(session: Session) -> bool:
    """Whether work was touched since the last time of asking."""
    return bool(session.info.pop(_TOUCHED, False))


def tell_moved(session: Session, change_set: UUID, by: Acting | None) -> None:
    """Everybody but the person who did it, once each. One statement, whatever the number of rows."""
    about = by.accountable.staff_id if by else None
    values = {"columns": _COLUMNS, "cancelled": CANCELLED, "kind": WORK, "about": about, "change_set": change_set}
    session.execute(_TELL, values, execution_options=UNSCOPED)


def _note_rows(session: Session, _flush: UOWTransaction) -> None:
    changed = any(_changes_hands(row) for row in session.dirty if type(row) in WORKS)
    if changed or any(type(row) in WORKS for rows in (session.new, session.deleted) for row in rows):
        session.info[_TOUCHED] = True


def _note_statement(state: ORMExecuteState) -> None:
    """A statement that writes without the rows in hand is looked at in the trail alone."""
    mapper = state.bind_mapper if state.is_insert or state.is_update or state.is_delete else None
    if mapper is not None and mapper.class_ in WORKS:
        state.session.info[_TOUCHED] = True


def _changes_hands(row: Any) -> bool:
    work, attributes = WORKS[type(row)], inspect(row).attrs
    if any(attributes[name].history.has_changes() for name in (work.person, *work.times)):
        return True
    status = attributes[work.status].history
    return status.has_changes() and CANCELLED in (*(status.added or ()), *(status.deleted or ()))
