"""Counts patients in cells: of each level that a tile shows, and of a few apart by what is asked for most.

A tile shows 8 x 8 cells, so a tile of zoom z needs the cells of level z + 3. Cells are not counted again when a patient
moves: what moved is taken off one and added to the other, in the statement that writes the place. That they are still
equal to the places is what `facts check` looks at.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models.ours.cell_levels import CUBE_LEVELS, LEVELS

_CELL = "m >> (2 * (28 - level))"
_SUMS = "sum(times) AS patients, sum(times * x) AS x, sum(times * y) AS y, sum(times * patient_id) AS ids"
_ADD = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in ("patients", "x", "y", "ids"))
_BY = "source, acquisition_channel, last_status, sub_city_id"
_CUBE = ", ".join(str(level) for level in CUBE_LEVELS)

_CELLS_OF = f"""
    SELECT level, {_CELL} AS cell, {_SUMS} FROM moved, generate_series({LEVELS.start}, {LEVELS.stop - 1}) level
    WHERE m IS NOT NULL GROUP BY 1, 2
"""  # noqa: S608 - constants of ours
_CUBE_OF = f"""
    SELECT level, {_CELL} AS cell, {_BY}, sum(times) AS patients, coalesce(sum(times * x), 0) AS x,
        coalesce(sum(times * y), 0) AS y, sum(times * patient_id) AS ids
    FROM moved, unnest(ARRAY[{_CUBE}]) level GROUP BY 1, 2, {_BY}
"""  # noqa: S608 - constants of ours
_CHANGED = "HAVING (sum(times), sum(times * patient_id)) <> (0, 0) OR sum(times * x) <> 0 OR sum(times * y) <> 0"
# Two parts of a WITH that has `moved`: the columns of a place, and `times` 1 or -1.
ADDED = f"""
    cells AS (INSERT INTO dashboard.place_cells AS kept (level, cell, patients, x, y, ids) {_CELLS_OF} {_CHANGED}
        ON CONFLICT (level, cell) DO UPDATE SET {_ADD}),
    cube AS (INSERT INTO dashboard.place_cube AS kept (level, cell, {_BY}, patients, x, y, ids) {_CUBE_OF} {_CHANGED}
        ON CONFLICT (level, cell, {_BY}) DO UPDATE SET {_ADD})
"""  # noqa: S608 - constants of ours
_MOVED = "WITH moved AS MATERIALIZED (SELECT 1 AS times, * FROM dashboard.places)"
_TABLES = {
    "place_cells": ("level, cell, patients, x, y, ids", _CELLS_OF),
    "place_cube": (f"level, cell, {_BY}, patients, x, y, ids", _CUBE_OF),
}


def sweep(session: Session) -> None:
    """Takes out cells that nobody is in any more; found by an index of these."""
    for table in _TABLES:
        empty = f"DELETE FROM dashboard.{table} WHERE patients = 0"  # noqa: S608 - a constant of ours
        session.execute(text(empty), execution_options=UNSCOPED)


def count_all(session: Session) -> None:
    """All cells from the places. Seconds for a million."""
    for table, (columns, counted) in _TABLES.items():
        session.execute(text(f"DELETE FROM dashboard.{table}"), execution_options=UNSCOPED)  # noqa: S608
        anew = f"{_MOVED} INSERT INTO dashboard.{table} ({columns}) {counted}"
        session.execute(text(anew), execution_options=UNSCOPED)


def faults(session: Session) -> Iterator[str]:
    """Cells that are not the sum of the places. One statement a table."""
    for table, (columns, counted) in _TABLES.items():
        unequal = f"""
            {_MOVED}, anew AS ({counted})
            SELECT count(*) FROM ((SELECT {columns} FROM dashboard.{table} EXCEPT ALL SELECT {columns} FROM anew)
                UNION ALL (SELECT {columns} FROM anew EXCEPT ALL SELECT {columns} FROM dashboard.{table})) unequal
        """  # noqa: S608 - constants of ours
        if number := session.scalar(text(unequal), execution_options=UNSCOPED):
            yield f"{number:,} rows of {table} are not the sum of the places."
