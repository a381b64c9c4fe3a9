"""The tables and pages that menu and tabs show, checked against the policy that also refuses requests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homecare.access.acting import Acting
from homecare.access.pages import PAGES, Page
from homecare.access.policy import Action
from homecare.admin.door import acting, may
from homecare.tables.table import shown_tables
from homecare.web import urls


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    url: str
    icon: str
    words: str


def menu() -> list[tuple[str, list[Entry]]]:
    """The tables by group, each group with its pages after them."""
    groups: dict[str, list[Entry]] = {}
    for table in shown_tables().values():
        if may(table.name):
            entry = Entry(urls.list_of(table.name), table.icon, table.many)
            groups.setdefault(table.group, []).append(entry)
    for page in _open_pages():
        if page.group:
            groups.setdefault(page.group, []).append(Entry(_address(page), page.icon, page.title))
    return list(groups.items())


def menu_pages() -> list[tuple[Page, str]]:
    """The pages above the tables with their addresses, in the registry's order."""
    return [(page, _address(page)) for page in _open_pages() if not page.group]


def _open_pages() -> list[Page]:
    who = acting()
    return [_led(page, who) for page in PAGES.values() if page.icon and page.module and _is_open(page, who)]


def _address(page: Page) -> str:
    return f"{urls.page(page.path)}/" if page.path else urls.HOME


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
