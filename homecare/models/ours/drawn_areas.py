"""Ours: areas that somebody drew on the map and gave a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, plain
from homecare.models.ours.dashboard import SCHEMA


class Area(Model):
    """`shape` is the drawing as an address spells it (`records/on_map/shapes.py`), `outline` the same on the Mercator
    square in metres. `staff_id` is whose it is, also once they are gone; everybody who reads places may use it.
    """

    __tablename__ = "areas"
    __table_args__ = (
        Index("uq_areas_name", "name", unique=True),
        Index("ix_areas_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(Text, info=plain())
    shape: Mapped[str] = mapped_column(Text, info=plain())
    outline: Mapped[Any] = mapped_column(Geometry("GEOMETRY", srid=3857, spatial_index=False), info=plain())
    staff_id: Mapped[int | None] = mapped_column(info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
