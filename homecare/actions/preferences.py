"""Saves, renames and deletes a person's own settings: views of pages, and the columns of lists."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import ListPreference, SavedView

MOST_VIEWS = 200
LONGEST_NAME = 80
LONGEST_QUERY = 4000
# Held per person while one of their views is saved.
LOCK = 7_220_002
DENSITIES = ("", "dense")


class ViewGoneError(Exception):
    """There is no such view, or it belongs to somebody else."""


class ViewTakenError(Exception):
    """The person already has a view with this name on this page. `name` is the cleaned name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@retried
def save_view(
    *,
    session: Session,
    name: str,
    path: str,
    query: str,
    roles: Sequence[str],
    default: bool,
    by: Acting,
    replacing: bool = False,
) -> int:
    """Returns the view's id. A view of the same name and page with other content raises ViewTakenError.
    With `replacing` it is replaced. Raises RuleError, ViewTakenError.
    """
    name = _checked_name(name)
    if len(query) > LONGEST_QUERY:
        raise RuleError("query", f"This view has more than {LONGEST_QUERY:,} characters of conditions. Use fewer.")
    me = by.person.staff_id
    values = {"query": query, "roles": list(roles), "is_default": default}
    with transaction(session, by=by):
        # If two requests save the same name at once, the second sees what the first made.
        session.execute(select(func.pg_advisory_xact_lock(LOCK, me)), execution_options=UNSCOPED)
        here = session.scalar(
            select(SavedView).where(SavedView.staff_id == me, SavedView.path == path, SavedView.name == name)
        )
        if here is not None and not replacing and any(getattr(here, key) != value for key, value in values.items()):
            raise ViewTakenError(name)
        if here is None and _number_of(session, me) >= MOST_VIEWS:
            raise RuleError("name", f"You have {MOST_VIEWS} saved views. Delete one first.")
        if default:
            _no_default(session, me, path)
        view_id = session.scalar(
            upsert(SavedView)
            .values(staff_id=me, path=path, name=name, **values)
            .on_conflict_do_update(index_elements=["staff_id", "path", "name"], set_=values)
            .returning(SavedView.id)
        )
        return int(view_id or 0)


@retried
def rename_view(*, session: Session, view_id: int, name: str, by: Acting) -> None:
    """Raises RuleError, ViewGoneError."""
    mine = (SavedView.id == view_id, SavedView.staff_id == by.person.staff_id)
    statement = update(SavedView).where(*mine).values(name=_checked_name(name)).returning(SavedView.id)
    with transaction(session, by=by):
        try:
            found = session.execute(statement, execution_options={"synchronize_session": False}).first()
        except IntegrityError as error:
            sentence = "Another of your views on this page has this name. Choose a different one."
            raise RuleError("name", sentence) from error
        if found is None:
            raise ViewGoneError


@retried
def delete_view(*, session: Session, view_id: int, by: Acting) -> SavedView:
    """Returns the view as it was. Raises ViewGoneError."""
    mine = (SavedView.id == view_id, SavedView.staff_id == by.person.staff_id)
    statement = delete(SavedView).where(*mine).returning(SavedView)
    with transaction(session, by=by):
        view = session.scalar(statement, execution_options={"synchronize_session": False})
        if view is None:
            raise ViewGoneError
        session.expunge(view)
    return view


@retried
def save_list(*, session: Session, table: str, columns: Sequence[str] | None, density: str | None, by: Acting) -> None:
    """Saves the person's columns and density for the table's list. None leaves a part unchanged. Raises RuleError."""
    if density is not None and density not in DENSITIES:
        raise RuleError("density", "The density of a list is ordinary or dense.")
    changes: dict[str, object] = {}
    if columns is not None:
        changes["columns"] = list(columns)
    if density is not None:
        changes["density"] = density
    if not changes:
        raise RuleError("", "Name the columns or the density.")
    with transaction(session, by=by):
        session.execute(
            upsert(ListPreference)
            .values(staff_id=by.person.staff_id, resource=table, **changes)
            .on_conflict_do_update(index_elements=["staff_id", "resource"], set_=changes)
        )


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RuleError("name", f"Give the view a name of 1 to {LONGEST_NAME} characters.")
    return name


def _number_of(session: Session, staff_id: int) -> int:
    return session.scalar(select(func.count()).select_from(SavedView).where(SavedView.staff_id == staff_id)) or 0


def _no_default(session: Session, staff_id: int, path: str) -> None:
    session.execute(
        update(SavedView)
        .where(SavedView.staff_id == staff_id, SavedView.path == path, SavedView.is_default)
        .values(is_default=False),
        execution_options={"synchronize_session": False},
    )
