"""Ours: facts that are kept because working them out takes too long, and the queues that keep them right.

`homecare.queueing` says how a queue is filled, `homecare.work.facts` how it is emptied.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Base, Model
from homecare.models.columns import plain
from homecare.models.ours.dashboard import SCHEMA


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
