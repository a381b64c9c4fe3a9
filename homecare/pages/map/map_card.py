"""What the card of a patient on the map says."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.admin.cells import TONE_OF
from homecare.kinds import say
from homecare.queries.map import patient_card
from homecare.web import urls

PATIENTS, VISITS = "patients", "visit_services"


def load(session: Session, by: Acting, patient_id: int) -> dict[str, Any] | None:
    """`name`, `facts` (lines of text), `status` with its `tone`, `at`, and `links` as word and address; None for a
    patient who is not there for this person. The cost is that of the query.
    """
    card = patient_card.card(session, by, patient_id)
    if card is None:
        return None
    visits = [
        f"Last visit {say.when(card.last_visit_at)}" if card.last_visit_at else "",
        f"Next visit {say.when(card.next_visit_at)}" if card.next_visit_at else "",
        card.caregiver or "",
    ]
    return {
        "name": card.name,
        "facts": [" · ".join(filter(None, (card.code, card.sub_city))), *filter(None, visits)],
        "status": card.last_status or "",
        "tone": TONE_OF.get(card.last_status or "", "waiting"),
        "at": None if card.latitude is None else [card.longitude, card.latitude],
        "links": _links(by, card),
    }


def _links(by: Acting, card: patient_card.Card) -> list[tuple[str, str]]:
    words = [("patient_id", str(card.patient_id))]
    found = [("Open", urls.record(PATIENTS, card.patient_id))] if by.may(PATIENTS) else []
    if by.may(VISITS, Action.CREATE):
        found.append(("New visit", urls.new_with(VISITS, words)))
    if by.may("page:assign"):
        day = clock.to_addis(card.next_visit_at).date() if card.next_visit_at else clock.today()
        found.append(("Roster", urls.assign({"day": day.isoformat(), "patient_id__eq": card.patient_id})))
    if card.latitude is not None:
        found.append(("Who is near", urls.patients_map([("around", str(card.patient_id))])))
    return found
