"""The registry of pages: what rights, menu, tabs and search know of each; a new page is its package and a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """`module` is that of its view under `pages/`, empty while only its right exists; `path` its address after /admin/,
    or from the root where it begins with a slash.

    `levels` say what a grant can open, the widest first; a page without any asks for no right of its own. `right_of`
    names the page whose right opens this one too. With an `icon` it stands in the menu.
    """

    name: str
    title: str
    module: str = ""
    path: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    icon: str = ""
    right_of: str = ""
    # The tabs around the pages of one right: the name of each, its path and its words.
    tabs: tuple[tuple[str, str, str], ...] = ()

    @property
    def resource(self) -> str:
        """What a grant names."""
        return f"page:{self.right_of or self.name}"


PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page("home", "Home", "home.page", icon="home"),
        Page("assign", "Assigning work", levels={
            "all": "everybody's work", "own": "one's own schedule", "marketing": "marketing tasks",
        }),
        Page("map", "Map of patients", levels={
            "exact": "every patient's place", "own": "one's own patients", "cells": "areas of 5 patients and more",
        }),
        Page("funnel", "Campaign funnel", levels={"all": "all figures", "money": "the money only"}),
        Page("audit", "Changes and reads", levels={"all": "changes and reads"}),
        Page("roles", "Roles", "roles.page", "roles", levels={"all": "the roles"}, icon="lock", tabs=(
            ("roles", "roles/", "Roles"), ("compare", "roles/history/compare", "Compare"),
            ("history", "roles/history/", "History"), ("explain", "roles/explain", "Explain"),
            ("view-as", "roles/view-as/", "View as"), ("file", "roles/history/file", "Export and import"),
            ("tables", "roles/tables/", "Tables and forms"),
        )),
        Page("role_history", "History of the roles", "roles.history", "roles/history", right_of="roles"),
        Page("explain", "Explain", "roles.explain", "roles/explain", right_of="roles"),
        Page("view_as", "View as", "view_as.page", "roles/view-as", right_of="roles"),
        Page("tables_and_forms", "Tables and forms", "tables_and_forms.page", "roles/tables", right_of="roles"),
        Page("accounts", "Accounts", "accounts.page", "accounts", levels={"all": "the accounts"}, icon="user"),
        Page("account", "My account", "account.page", "/account"),
        Page("search", "Search", "search.page", "search"),
        Page("views", "Saved views", "saved_views.page", "views", levels={
            "share": "offering one's saved views to roles",
        }),
        Page("preferences", "Preferences", "preferences.page", "preferences"),
    )
}  # fmt: skip

# By page: what its levels open, the widest first.
PAGE_LEVELS: dict[str, Mapping[str, str]] = {page.name: page.levels for page in PAGES.values() if page.levels}


def widest(resource: str) -> str:
    """The level that opens all of a page, by its name; nothing for a table."""
    return next(iter(PAGE_LEVELS.get(resource.removeprefix("page:"), ())), "")


def is_at_least(page: str, level: str, wanted: str) -> bool:
    """Whether a grant of `level` opens what `wanted` opens; a level nobody defined opens nothing."""
    order = [*PAGE_LEVELS.get(page, ())]
    return level in order and wanted in order and order.index(level) <= order.index(wanted)
