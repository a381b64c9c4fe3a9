"""How exactly a role may learn where a patient lives: the one answer for lists, details, exports, drawings and maps."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from homecare.access.acting import Acting
from homecare.access.pages import PAGES, is_at_least
from homecare.access.policy import Action, Scope
from homecare.access.row_scope import own_patient_ids
from homecare.models import Patient

COLUMN = Patient.geolocation.key


class Precision(StrEnum):
    """A level of the page map, and no place at all."""

    EXACT = "exact"
    OWN = "own"
    CELLS = "cells"
    NONE = "none"


def of_records(who: Acting) -> Precision:
    """What screens of patients tell: the places of all rows, of own rows, or none; never less than a whole point."""
    table = Patient.__tablename__
    if not who.may(table) or not who.access(table).sees(COLUMN):
        return Precision.NONE
    return Precision.OWN if who.decide(table, Action.VIEW).scope is Scope.OWN else Precision.EXACT


def of_map(who: Acting) -> Precision:
    """What a map tells: the level of its page, and no single place that the records themselves do not tell."""
    verdict = who.decide(PAGES["map"].resource, Action.VIEW)
    if not verdict.allowed:
        return Precision.NONE
    of_field = of_records(who)
    if of_field is Precision.NONE:
        return Precision.CELLS
    return of_field if is_at_least("map", verdict.level, of_field) else Precision(verdict.level)


def on_map(who: Acting, patient_id: Any) -> tuple[ColumnElement[bool], ...]:
    """What a statement about places asks of the patient beside its own conditions. Kept places have no row scope, and a
    visit is one's own for longer than its patient is.
    """
    return (patient_id.in_(own_patient_ids()),) if of_map(who) is Precision.OWN else ()
