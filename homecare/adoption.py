"""Changes the company's tables while its other application works on them; refuses unfit ones beforehand.
A session that waits for a strong lock blocks everyone who comes after it. So no change waits longer than a moment:
one table, one transaction, one message. If the table is busy, all locks are released and the change is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from homecare.db import sqlstate

# How long others wait behind us at most, and how long we keep trying.
LOCK_TIMEOUT_MS = 1000
PATIENCE_S = 60.0
PAUSE_S = 2.0
# Building an index concurrently blocks nobody, so it may wait longer.
INDEX_TIMEOUT_MS = 60_000
ADOPTED = "The company tables in public stood before Homecare Admin came."

# In creation order. The pivot is last because an existing database lacks it.
TABLES = (
    "staff", "partner_hospitals", "ngo_networks", "events", "inventory_items",
    "lead_sources", "marketing_platforms", "marketing_campaigns", "landing_pages", "marketing_leads",
    "patients", "messages", "caregiver_assignments", "visit_services", "admin_task_tracking",
    "invoices", "insurance_claims", "referrals", "international_referrals",
    "campaign_metrics", "marketing_budgets", "marketing_tasks", "campaign_contents", "campaign_patients",
)  # fmt: skip
# Rules that the seed does not state but that are safe. NULL on either side passes.
CHECKS = (
    ("caregiver_assignments", "shift_ends_after_start", "shift_end >= shift_start"),
    ("visit_services", "check_out_after_check_in", "check_out_time >= check_in_time"),
    ("insurance_claims", "processed_after_submitted", "processed_at >= submitted_at"),
    ("marketing_campaigns", "ends_after_start", "end_date >= start_date"),
    ("marketing_budgets", "ends_after_start", "end_date >= start_date"),
    ("marketing_budgets", "spent_not_negative", "spent_amount >= 0"),
)
NO_OVERLAP = "ex_caregiver_assignments_no_overlap"
LIVE = (
    "{0}.shift_start IS NOT NULL AND {0}.shift_end IS NOT NULL "
    "AND coalesce({0}.status, 'Assigned') IN ('Assigned', 'Confirmed', 'In Progress')"
)
OVERLAPPING = f"""
    SELECT 1 FROM caregiver_assignments a JOIN caregiver_assignments b ON b.staff_id = a.staff_id AND b.id > a.id
    WHERE {LIVE.format("a")} AND {LIVE.format("b")}
    AND tsrange(a.shift_start, a.shift_end, '[)') && tsrange(b.shift_start, b.shift_end, '[)') LIMIT 1
"""  # noqa: S608 - constants of ours

Say = Callable[[str], None]


class MigrationError(RuntimeError):
    """The database cannot be migrated. The message is a sentence for the person who starts the program."""


class BusyError(Exception):
    """A table was in use. Earlier changes stay done; the rest can be tried again."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def quiet(_line: str) -> None:
    """A `say` that prints nothing."""


def existing_tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names(schema="public")) & set(TABLES)


def is_adopted(connection: Connection) -> bool:
    found = connection.scalar(text("SELECT obj_description(to_regnamespace('dashboard'), 'pg_namespace')"))
    return bool(found == ADOPTED)


def refuse_misfits(connection: Connection) -> None:
    """Reads only, before any change. Raises MigrationError if some of the company's tables are missing or rows
    break a rule that a migration will add."""
    if connection.scalar(text("SELECT to_regclass('dashboard.alembic_version') IS NOT NULL")):
        return
    standing = existing_tables(connection)
    missing = [name for name in TABLES[:-1] if name not in standing]
    if standing and missing:
        raise MigrationError(
            f"The database has {', '.join(sorted(standing))} but not {', '.join(missing)}. Homecare Admin begins "
            "either with all of the company's tables or with none: complete them, or name an empty database."
        )
    for table, name, rule in CHECKS:
        if table in standing and connection.scalar(text(f"SELECT 1 FROM {table} WHERE NOT ({rule}) LIMIT 1")):  # noqa: S608
            raise misfit(table, f"ck_{table}_{name}", f"CHECK ({rule})")
    # A shift that ends before it starts has no range; the checks above refused it.
    if "caregiver_assignments" in standing and connection.scalar(text(OVERLAPPING)):
        raise misfit("caregiver_assignments", NO_OVERLAP, "nobody has two live shifts at one time")


def misfit(table: str, name: str, rule: str) -> MigrationError:
    return MigrationError(
        f"Rows of {table} break the rule {name}, so nothing was changed. Correct them and start again: {rule}"
    )


def patiently(attempt: Callable[[], None], say: Say, patience_s: float) -> None:
    """Repeats the attempt until no table is busy. Raises MigrationError that names what it waited for."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            attempt()
        except BusyError as busy:
            if time.monotonic() >= deadline:
                raise MigrationError(
                    f"{busy.sentence} The migration waited {patience_s:.0f} s for it and stopped; finished steps stay "
                    "done. End that work, or wait for it, and start again."
                ) from busy
            say(f"{busy.sentence} All locks are released; trying again in {PAUSE_S:.0f} s.")
            time.sleep(PAUSE_S)
        else:
            return


def busy(connection: Connection, error: DBAPIError, tables: Any) -> BusyError | None:
    """The table that the statement waited for and who locks it. None for any other error."""
    if sqlstate(error) not in ("55P03", "40P01"):
        return None
    connection.rollback()
    statement = error.statement or ""
    table = next((name for name in sorted(tables, key=len, reverse=True) if name in statement), "")
    if not table:
        return BusyError("Another program holds a lock that the migration needs.")
    holders = connection.execute(
        text(
            "SELECT DISTINCT a.pid, coalesce(nullif(a.application_name, ''), 'an unnamed program') AS name, a.state "
            "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
            "WHERE l.relation = to_regclass(:table) AND l.granted AND l.pid <> pg_backend_pid()"
        ),
        {"table": f"public.{table}"},
    ).all()
    told = ", ".join(f"{row.name} (process {row.pid}, {row.state or 'hidden'})" for row in holders)
    return BusyError(f"The table {table} is in use by {told or 'another program'}.")


def index_stands(connection: Connection, name: str) -> bool:
    """Whether a valid index has this name. An index whose build was interrupted is dropped, to be built again."""
    found = connection.execute(
        text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": f"public.{name}"}
    ).first()
    if found is not None and not found.indisvalid:
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY public.{name}")
        return False
    return found is not None


def constraint(connection: Connection, name: str) -> str | None:
    """The state of a constraint: None if missing, "unchecked" before existing rows are validated, or "checked"."""
    found = connection.execute(
        text("SELECT convalidated FROM pg_constraint WHERE conname = :name"), {"name": name}
    ).first()
    return None if found is None else "checked" if found.convalidated else "unchecked"
