"""The tables and pages that menu and tabs show, checked against the policy that also refuses requests."""

from __future__ import annotations

from homecare.access.pages import PAGES, Page
from homecare.admin.door import acting, may
from homecare.tables.table import ShownTable, shown_tables
from homecare.web import urls


def menu() -> list[tuple[str, list[ShownTable]]]:
    """The tables by group."""
    groups: dict[str, list[ShownTable]] = {}
    for table in shown_tables().values():
        if may(table.name):
            groups.setdefault(table.group, []).append(table)
    return list(groups.items())


def menu_pages() -> list[tuple[Page, str]]:
    """The pages in the menu with their addresses, in the registry's order."""
    who = acting()
    return [
        (page, f"{urls.page(page.path)}/" if page.path else urls.HOME)
        for page in PAGES.values()
        if page.icon and page.module and (not page.levels or who.may(page.resource))
    ]


def tabs_of(name: str) -> list[tuple[str, str, str]]:
    """The tabs around the pages of one right: name, address and label of each."""
    return [(tab, urls.page(path), word) for tab, path, word in PAGES[name].tabs]
