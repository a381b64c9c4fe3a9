"""The checks of a booking and how strictly each is held, as IT set it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.models import BookingCheck

LEVELS = ("block", "warn", "off")


@dataclass(frozen=True)
class Check:
    """`level` holds until IT sets another. `label` says what the check finds."""

    level: str
    label: str


CHECKS: dict[str, Check] = {
    "overlap": Check("block", "The person has another visit or shift at that time"),
    "absent": Check("block", "The person is absent then"),
    "inactive": Check("block", "The person is not Active"),
    "role": Check("block", "The person's role gives no care"),
    "unwanted": Check("block", "The patient asked for this person not to come"),
    "gender": Check("warn", "The patient asked for a woman or a man"),
    "outside_shift": Check("warn", "The visit is outside the person's shifts of that day"),
    "working_days": Check("warn", "The person does not work at that time of the week"),
    "travel": Check("warn", "The travel to or from the place before or after does not fit"),
    "patient_twice": Check("warn", "The patient has another visit at that time"),
    "day_hours": Check("warn", "The person would work over 8 hours that day"),
    "week_hours": Check("warn", "The person would work over 48 hours that week"),
}


def levels(session: Session) -> dict[str, str]:
    """How each check is held now. One statement."""
    stored = {row.name: row.level for row in session.execute(select(BookingCheck.name, BookingCheck.level))}
    return {name: stored.get(name, check.level) for name, check in CHECKS.items()}
