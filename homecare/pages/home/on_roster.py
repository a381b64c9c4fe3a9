"""Where home leads who plans everybody's work: to the day of the roster, at the visit that waits for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from homecare import clock
from homecare.access.acting import Acting
from homecare.actions.assigning.rights import plans_everybody
from homecare.queries.figures import Figure
from homecare.web import urls

# Figures of today that the roster counts too, by their key: what its address calls them.
KINDS = {"late": "late", "missed": "missed", "unassigned": "unassigned"}


def of_figure(who: Acting, key: str) -> str:
    """The roster of today at the first visit of this figure. Empty where the figure is none of the roster's."""
    # In the first hour of a day a late visit is still one of yesterday, which only the list has.
    is_of_today = key != "late" or clock.to_addis(clock.now_utc()).hour > 0
    if key not in KINDS or not is_of_today or not plans_everybody(who):
        return ""
    return urls.assign({"day": clock.today().isoformat()}, at=KINDS[key])


def of_visit(who: Acting, key: str, row: Row[Any]) -> str:
    """The roster of the visit's day with its panel open. Empty as above, or without a day."""
    at = clock.known(getattr(row, "scheduled_at", None))
    if key not in KINDS or at is None or not plans_everybody(who):
        return ""
    return urls.assign({"day": clock.to_addis(at).date().isoformat()}, at=f"visit-{row._id}")


def address(who: Acting, figure: Figure) -> str:
    """What the figure opens: the roster, else its list."""
    return of_figure(who, figure.key) or figure.url
