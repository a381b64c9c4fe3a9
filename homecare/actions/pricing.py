"""What visits cost is set: by the level that a role has of the page of tariffs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.pages import PAGES, is_at_least
from homecare.access.policy import Action, folded
from homecare.access.row_scope import UNSCOPED
from homecare.actions import rows
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Tariff
from homecare.models.folding import plain_word
from homecare.queries.booked.listed import PURPOSE, offered

PAGE = PAGES["tariffs"]
LEAST = Decimal("0.01")
# A year that somebody meant.
YEARS = (2000, 2100)
_RIGHTS = {"create": "add tariffs", "edit": "change tariffs", "all": "remove tariffs"}


@dataclass(frozen=True)
class SetTariff:
    """`purpose` is empty for any, `amount` in ETB with at most 2 decimals, `valid_from` a day of Addis."""

    role: str
    purpose: str
    amount: Decimal
    valid_from: date


def may(by: Acting, level: str) -> bool:
    verdict = by.decide(PAGE.resource, Action.VIEW)
    return verdict.allowed and is_at_least(PAGE.name, verdict.level, level)


def need(by: Acting, level: str) -> None:
    """Raises NotAllowedError."""
    if not may(by, level):
        raise NotAllowedError(PAGE.resource, Action.VIEW, _RIGHTS[level])


def need_to_take_back(by: Acting, action: Action) -> None:
    """Who adds tariffs may say that one was a mistake. Raises NotAllowedError."""
    need(by, "edit" if action is Action.EDIT else "create")


@retried
def add(*, session: Session, by: Acting, tariff: SetTariff) -> str:
    """The change set, by which it is undone. Raises NotAllowedError, RuleError."""
    need(by, "create")
    with transaction(session, by=by, model=Tariff, doing=Doing(label="Tariff added")) as change_set:
        row = Tariff()
        _set(session, by, row, tariff)
        session.add(row)
        session.flush()
    return str(change_set)


@retried
def change(*, session: Session, by: Acting, tariff_id: int, version: str, tariff: SetTariff) -> str:
    """Raises NotAllowedError, RuleError, rows.RowGoneError, rows.StaleError."""
    need(by, "edit")
    with transaction(session, by=by, model=Tariff, doing=Doing(label="Tariff changed")) as change_set:
        row = rows.lock(session, Tariff, tariff_id, version)
        _set(session, by, row, tariff)
        session.flush()
    return str(change_set)


@retried
def remove(*, session: Session, by: Acting, tariff_id: int, version: str) -> str:
    """Raises NotAllowedError, rows.RowGoneError, rows.StaleError."""
    need(by, "all")
    with transaction(session, by=by, model=Tariff, doing=Doing("delete", "Tariff removed")) as change_set:
        session.delete(rows.lock(session, Tariff, tariff_id, version))
        session.flush()
    return str(change_set)


def _set(session: Session, by: Acting, row: Tariff, wanted: SetTariff) -> None:
    """What the row had already may stay, even if it is offered no more."""
    role = by.policy.roles.get(folded(wanted.role))
    is_as_before = bool(row.role) and folded(wanted.role) == folded(row.role)
    if not is_as_before and not (role and role.delivers_care):
        raise RuleError("role", "Choose a role that gives care.")
    if wanted.purpose not in ("", row.purpose) and wanted.purpose not in offered(session, PURPOSE):
        raise RuleError("purpose", f"{wanted.purpose!r} is not in the list of purposes. Choose one of the list.")
    if wanted.amount < LEAST:
        raise RuleError("amount", "A tariff is more than zero.")
    if not YEARS[0] <= wanted.valid_from.year < YEARS[1]:
        raise RuleError("valid_from", f"Write a day from {YEARS[0]} to {YEARS[1] - 1}.")
    name = role.name if role else row.role
    same = select(Tariff.id).where(
        plain_word(Tariff.role) == folded(name),
        Tariff.purpose == wanted.purpose,
        Tariff.valid_from == wanted.valid_from,
        Tariff.id.is_distinct_from(row.id),
    )
    with session.no_autoflush:
        taken = session.scalar(same.limit(1), execution_options=UNSCOPED)
    if taken is not None:
        raise RuleError("valid_from", "There is a tariff of this role and purpose from that day already. Change that.")
    row.role, row.purpose = name, wanted.purpose
    row.amount, row.valid_from = wanted.amount, wanted.valid_from
