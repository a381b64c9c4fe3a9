"""The areas that somebody drew and named."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import Area
from homecare.models.folding import in_order


@dataclass(frozen=True)
class SavedArea:
    """`shape` as an address spells it; `words` open its patients in the list; `is_removable` by this person."""

    id: int
    name: str
    shape: str
    words: tuple[tuple[str, str], ...]
    is_removable: bool


def saved(session: Session, by: Acting) -> list[SavedArea]:
    """By name. One statement of a few rows. They tell of no patient, and everybody who has the map may use them."""
    rows = session.scalars(select(Area).order_by(in_order(Area.name), Area.id))
    return [SavedArea(row.id, row.name, row.shape, (("area", str(row.id)),), may_remove(by, row)) for row in rows]


def may_remove(by: Acting, area: Area) -> bool:
    return area.staff_id == by.person.staff_id or bool(by.role and by.role.everything)
