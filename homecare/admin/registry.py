"""The tables and pages that menu and tabs show, checked against the policy that also refuses requests."""

from __future__ import annotations

from dataclasses import replace

from homecare.access.acting import Acting
from homecare.access.pages import PAGES, Page
from homecare.access.policy import Action
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
    pages = [_led(page, who) for page in PAGES.values() if page.icon and page.module and _is_open(page, who)]
    return [(page, f"{urls.page(page.path)}/" if page.path else urls.HOME) for page in pages]


def _is_open(page: Page, who: Acting) -> bool:
    if not (page.levels or page.right_of):
        return True
    verdict = who.decide(page.resource, Action.VIEW)
    return verdict.allowed and page.reaches(verdict.level)


def _led(page: Page, who: Acting) -> Page:
    """The page itself, or the one that the person is led to from it, under the same icon."""
    led = page.leads and page.leads.get(who.decide(page.resource, Action.VIEW).level)
    return replace(PAGES[led], icon=page.icon) if led else page


def tabs_of(name: str) -> list[tuple[str, str, str]]:
    """The tabs around the pages of one right: name, address and label of each that the person's level opens."""
    who = acting()
    pages = {page.name: page for page in PAGES.values()}
    return [
        (tab, urls.page(path), word)
        for tab, path, word in PAGES[name].tabs
        if tab not in pages or (pages[tab].module and _is_open(pages[tab], who) and _led(pages[tab], who) is pages[tab])
    ]
