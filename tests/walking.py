"""Checks for every page of any kind: axe, no sideways scroll, only one filled button."""

from __future__ import annotations

from browsing import AXE
from playwright.sync_api import Page, expect

LEVELS = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']}"
# All that a theme changes.
CONTRAST = "{runOnly: {type: 'rule', values: ['color-contrast']}, resultTypes: ['violations']}"
# Rows are alike: axe reads the first few, in a tenth of the time.
FEWER_ROWS = "document.querySelectorAll('main tbody tr:nth-child(n+6)').forEach(row => row.remove())"
WIDTHS = (1366, 375)
MAIN = "document.querySelector('main')"
# What leads from a list to a record, to a new one, and from a record to its form and the question before a deletion.
RECORD = ".row-name[href], .row-name a"
NEW = "a[data-key=c]"
FROM_RECORD = ("a[data-key=e]", "a.danger[href*=delete]")
# Numbers what opens something, one of each kind, and tells how many there are.
OPENERS = """() => {
    const kinds = new Map();
    const all = 'button[data-open], button[popovertarget], button[aria-haspopup], main summary, '
        + '#filter-button, #columns-button, #pick-all, tbody .pick input';
    for (const one of document.querySelectorAll(all)) {
        const kind = one.id || one.dataset.open || one.getAttribute('popovertarget') || one.className || one.name;
        if (one.checkVisibility() && !kinds.has(kind)) kinds.set(kind, one);
    }
    [...kinds.values()].forEach((one, at) => one.setAttribute('data-walk', at));
    return kinds.size;
}"""


def href(page: Page, selector: str) -> str | None:
    found = page.locator(selector)
    return found.first.get_attribute("href") if found.count() else None


def menu_links(page: Page) -> list[str]:
    links = page.eval_on_selector_all(".side-menu li a", "links => links.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(links))


def behind(page: Page, url: str) -> list[str]:
    """The form for a new row of the list, its first record, and where that leads."""
    page.goto(url)
    found = [new] if (new := href(page, NEW)) else []
    if record := href(page, RECORD):
        page.goto(record)
        found += [record, *(link for selector in FROM_RECORD if (link := href(page, selector)))]
    return found


def faults(page: Page, look: str, part: str = "document") -> list[str]:
    """What is wrong with the page as it stands, in a light theme; axe reads `part` of it."""
    page.evaluate(FEWER_ROWS)
    page.evaluate(AXE.read_text())
    told = _violations(page, look, part, LEVELS)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append(f"{page.url} {look} scrolls sideways")
    layer = "dialog[open] " if page.locator("dialog[open]").count() else ""
    if page.locator(f"{layer}.btn-primary:visible").count() > 1:
        told.append(f"{page.url} {look} has more than one filled button")
    return told


def _violations(page: Page, look: str, part: str, rules: str) -> list[str]:
    found = page.evaluate(f"axe.run({part}, {rules})")["violations"]
    return [f"{page.url} {look} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def in_both_themes(page: Page, look: str, part: str = "document") -> list[str]:
    """Without motion a theme changes at once: no colour is on its way from one to the other."""
    told = faults(page, f"{look} light", part)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    told += _violations(page, f"{look} dark", part, CONTRAST)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return told


def opened(page: Page, url: str) -> list[str]:
    answer = page.goto(url)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return [] if answer and answer.ok else [f"{url} is offered and answers {answer and answer.status}"]


def as_wide_as(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def in_every_look(page: Page, url: str, part: str = MAIN) -> list[str]:
    """The frame around a page is the same on all of a role: axe reads it where `part` is the document."""
    told = []
    for width in WIDTHS:
        as_wide_as(page, width)
        told += opened(page, url)
        told += in_both_themes(page, str(width), part)
    as_wide_as(page, WIDTHS[0])
    return told


def with_everything_opened(page: Page, url: str) -> list[str]:
    """Each dialog, menu and panel that the page's buttons open, one after another, in each look."""
    told = []
    for width in WIDTHS:
        as_wide_as(page, width)
        at, last = 0, 1
        while at < last:
            opened(page, url)
            last = page.evaluate(OPENERS)
            opener = page.locator(f'[data-walk="{at}"]')
            name = opener.evaluate("one => one.ariaLabel || one.textContent.trim() || one.id || one.name")
            opener.click()
            page.wait_for_load_state("networkidle")
            told += in_both_themes(page, f"{name} {width}")
            at += 1
    return told
