"""How many patients are on the map, how many of the list are not, and as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare.models import PublishedCell
from homecare.queries.map.as_of import as_of
from homecare.queries.map.kept_rows import source
from homecare.records.on_map.map_request import MapRequest


@dataclass(frozen=True)
class OnMap:
    """`without` is None at the level `cells`, where `count` is in fives; `as_of` is that of `as_of.as_of`."""

    count: int
    without: int | None
    as_of: datetime | None


def on_map(session: Session, request: MapRequest) -> OnMap:
    """Exact. Two statements: from the cube in milliseconds where it knows the conditions, else one pass over the
    patients of the list.
    """
    when = as_of(session, "places")
    if request.published is not None:
        floored = select(func.sum(PublishedCell.patients)).where(*request.published.clauses())
        return OnMap(int(session.scalar(floored) or 0), None, when)
    rows = source(request)
    row = session.execute(rows.select(
        rows.patients.filter(rows.cell.is_not(None)).label("placed"),
        rows.patients.filter(rows.cell.is_(None)).label("nowhere"),
    )).one()  # fmt: skip
    return OnMap(int(row.placed or 0), int(row.nowhere or 0), when)
