"""The amount of a new invoice: what its visit costs by the tariffs, as long as nobody typed another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.kinds.read import parse_id
from homecare.models import Invoice
from homecare.queries.tariffs import of_visits
from homecare.records import lookup
from homecare.records.seen import Seen

TABLE, VISIT, AMOUNT = Invoice.__tablename__, "service_id", "amount"
# By key: the columns that choosing it fills in, each with what is sent and what is shown.
Fills = Mapping[int, dict[str, tuple[Any, str]]]


def _prices(seen: Seen, column: str) -> bool:
    return (seen.name, column) == (TABLE, VISIT) and seen.access.sets(AMOUNT, creating=True)


def with_amounts(session: Session, seen: Seen, column: str, keys: Collection[int], fills: Fills) -> Fills:
    """`fills` of choosing one of these visits, with the amount; empty where no tariff says it, so that the amount of a
    visit chosen before does not stay. For a relation other than an invoice's visit they are as they were."""
    if not _prices(seen, column):
        return fills
    costs = of_visits(session, keys)
    return {key: {**fills.get(key, {}), AMOUNT: (f"{costs[key]}" if key in costs else "", "")} for key in keys}


def of_new(session: Session, seen: Seen, values: Mapping[str, Any]) -> dict[str, Decimal]:
    """The amount of a form that opens with its visit chosen, which was found to be one that the person may see."""
    key = values.get(VISIT)
    if not _prices(seen, VISIT) or not isinstance(key, int):
        return {}
    cost = of_visits(session, [key]).get(key)
    return {} if cost is None else {AMOUNT: cost}


def with_amount(session: Session, seen: Seen, sent: MultiDict[str, Any]) -> MultiDict[str, Any]:
    """What was sent of a new row, with the amount where it was left empty, as without scripts."""
    if not _prices(seen, VISIT) or str(sent.get(AMOUNT, "")).strip():
        return sent
    try:
        key = parse_id(str(sent.get(VISIT, "")).strip())
    except ValueError:
        return sent
    if lookup.label_of(session, seen, seen.table.fields[VISIT], key) is None:
        return sent
    filled = sent.copy()
    for name, cost in of_new(session, seen, {VISIT: key}).items():
        filled[name] = f"{cost}"
    return filled
