"""What the parts of a breakdown are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import SubCity
from homecare.records.funnel.stages import BREAKDOWNS, UNATTRIBUTED
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table

Key = int | str | None


def names_of_parts(session: Session, who: Acting, by: str, keys: Iterable[Key]) -> dict[Key, str]:
    """By key. A record that the person may not read is its number. One statement, or none."""
    numbers = [key for key in keys if isinstance(key, int)]
    table = BREAKDOWNS[by].table
    known: dict[int, str] = {}
    if by == "sub_city" and numbers:
        cities = session.execute(select(SubCity.id, SubCity.name).where(SubCity.id.in_(numbers)))
        known = {row.id: row.name for row in cities}
    elif table and numbers and who.may(table):
        known = names_of(session, Seen.of(who, shown_table(table)), numbers)
    if by == "month":
        return {key: f"{date.fromisoformat(f'{key}-01'):%b %Y}" for key in keys}
    return {key: _name(key, known) for key in keys}


def _name(key: Key, known: dict[int, str]) -> str:
    if key is None:
        return UNATTRIBUTED
    return known.get(key, f"#{key}") if isinstance(key, int) else key
