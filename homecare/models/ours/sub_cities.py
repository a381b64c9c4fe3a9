"""The sub-cities of Addis Ababa, which tell roughly where a place is."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import Kind, plain
from homecare.models.ours.dashboard import SCHEMA

# Approximate centres as latitude and longitude, to fill a new database. In alphabetical order.
CENTRES = {
    "Addis Ketema": (9.0334, 38.7316),
    "Akaki Kality": (8.8958, 38.7892),
    "Arada": (9.0398, 38.7525),
    "Bole": (8.9831, 38.8101),
    "Gullele": (9.0839, 38.7230),
    "Kirkos": (9.0023, 38.7564),
    "Kolfe Keranio": (9.0167, 38.6897),
    "Lemi Kura": (9.0167, 38.8721),
    "Lideta": (9.0111, 38.7367),
    "Nifas Silk-Lafto": (8.9575, 38.7263),
    "Yeka": (9.0500, 38.8340),
}
# The bounding box of the city, in degrees.
LATITUDES = (8.82, 9.11)
LONGITUDES = (38.63, 38.92)


class SubCity(Model):
    """Used by `dashboard.sub_city(place)`: the nearest centre whose reach includes the place, else none."""

    __tablename__ = "sub_cities"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(Text, unique=True, info=plain(Kind.NAME))
    centre: Mapped[Any] = mapped_column(Geography("POINT", srid=4326, spatial_index=False), info=plain(Kind.POINT))
    # Metres from the centre. 8 km is an assumption.
    reach_m: Mapped[int] = mapped_column(server_default="8000", info=plain())
