"""The current page's saved views and list preferences, read once per request, and which pages can be saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import current_app, flash, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from homecare.access.pages import PAGES, is_at_least
from homecare.access.policy import Action
from homecare.access.precision import Precision
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.kinds.read import storable
from homecare.records import saved_views as records
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.list_request import ALL, PLACE, read
from homecare.records.on_map import map_request
from homecare.records.seen import Seen
from homecare.tables.table import shown_tables
from homecare.web import urls
from homecare.web.errors import SpokenError

SHARE = "share"
# Words of the map that may spell a place finer than a cell.
PLACED = {"area", "near", "at", "around"}


@dataclass(frozen=True)
class SavedLink:
    """A saved view as a link on its page."""

    name: str
    url: str
    mine: bool
    default: bool
    id: int
    roles: tuple[str, ...]


def own_views_of(path: str) -> records.OwnViews:
    """The acting person's settings for the page. One statement per request and page."""
    known: dict[str, records.OwnViews] = g.setdefault("own_views", {})
    if path not in known:
        who = acting()
        if who.role is None:
            return records.OwnViews()
        table = urls.table_of(path)
        known[path] = records.load_own_views(
            db.session(),
            path=path,
            table=table if table in shown_tables() else "",
            staff_id=who.person.staff_id,
            role=who.role.name,
        )
    return known[path]


def default_address(path: str, opens: Callable[[MultiDict[str, str]], object]) -> str:
    """Where the bare address of the page leads: to the person's default view. Empty if there is none, or if `opens`,
    which loads the page for its words, refuses them, because a page must always open.
    """
    if request.args or (view := own_views_of(path).default) is None:
        return ""
    try:
        opens(MultiDict(parse_qsl(view.query)))
    except SpokenError:
        flash("Your default view cannot be opened any more, so the page is shown without it.", "error")
        return ""
    return address(path, view.query)


def saved_views(path: str) -> list[SavedLink]:
    """The views of the page that this person may choose from, their own first."""
    return [
        SavedLink(view.name, address(path, view.query), view.mine, view.default, view.id, view.roles)
        for view in own_views_of(path).views
        if view.mine or _may_use(path, view.query)
    ]


def _may_use(path: str, query: str) -> bool:
    """Whether the page opens with these words. A link that is refused would still show what was searched for."""
    words, table = MultiDict(parse_qsl(query)), shown_tables().get(urls.table_of(path))
    try:
        if table is not None:
            read(Seen.of(acting(), table), words)
        elif path == urls.patients_map():
            asked = map_request.read(acting(), words)
            return asked.precision is not Precision.CELLS or PLACED.isdisjoint(words)
    except (UnknownConditionError, ForbiddenConditionError):
        return False
    return True


def address(path: str, query: str) -> str:
    """A view without words says `all=1`, or the address would open the default view instead."""
    return f"{path}?{query or f'{ALL}=1'}"


def cleaned(query: str) -> str:
    """The words of a URL worth saving, without the position in a long list. Raises ValueError."""
    words = parse_qsl(storable(query).lstrip("?"), keep_blank_values=False)
    return urlencode([(key, value) for key, value in words if key not in (*PLACE, ALL, "url")])


def may_share() -> bool:
    """Whether the person may offer views to roles: `view` on page:views with level `share`. It opens no page."""
    who = acting()
    verdict = who.decide(PAGES["views"].resource, Action.VIEW)
    return verdict.allowed and is_at_least("views", verdict.level, SHARE)


def guarded_views() -> dict[str, GuardedView]:
    """Every guarded view, by its endpoint in the URL map."""
    (admin,) = current_app.extensions["admin"]
    return {view.endpoint: view for view in admin._views if isinstance(view, GuardedView)}


def may_open(path: str) -> bool:
    """Whether the path is a page (a list, the map, the roster) that the acting person may open."""
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match(path, method="GET")
    except (HTTPException, RequestRedirect, NotFound):
        return False
    blueprint, _, name = endpoint.rpartition(".")
    view = guarded_views().get(blueprint)
    if view is None or arguments or name != view._default_view:
        return False
    return opens(view)


def opens(view: GuardedView) -> bool:
    """Whether the acting person may open the view's default page."""
    action = view.needed(view._default_view or "")
    who = acting()
    return who.role is not None if action is None else who.may(view.resource, action)
