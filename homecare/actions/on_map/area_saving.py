"""Areas of the map are given a name, and taken away by whose they are."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.access.precision import Precision
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.kinds.texts import one_line
from homecare.models import Area
from homecare.queries.map.area_list import may_remove
from homecare.records.on_map.shapes import outline, read_shape, spelled

LONGEST_NAME = 80


@retried
def save(*, session: Session, by: Acting, name: str, shape: str) -> int:
    """The new area's id; `shape` as an address spells it. Raises NotAllowedError, RuleError."""
    if precision.of_map(by) not in (Precision.EXACT, Precision.OWN):
        raise NotAllowedError(PAGES["map"].resource, Action.VIEW, "draw areas on the map")
    called = _name(name)
    try:
        drawn = read_shape(shape)
    except ValueError as error:
        raise RuleError("shape", str(error)) from error
    with transaction(session, by=by, model=Area, doing=Doing(label="Area saved")):
        if session.scalar(select(Area.id).where(Area.name == called)) is not None:
            raise RuleError("name", f"There is an area called {called}. Choose another name.")
        row = Area(name=called, shape=spelled(drawn), outline=outline(drawn), staff_id=by.person.staff_id)
        session.add(row)
        session.flush()
        return row.id


@retried
def remove(*, session: Session, by: Acting, area_id: int) -> str:
    """Its name. Raises LookupError if it is gone, NotAllowedError for another's."""
    with transaction(session, by=by, model=Area, doing=Doing(label="Area removed")):
        row = session.get(Area, area_id)
        if row is None:
            raise LookupError("This area is gone.")
        if not may_remove(by, row):
            raise NotAllowedError(PAGES["map"].resource, Action.DELETE, "remove another's area")
        session.execute(delete(Area).where(Area.id == area_id))
        return row.name


def _name(text: str) -> str:
    try:
        found = " ".join(one_line(text).split())
    except ValueError as error:
        raise RuleError("name", str(error)) from error
    if not 0 < len(found) <= LONGEST_NAME:
        raise RuleError("name", f"Write a name of 1 to {LONGEST_NAME} characters.")
    return found
