"""Ours: the sub-cities of Addis Ababa by their centres, and the one function that says in which of them a place is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography, WKTElement

from homecare.models.ours.sub_cities import CENTRES

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
# STABLE, because it reads a table: within one statement a place is always in the same sub-city. The body is bound when
# it is made, so that it means the same under any search_path.
SUB_CITY = """
    CREATE FUNCTION dashboard.sub_city(place geography) RETURNS integer
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT c.id FROM dashboard.sub_cities c
        WHERE ST_DWithin(c.centre, place, c.reach_m)
        ORDER BY ST_Distance(c.centre, place), c.id LIMIT 1;
    END
"""


def upgrade() -> None:
    sub_cities = op.create_table(
        "sub_cities",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("centre", Geography("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("reach_m", sa.Integer, nullable=False, server_default="8000"),
        schema=SCHEMA,
    )
    op.bulk_insert(
        sub_cities,
        [
            {"name": name, "centre": WKTElement(f"POINT({longitude} {latitude})", srid=4326)}
            for name, (latitude, longitude) in CENTRES.items()
        ],
    )
    op.execute(SUB_CITY)


def downgrade() -> None:
    op.execute("DROP FUNCTION dashboard.sub_city(geography)")
    op.drop_table("sub_cities", schema=SCHEMA)
