"""Whose rows an action reaches: those of a table that the person may do it to, hanging on rows that they see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.row_scope import scope_session
from homecare.actions.assigning.rights import NotAllowedError, need
from homecare.actions.rows import RowsChangedError
from homecare.actions.rules import RuleError
from homecare.records.lookup import in_sight
from homecare.tables.table import coded_tables

UNSEEN = "This choice does not exist, or you may not see it."


def need_parents(session: Session, by: Acting, resource: str, given: Collection[Mapping[str, Any]]) -> None:
    """Raises RuleError at a column whose new value is a row that the person may not see: who has own patients alone
    books nobody else, and is not told who exists. One statement for each table of which they see own rows alone."""
    for name, field in coded_tables()[resource].fields.items():
        keys = {values[name] for values in given if values.get(name) is not None} if field.traits.links else set()
        if keys and field.target in by.scoped_tables() and keys - in_sight(session, field.target, keys):
            raise RuleError(name, UNSEEN)


@contextmanager
def own_rows(session: Session, by: Acting, reached: Collection[tuple[str, Action]]) -> Iterator[None]:
    """Inside, the session sees of each table what the person may reach by the action done to it: the door of a page
    opens what may be viewed, and who views all rows may change their own alone."""
    scope = session.info.get("row_scope")
    scope_session(session, frozenset().union(*(by.scoped_tables(*pair) for pair in reached)))
    try:
        yield
    finally:
        if scope is not None:
            session.info["row_scope"] = scope


@contextmanager
def within_rights(
    session: Session, by: Acting, resource: str, action: Action, columns: Collection[str]
) -> Iterator[None]:
    """As `need`; inside, the rows are those that the action reaches. Of others that the person sees it is said that
    they are not theirs to change."""
    need(by, resource, action, columns)
    try:
        with own_rows(session, by, {(resource, action)}):
            yield
    except RowsChangedError as error:
        seen = in_sight(session, resource, error.ids)
        with own_rows(session, by, {(resource, action)}):
            theirs = seen - in_sight(session, resource, error.ids)
        if theirs:
            raise NotAllowedError(
                resource, action, f"{action} {coded_tables()[resource].many.lower()} of others"
            ) from error
        raise
