"""The checks of a booking and how strictly each is held, as IT set it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.models import BookingCheck

LEVELS = ("block", "warn", "off")


@dataclass(frozen=True)
class Check:
    """`level` holds until IT sets another. `label` says what the check finds, `brief` the same beside a name."""

    level: str
    label: str
    brief: str


CHECKS: dict[str, Check] = {
    "overlap": Check("block", "The person has another visit or shift at that time", "busy then"),
    "absent": Check("block", "The person is absent then", "absent then"),
    "inactive": Check("block", "The person is not Active", "not Active"),
    "role": Check("block", "The person's role gives no care", "gives no care"),
    "unwanted": Check("block", "The patient asked for this person not to come", "not wanted"),
    "gender": Check("warn", "The patient asked for a woman or a man", "not as asked, woman or man"),
    "outside_shift": Check("warn", "The visit is outside the person's shifts of that day", "outside their shift"),
    "working_days": Check("warn", "The person does not work at that time of the week", "does not work then"),
    "travel": Check("warn", "The travel to or from the place before or after does not fit", "travel does not fit"),
    "patient_twice": Check("warn", "The patient has another visit at that time", "patient booked twice"),
    "day_hours": Check("warn", "The person would work over 8 hours that day", "over 8 h that day"),
    "week_hours": Check("warn", "The person would work over 48 hours that week", "over 48 h that week"),
}


def levels(session: Session) -> dict[str, str]:
    """How each check is held now. One statement."""
    stored = {row.name: row.level for row in session.execute(select(BookingCheck.name, BookingCheck.level))}
    return {name: stored.get(name, check.level) for name, check in CHECKS.items()}
