"""Ours: where patients are and what the map filters by, counted in cells; what is published of it; saved areas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
UTC_NOW = sa.text("timezone('utc', now())")
IN_CELL = ["x", "y", "patient_id"]
IN_TILE = [*IN_CELL, "source", "acquisition_channel", "last_status", "sub_city_id"]

# Spreads 28 bits, each to twice its place. In plpgsql: nested functions in SQL are inlined 2^5 times. `|` and `<<` are
# of one rank, so each shift has its brackets.
SPREAD = """
CREATE FUNCTION dashboard.spread_bits(n bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    n := (n | (n << 16)) & x'0000FFFF0000FFFF'::bigint;
    n := (n | (n << 8)) & x'00FF00FF00FF00FF'::bigint;
    n := (n | (n << 4)) & x'0F0F0F0F0F0F0F0F'::bigint;
    n := (n | (n << 2)) & x'3333333333333333'::bigint;
    RETURN (n | (n << 1)) & x'5555555555555555'::bigint;
END $$;
"""


def upgrade() -> None:
    op.execute(SPREAD)
    _places()
    _cells()
    op.create_table(
        "areas",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shape", sa.Text, nullable=False),
        sa.Column("outline", Geometry("GEOMETRY", srid=3857, spatial_index=False), nullable=False),
        sa.Column("staff_id", sa.Integer),
        sa.Column("created_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Index("uq_areas_name", "name", unique=True),
        sa.Index("ix_areas_staff_id", "staff_id"),
        schema=SCHEMA,
    )


def _places() -> None:
    op.create_table(
        "places",
        sa.Column("patient_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("x", sa.Integer),
        sa.Column("y", sa.Integer),
        sa.Column("m", sa.BigInteger),
        sa.Column("sub_city_id", sa.Integer),
        sa.Column("source", sa.Text),
        sa.Column("acquisition_channel", sa.Text),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("last_status", sa.Text),
        sa.Column("last_visit_at", sa.DateTime),
        sa.Column("next_visit_at", sa.DateTime),
        sa.Column("caregiver_id", sa.Integer),
        sa.Column("due_at", sa.DateTime),
        sa.Index("ix_places_m", "m", postgresql_include=IN_TILE, postgresql_where=sa.text("m IS NOT NULL")),
        sa.Index("ix_places_campaign_id_m", "campaign_id", "m", postgresql_include=IN_CELL),
        sa.Index("ix_places_caregiver_id_m", "caregiver_id", "m", postgresql_include=IN_CELL),
        sa.Index("ix_places_sub_city_id", "sub_city_id", "patient_id"),
        sa.Index("ix_places_last_visit_at", "last_visit_at", "patient_id"),
        sa.Index("ix_places_next_visit_at", "next_visit_at", "patient_id"),
        sa.Index("ix_places_due_at", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        schema=SCHEMA,
    )


def _sums() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in ("x", "y", "ids")]


def _cells() -> None:
    op.create_table(
        "place_cells",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("cell", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("patients", sa.Integer, nullable=False),
        *_sums(),
        sa.Index("ix_place_cells_empty", "level", postgresql_where=sa.text("patients = 0")),
        schema=SCHEMA,
    )
    dimensions = ("source", "acquisition_channel", "last_status")
    op.create_table(
        "place_cube",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("cell", sa.BigInteger),
        *(sa.Column(name, sa.Text) for name in dimensions),
        sa.Column("sub_city_id", sa.Integer),
        sa.Column("patients", sa.Integer, nullable=False),
        *_sums(),
        sa.Index(
            "uq_place_cube",
            *("level", "cell", *dimensions, "sub_city_id"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        sa.Index("ix_place_cube_empty", "level", postgresql_where=sa.text("patients = 0")),
        schema=SCHEMA,
    )
    op.create_table(
        "published_cells",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("cell", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("month", sa.Date),
        sa.Column("patients", sa.Integer, nullable=False),
        sa.Index("ix_published_cells_kind_cell", "kind", "cell"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for name in ("areas", "published_cells", "place_cube", "place_cells", "places"):
        op.drop_table(name, schema=SCHEMA)
    op.execute("DROP FUNCTION dashboard.spread_bits(bigint)")
