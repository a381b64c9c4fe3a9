"""The picker of a visit's carer: before anything is typed it offers who should go, with the score beside the name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from homecare.actions.assigning.rights import plans_everybody
from homecare.kinds.read import parse_id
from homecare.queries.assigned.suggestions import of_visit, suggestions
from homecare.records.seen import Seen
from homecare.tables.table import Field

Options = list[tuple[int, str]]


def best_first(session: Session, seen: Seen, field: Field, row: str, found: Options) -> Options:
    """`found`, after the best for the stored visit `row`; as it is for any other column, and for who does not plan
    everybody's work."""
    if (seen.name, field.name) != ("visit_services", "staff_id") or not row or not plans_everybody(seen.by):
        return found
    try:
        about = of_visit(session, seen.by, parse_id(row))
    except ValueError:
        return found
    best = suggestions(session, seen.by, about) if about else []
    labels = dict(found)
    first = [(one.staff_id, f"{labels.pop(one.staff_id, one.name)} · {one.score:.0f} of 100") for one in best]
    return [*first, *labels.items()]
