"""Replays the trail from nothing, entry by entry, and says where it ends elsewhere than the live tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from homecare.models import business_models

Rows = dict[tuple[str, int], Any]
ENTRIES = text("SELECT id, resource, row_id, kind, old, new FROM dashboard.changes ORDER BY id")


def replayed(connection: Connection) -> Rows:
    """Every row as the trail leaves it; an entry that does not begin where the one before ended is an error."""
    rows: Rows = {}
    for entry in connection.execute(ENTRIES):
        key = (entry.resource, entry.row_id)
        assert rows.pop(key, None) == entry.old, f"entry {entry.id} of {key} begins elsewhere"
        assert (entry.new is None) == (entry.kind == "removed")
        if entry.new is not None:
            rows[key] = entry.new
    return rows


def differences(connection: Connection) -> list[str]:
    """Rows that the replay has and the table has not, and the other way round, compared as rows of the table."""
    rows, found = replayed(connection), []
    for table in business_models():
        mine = [new for (resource, _), new in rows.items() if resource == table]
        replay = f"SELECT r.* FROM jsonb_populate_recordset(NULL::public.{table}, :rows) r"
        live = f"SELECT * FROM public.{table}"
        for one, other in ((replay, live), (live, replay)):
            lost = text(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other})) AS d").bindparams(
                bindparam("rows", mine, type_=JSONB)
            )
            if number := connection.scalar(lost):
                found.append(f"{table}: {number} rows")
    return found
