"""Ours: facts that are kept because working them out takes too long, and the queues that keep them right.

`homecare.queueing` says how a queue is filled, `homecare.work.facts` how it is emptied.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Base, Model
from homecare.models.choices import ACQUISITION_CHANNELS, PATIENT_SOURCES
from homecare.models.columns import personal, plain
from homecare.models.ours.dashboard import SCHEMA

_PLACED = text("m IS NOT NULL")
_IN_CELL = ("x", "y", "patient_id")
# With what is asked for most, so that a tile reads the index alone.
_IN_TILE = (*_IN_CELL, "source", "acquisition_channel", "last_status", "sub_city_id")


def queue(name: str) -> Table:
    """Keys of facts to be worked out again; NULL means all. No primary key: it is only added to and emptied."""
    return Table(name, Base.metadata, Column("key", BigInteger, info=plain()), schema=SCHEMA)


DIRTY_PLACES = queue("dirty_places")
DIRTY_LEADS = queue("dirty_leads")


class FactState(Model):
    """How far a kind of fact has come: everything that was committed before `right_at` is in it.
    `rebuilt_at` is when all of its facts were last worked out at once.
    """

    __tablename__ = "fact_states"
    __table_args__ = ({"schema": SCHEMA},)

    name: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    right_at: Mapped[datetime | None] = mapped_column(info=plain())
    rebuilt_at: Mapped[datetime | None] = mapped_column(info=plain())


class Place(Model):
    """Where each patient is, and what the map filters by; domain.md, "The map's words". One row a patient.

    `x` and `y` are the place on the Mercator square of 2^28 units from its north-west corner, `m` their interleaved
    bits, so that a tile is one range of `m`; all NULL without a place. `campaign_id` is the first touch. At `due_at`
    time alone changes what stands here.
    """

    __tablename__ = "places"
    __table_args__ = (
        Index("ix_places_m", "m", postgresql_include=_IN_TILE, postgresql_where=_PLACED),
        Index("ix_places_campaign_id_m", "campaign_id", "m", postgresql_include=_IN_CELL),
        Index("ix_places_caregiver_id_m", "caregiver_id", "m", postgresql_include=_IN_CELL),
        Index("ix_places_sub_city_id", "sub_city_id", "patient_id"),
        Index("ix_places_last_visit_at", "last_visit_at", "patient_id"),
        Index("ix_places_next_visit_at", "next_visit_at", "patient_id"),
        Index("ix_places_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        {"schema": SCHEMA},
    )

    patient_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=plain())
    x: Mapped[int | None] = mapped_column(info=personal())
    y: Mapped[int | None] = mapped_column(info=personal())
    m: Mapped[int | None] = mapped_column(BigInteger, info=personal())
    sub_city_id: Mapped[int | None] = mapped_column(info=plain())
    source: Mapped[str | None] = mapped_column(Text, info=plain(choices=PATIENT_SOURCES))
    acquisition_channel: Mapped[str | None] = mapped_column(Text, info=plain(choices=ACQUISITION_CHANNELS))
    campaign_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    last_status: Mapped[str | None] = mapped_column(Text, info=plain())
    last_visit_at: Mapped[datetime | None] = mapped_column(info=plain())
    next_visit_at: Mapped[datetime | None] = mapped_column(info=plain())
    caregiver_id: Mapped[int | None] = mapped_column(info=plain())
    due_at: Mapped[datetime | None] = mapped_column(info=plain())


class PlaceCell(Model):
    """How many patients are in a cell: `m >> 2 * (28 - level)` is `cell`. The sums of their `x`, `y` and ids: a cluster
    stands at the mean, and of one patient the sum is the id.
    """

    __tablename__ = "place_cells"
    __table_args__ = (
        Index("ix_place_cells_empty", "level", postgresql_where=text("patients = 0")),
        {"schema": SCHEMA},
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, info=plain())
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=plain())
    patients: Mapped[int] = mapped_column(info=plain())
    x: Mapped[int] = mapped_column(BigInteger, info=plain())
    y: Mapped[int] = mapped_column(BigInteger, info=plain())
    ids: Mapped[int] = mapped_column(BigInteger, info=plain())


class CubeCell(Model):
    """As PlaceCell, apart by what conditions ask for most; `cell` is NULL for those without a place."""

    __tablename__ = "place_cube"
    __table_args__ = (
        Index(
            "uq_place_cube",
            "level", "cell", "source", "acquisition_channel", "last_status", "sub_city_id",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        Index("ix_place_cube_empty", "level", postgresql_where=text("patients = 0")),
        {"schema": SCHEMA},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    level: Mapped[int] = mapped_column(SmallInteger, info=plain())
    cell: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    source: Mapped[str | None] = mapped_column(Text, info=plain(choices=PATIENT_SOURCES))
    acquisition_channel: Mapped[str | None] = mapped_column(Text, info=plain(choices=ACQUISITION_CHANNELS))
    last_status: Mapped[str | None] = mapped_column(Text, info=plain())
    sub_city_id: Mapped[int | None] = mapped_column(info=plain())
    patients: Mapped[int] = mapped_column(Integer, info=plain())
    x: Mapped[int] = mapped_column(BigInteger, info=plain())
    y: Mapped[int] = mapped_column(BigInteger, info=plain())
    ids: Mapped[int] = mapped_column(BigInteger, info=plain())


class PublishedCell(Model):
    """What roles see that may not know where a patient lives: one copy a day, of level-12 cells (9.8 km), floored to
    fives, without those below five. `kind` adds up what a row is apart by: 1 source, 2 campaign, 4 month.
    """

    __tablename__ = "published_cells"
    __table_args__ = (Index("ix_published_cells_kind_cell", "kind", "cell"), {"schema": SCHEMA})

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    day: Mapped[date] = mapped_column(info=plain())
    kind: Mapped[int] = mapped_column(SmallInteger, info=plain())
    cell: Mapped[int] = mapped_column(BigInteger, info=plain())
    source: Mapped[str | None] = mapped_column(Text, info=plain(choices=PATIENT_SOURCES))
    campaign_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    month: Mapped[date | None] = mapped_column(info=plain())
    patients: Mapped[int] = mapped_column(info=plain())
