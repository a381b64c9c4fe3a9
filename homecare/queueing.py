"""Keeps the triggers that note which facts a change makes stale.

A fact is what the database keeps beside the company's rows because working it out takes too long: where a patient is
on the map, how far a lead came. A kind of fact has a queue in the schema `dashboard`, to which a change adds the keys
of the facts that it touches, in its own transaction: who sees one sees the other. A key stands there as often as it
was touched; NULL means all of them. `homecare.work.facts` takes keys out and works their facts out again.

A row trigger costs 5 us a row. It cannot be forgotten: every upgrade puts it where it is missing or not as written
here, and then the kind is worked out anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Source:
    """A table whose rows decide facts: each that comes or goes, and each of which one of `columns` changes.

    `keys` is a query of the keys that a row decides, with `{row}` for the row; what it finds NULL is nobody's. None:
    every change touches all facts of the kind. `table` is of the schema public unless it names another.
    """

    table: str
    columns: tuple[str, ...]
    keys: str | None


@dataclass(frozen=True)
class Queue:
    """`table` is of the schema `dashboard`, with the one column `key`."""

    table: str
    sources: tuple[Source, ...]

    @property
    def everything(self) -> str:
        """The statement that asks for all facts of the kind to be worked out again."""
        return f"INSERT INTO dashboard.{self.table} (key) VALUES (NULL)"  # noqa: S608 - a constant of ours


_VISITS = ("patient_id", "staff_id", "status", "scheduled_at", "check_in_time", "check_out_time")
_OF_LEAD = "SELECT p.id FROM public.patients p WHERE p.marketing_lead_id = {row}.id"
_OF_PAGE = (
    "SELECT p.id FROM public.patients p JOIN public.marketing_leads l ON l.id = p.marketing_lead_id "
    "WHERE l.landing_page_id = {row}.id"
)

# By patient: where each is on the map, and what the map filters by.
PLACES = Queue("dirty_places", (
    Source("patients", ("id", "geolocation", "source", "acquisition_channel", "initial_campaign_id",
                        "marketing_lead_id"), "SELECT {row}.id"),
    Source("visit_services", _VISITS, "SELECT {row}.patient_id"),
    Source("caregiver_assignments", ("patient_id", "staff_id", "shift_start", "shift_end", "status"),
           "SELECT {row}.patient_id"),
    Source("marketing_leads", ("id", "campaign_id", "landing_page_id"), _OF_LEAD),
    Source("landing_pages", ("id", "campaign_id"), _OF_PAGE),
    Source("dashboard.sub_cities", ("id", "centre", "reach_m"), None),
))  # fmt: skip

# A key of LEADS from here down is a landing page's: OF_PAGES less its number.
OF_PAGES = -(2**40)

# By lead, or below zero by whose leads they are, because that can change before their facts are worked out again.
LEADS = Queue("dirty_leads", (
    Source("marketing_leads", ("id", "status", "created_at", "converted_to_patient_at", "campaign_id",
                               "landing_page_id", "lead_source_id"), "SELECT {row}.id"),
    Source("patients", ("id", "marketing_lead_id", "created_at", "initial_campaign_id", "acquisition_channel",
                        "geolocation"), "SELECT {row}.marketing_lead_id"),
    Source("visit_services", ("patient_id", "status", "scheduled_at", "check_in_time", "check_out_time"),
           "SELECT -{row}.patient_id"),
    Source("invoices", ("patient_id", "status", "amount", "created_at", "paid_at"), "SELECT -{row}.patient_id"),
    Source("landing_pages", ("id", "campaign_id"), f"SELECT {OF_PAGES} - {{row}}.id"),
    Source("dashboard.sub_cities", ("id", "centre", "reach_m"), None),
))  # fmt: skip

QUEUES = (PLACES, LEADS)

# With the owner's rights, because whoever changes a row of the company has none on our tables.
_FUNCTION = """
CREATE OR REPLACE FUNCTION dashboard.{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {added};
    ELSIF TG_OP = 'UPDATE' THEN
        {changed};
    ELSIF TG_OP = 'DELETE' THEN
        {removed};
    ELSE
        {everything};
    END IF;
    RETURN NULL;
END $$
"""
_STANDING = text("""
    SELECT coalesce(obj_description(p.oid, 'pg_proc'), '') AS digest,
        (SELECT count(*) FROM pg_trigger t WHERE t.tgfoid = p.oid AND t.tgenabled = 'A') AS triggers
    FROM pg_proc p WHERE p.oid = to_regproc('dashboard.' || :name)
""")
_TRIGGERS = 3


def due(connection: Connection) -> Iterator[tuple[str, list[str]]]:
    """Each table whose trigger is missing or is not as written here, with the owner's statements that put it there, to
    be run as one transaction. A queue that is not there yet, in the middle of an upgrade, is left out.
    """
    for queue in QUEUES:
        if not connection.scalar(text("SELECT to_regclass(:table)"), {"table": f"dashboard.{queue.table}"}):
            continue
        for source in queue.sources:
            statements = _statements(queue, source)
            digest = hashlib.sha256("".join(statements).encode()).hexdigest()
            name = _name(queue, source)
            found = connection.execute(_STANDING, {"name": name}).one_or_none()
            if found is None or (found.digest, found.triggers) != (digest, _TRIGGERS):
                yield source.table, [
                    *statements, f"COMMENT ON FUNCTION dashboard.{name}() IS '{digest}'", queue.everything,
                ]  # fmt: skip


def _name(queue: Queue, source: Source) -> str:
    return f"{queue.table}_of_{source.table.rpartition('.')[2]}"


def _statements(queue: Queue, source: Source) -> list[str]:
    name = _name(queue, source)
    table = source.table if "." in source.table else f"public.{source.table}"
    body = _FUNCTION.format(
        name=name,
        added=_noted(queue, source, "new"),
        changed=_noted(queue, source, "old", "new"),
        removed=_noted(queue, source, "old"),
        everything=queue.everything,
    )
    changed = " OR ".join(f"old.{column} IS DISTINCT FROM new.{column}" for column in source.columns)
    triggers = {
        f"{queue.table}_rows": f"AFTER INSERT OR DELETE ON {table} FOR EACH ROW",
        f"{queue.table}_values": f"AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed})",
        f"{queue.table}_truncated": f"AFTER TRUNCATE ON {table} FOR EACH STATEMENT",
    }
    made = [body]
    for trigger, when in triggers.items():
        made += [
            f"CREATE OR REPLACE TRIGGER {trigger} {when} EXECUTE FUNCTION dashboard.{name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
        ]
    return made


def _noted(queue: Queue, source: Source, *rows: str) -> str:
    """Adds the keys of the row, or of what it was and what it is, once each."""
    if source.keys is None:
        return queue.everything
    found = " UNION ".join(source.keys.format(row=row) for row in rows)
    kept = f"INSERT INTO dashboard.{queue.table} (key) SELECT found.key"
    return f"{kept} FROM ({found}) found (key) WHERE found.key IS NOT NULL"
