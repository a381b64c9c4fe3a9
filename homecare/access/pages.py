"""The registry of pages, read by rights, menu, tabs and search. A new page is a package and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """`module` is the page's view under `pages/`, empty while only the right exists; `path` follows /admin/,
    or starts with a slash and is the whole address.
    `levels` are the levels a grant can give, widest first; without levels the page has no right of its own. `right_of`
    names the page whose right also opens this one. A page with an `icon` is in the menu. `whole`: it shows everybody's
    rows, so no grant opens it to a role that has only its own rows of some table. `group` is the group of tables that
    the menu shows it in, empty for the pages above them. `at` are the levels of its right that
    open the page, where not all of them do; a level in `leads` is led from it to the page named there.
    """

    name: str
    title: str
    module: str = ""
    path: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    icon: str = ""
    right_of: str = ""
    # The tabs shown on the pages of this right: name, path and label of each.
    tabs: tuple[tuple[str, str, str], ...] = ()
    whole: bool = False
    group: str = ""
    at: tuple[str, ...] = ()
    leads: Mapping[str, str] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        """The resource that a grant names."""
        return f"page:{self.right_of or self.name}"

    def reaches(self, level: str) -> bool:
        """Whether a grant of its right at this level opens this page."""
        return not self.at or level in self.at


PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page("home", "Home", "home.page", icon="home"),
        Page("assign", "Assigning work", "assign.page", "assign", levels={
            "all": "everybody's work", "own": "one's own schedule", "marketing": "marketing tasks",
        }, icon="calendar-time", leads={"own": "own_day", "marketing": "marketing_board"}, tabs=(
            ("assign", "assign/", "Roster"), ("task_board", "assign/tasks/", "Office tasks"),
            ("marketing_board", "assign/marketing/", "Marketing tasks"), ("absent", "assign/absent/", "Absent"),
            ("calls", "assign/calls/", "Calls"), ("visit_series", "assign/series/", "Series"),
            ("copied_days", "assign/copy/", "Copy days"), ("own_day", "assign/own/", "My day"),
            ("booking_settings", "assign/settings/", "Settings"),
        )),
        Page("suggestions", "Suggestions", "assign_help.suggested", "assign/suggestions.json", right_of="assign",
             at=("all",)),
        Page("absent", "Somebody is absent", "assign_help.absent", "assign/absent", right_of="assign", at=("all",)),
        Page("absence", "An absence", "assign_help.changed_absence", "assign/absent/change", right_of="assign",
             at=("all",)),
        Page("calls", "Whom to call", "assign_help.call_list", "assign/calls", right_of="assign", at=("all",)),
        Page("visit_series", "Series of visits", "visit_series.page", "assign/series", right_of="assign", at=("all",)),
        Page("copied_days", "Copy days", "visit_series.copied_days", "assign/copy", right_of="assign", at=("all",)),
        Page("task_board", "Task board", "task_boards.office_tasks", "assign/tasks", right_of="assign", at=("all",)),
        Page("marketing_board", "Marketing board", "task_boards.campaign_tasks", "assign/marketing", right_of="assign",
             at=("all", "marketing")),
        Page("own_day", "My day", "own_day.page", "assign/own", right_of="assign", at=("all", "own")),
        Page("hours", "Hours", "hours.page", "hours", levels={
            "all": "everybody's hours", "own": "one's own hours",
        }, icon="receipt"),
        Page("tariffs", "Tariffs", "tariffs.page", "tariffs", levels={
            "all": "see, add, change and remove", "create": "see, add and change", "edit": "see and change",
            "view": "see",
        }, icon="coin", group="Billing and stock"),
        Page("map", "Map of patients", "map.page", "map", levels={
            "exact": "every patient's place", "own": "one's own patients", "cells": "areas of 5 patients and more",
        }, icon="map-2"),
        Page("map_tiles", "Tiles of the map", "map.tiles", "map/tiles", right_of="map"),
        Page("funnel", "Campaign funnel", "funnel.page", "funnel", levels={
            "all": "all figures", "money": "the money only",
        }, icon="filter", tabs=(
            ("funnel", "funnel/", "Funnel"), ("funnel_quality", "funnel/quality/", "Data quality"),
        )),
        Page("funnel_quality", "Data quality", "funnel_quality.page", "funnel/quality", right_of="funnel"),
        Page("funnel_campaign", "Campaign", "funnel_campaign.page", "funnel/campaign", right_of="funnel", at=("all",)),
        Page("audit", "Changes and reads", "audit.page", "audit", levels={
            "all": "changes and reads",
        }, icon="history", whole=True, tabs=(
            ("changes", "audit/", "Changes"), ("reads", "audit/reads/", "Reads"),
            ("who", "audit/who/", "Who saw a patient"), ("refusals", "audit/refusals/", "Refusals"),
            ("sign-ins", "audit/sign-ins/", "Sign-ins"),
        )),
        Page("break_glass", "Break-glass", "break_glass.page", "break-glass", levels={
            "all": "what was opened for a reason",
        }, icon="eye"),
        Page("notifications", "Notifications", "notifications.page", "notifications"),
        Page("roles", "Roles", "roles.page", "roles", levels={"all": "the roles"}, icon="lock", tabs=(
            ("roles", "roles/", "Roles"), ("compare", "roles/history/compare", "Compare"),
            ("history", "roles/history/", "History"), ("explain", "roles/explain", "Explain"),
            ("view-as", "roles/view-as/", "View as"), ("file", "roles/history/file", "Export and import"),
            ("tables", "roles/tables/", "Tables and forms"), ("booking_settings", "assign/settings/", "Bookings"),
        )),
        Page("role_history", "History of the roles", "roles.history", "roles/history", right_of="roles"),
        Page("explain", "Explain", "roles.explain", "roles/explain", right_of="roles"),
        Page("view_as", "View as", "view_as.page", "roles/view-as", right_of="roles"),
        Page("tables_and_forms", "Tables and forms", "tables_and_forms.page", "roles/tables", right_of="roles"),
        Page("working_facts", "When they work", "working_facts.page", "assign/people", right_of="assign"),
        Page("wishes", "Wishes", "wishes.page", "assign/wishes", right_of="assign"),
        Page("booking_settings", "Booking settings", "booking_settings.page", "assign/settings", right_of="roles"),
        Page("accounts", "Accounts", "accounts.page", "accounts", levels={"all": "the accounts"}, icon="user"),
        Page("account", "My account", "account.page", "/account"),
        Page("search", "Search", "search.page", "search"),
        Page("views", "Saved views", "saved_views.page", "views", levels={
            "share": "offering one's saved views to roles",
        }),
        Page("preferences", "Preferences", "preferences.page", "preferences"),
    )
}  # fmt: skip

# By page: its levels and what each opens, widest first.
PAGE_LEVELS: dict[str, Mapping[str, str]] = {page.name: page.levels for page in PAGES.values() if page.levels}

# The resources of pages that show everybody's rows.
WHOLE = frozenset(page.resource for page in PAGES.values() if page.whole)


def widest(resource: str) -> str:
    """The name of the level that opens all of a page. Empty for a table."""
    return next(iter(PAGE_LEVELS.get(resource.removeprefix("page:"), ())), "")


def is_at_least(page: str, level: str, wanted: str) -> bool:
    """Whether `level` opens everything that `wanted` opens. An unknown level opens nothing."""
    order = [*PAGE_LEVELS.get(page, ())]
    return level in order and wanted in order and order.index(level) <= order.index(wanted)
