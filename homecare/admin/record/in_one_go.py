"""The way back for what the reader did in one go, beside each record that was in it: days later too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homecare.access.policy import Action
from homecare.models import business_models
from homecare.queries import nets
from homecare.queries.changes import Entry
from homecare.records.seen import Seen
from homecare.web import urls


@dataclass(frozen=True)
class Offer:
    """A form that posts `token` to `url` takes back the whole change set, or none of it."""

    url: str
    token: str


def offers(session: Session, seen: Seen, entries: Iterable[Entry]) -> dict[int, Offer]:
    """By entry, of each change set the first one of the page. One statement, and none where the reader did nothing."""
    by = seen.by
    mine = [one.id for one in entries if one.about and one.author.staff_id == by.person.staff_id]
    if by.behind is not None or not mine:
        return {}
    found = nets.in_one_go(session, mine, by.person.staff_id)
    first: dict[Offer, int] = {}
    for change_id in mine:
        token, about = found.get(change_id, ("", ""))
        if about in business_models() and by.may(about, Action.EDIT):
            first.setdefault(Offer(urls.undo(about), str(token)), change_id)
    return {change_id: offer for offer, change_id in first.items()}
