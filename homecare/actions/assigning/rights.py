"""Who may assign: the right to the company's rows and columns as everywhere, and the whole page for what is ours."""

from __future__ import annotations

from collections.abc import Collection

from homecare.access.acting import Acting
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.records.lookup import settable
from homecare.records.seen import Seen
from homecare.tables.table import coded_tables

RESOURCE = PAGES["assign"].resource


class NotAllowedError(Exception):
    """The person lacks the right to do this to the table, in words: "set status of visits"."""

    def __init__(self, resource: str, action: Action, right: str) -> None:
        super().__init__(right)
        self.resource = resource
        self.action = action
        self.right = right


def plans_everybody(by: Acting) -> bool:
    """Whether the person plans everybody's work, not only looks at their own."""
    verdict = by.decide(RESOURCE, Action.VIEW)
    return verdict.allowed and verdict.level == "all"


def need_planning(by: Acting) -> None:
    """Raises NotAllowedError."""
    if not plans_everybody(by):
        raise NotAllowedError(RESOURCE, Action.VIEW, "plan everybody's work")


def need(by: Acting, resource: str, action: Action, columns: Collection[str]) -> None:
    """Raises NotAllowedError where the person may not do this to the table or set one of the columns."""
    table = coded_tables()[resource]
    if not by.may(resource, action):
        raise NotAllowedError(resource, action, f"{action} {table.many.lower()}")
    seen = Seen.of(by, table)
    may, creating = settable(seen), action is Action.CREATE
    shut = [name for name in columns if name not in may or not seen.access.sets(name, creating=creating)]
    if shut:
        raise NotAllowedError(resource, action, f"set {min(shut)} of {table.many.lower()}")
