"""One person's settings for a page: saved views, and preferences for its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, any_, false, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import ListPreference, SavedView


@dataclass(frozen=True)
class View:
    """`query` has no question mark. `default` means that it is this person's default view of the page.
    `roles` are the roles it is shared with.
    """

    id: int
    name: str
    query: str
    mine: bool
    default: bool
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnViews:
    """`views` has the person's own views first, sorted by name. Empty `columns` and `density` mean the defaults."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()
    density: str = ""

    @property
    def default(self) -> View | None:
        return next((view for view in self.views if view.default), None)


def load_own_views(session: Session, *, path: str, table: str, staff_id: int, role: str) -> OwnViews:
    """The person's own views of the page, those shared with the role, and the list's preferences. One statement."""
    views = select(
        SavedView.id,
        SavedView.name,
        SavedView.query,
        (SavedView.staff_id == staff_id).label("mine"),
        SavedView.is_default,
        SavedView.roles.label("columns"),
    ).where(SavedView.path == path, or_(SavedView.staff_id == staff_id, literal(role) == any_(SavedView.roles)))
    preferences = select(
        literal(0), literal(""), ListPreference.density, true(), false(), ListPreference.columns
    ).where(ListPreference.staff_id == staff_id, ListPreference.resource == table)
    # Unscoped, because the conditions limit both tables to the person.
    both: CompoundSelect[Any] = union_all(views, preferences)
    rows = session.execute(both, execution_options=UNSCOPED).all()
    found = [
        View(row.id, row.name, row.query, row.mine, row.mine and row.is_default, tuple(row.columns))
        for row in rows
        if row.id
    ]
    liked = next((row for row in rows if not row.id), None)
    return OwnViews(
        views=tuple(sorted(found, key=lambda view: (not view.mine, view.name.casefold()))),
        columns=tuple(liked.columns or ()) if liked else (),
        density=liked.query if liked else "",
    )
