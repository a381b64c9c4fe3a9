"""Writes the generated rows by COPY, which is much faster than INSERT and still fires the triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql

from homecare.db import Base
from homecare.local.demo.company import Row

# Parents before children. Foreign keys of a cycle are filled in afterwards by UPDATE.
ORDER = (
    "staff", "dashboard.accounts", "marketing_platforms", "lead_sources", "marketing_campaigns", "landing_pages",
    "marketing_leads", "patients", "caregiver_assignments", "visit_services", "invoices", "insurance_claims",
    "messages", "inventory_items", "admin_task_tracking", "partner_hospitals", "referrals", "international_referrals",
    "campaign_patients", "campaign_contents", "campaign_metrics", "marketing_budgets", "marketing_tasks", "events",
    "ngo_networks",
)  # fmt: skip
CIRCULAR = {"patients": "registered_by_caregiver_id"}


def write_rows(connection: Connection, rows: dict[str, list[Row]], progress: Callable[[str], None]) -> None:
    """Writes every table's rows with their ids, then sets the sequences after them.

    Raises KeyError for a table that ORDER does not name, before anything is written.
    """
    unknown = rows.keys() - set(ORDER)
    if unknown:
        raise KeyError(f"no place in the order of tables for {', '.join(sorted(unknown))}")
    for table in ORDER:
        progress(f"{table}: {len(rows[table])} rows")
        _copy(connection, table, rows[table])
        _move_sequence(connection, table, len(rows[table]))
    for table, column in CIRCULAR.items():
        _fill_in(connection, table, column, rows[table])
    connection.execute(text("SELECT setval('patient_code_seq', :last)"), {"last": len(rows["patients"])})


def _copy(connection: Connection, table: str, rows: list[Row]) -> None:
    columns = [column for column in rows[0] if column != CIRCULAR.get(table)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])


def _move_sequence(connection: Connection, table: str, last: int) -> None:
    connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), {"table": table, "last": last}
    )


def _fill_in(connection: Connection, table: str, column: str, rows: list[Row]) -> None:
    target = Base.metadata.tables[table]
    filled = [row for row in rows if row[column] is not None]
    for row in filled:
        # updated_at must be given: its default would be the time of the load.
        values = {column: row[column], "updated_at": row["updated_at"]}
        connection.execute(target.update().where(target.c.id == row["id"]).values(values))


def analyze(connection: Connection) -> None:
    """Gathers statistics, because the planner would treat the new tables as empty until autovacuum runs."""
    quote = postgresql.dialect().identifier_preparer.quote
    names = ", ".join(".".join(quote(part) for part in table.split(".")) for table in ORDER)
    connection.execute(text(f"ANALYZE {names}"))
