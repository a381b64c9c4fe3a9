"""A company in which nobody has written anything yet: every page says so, and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Visitor

EMPTY = {
    "/admin/hours/": "Nobody has visits or contracted hours in",
    "/admin/break-glass/": "Nobody has opened anything for a reason yet.",
    "/admin/notifications/": "Nothing to read.",
    "/admin/patients/deleted/": "No patient was deleted.",
    "/admin/assign/own/far": "No check-in was far from its patient.",
    "/admin/assign/tasks/": "There are no office tasks yet.",
    "/admin/assign/marketing/": "There are no marketing tasks yet.",
    "/admin/assign/calls/": "Nobody has to be called.",
}


@pytest.mark.parametrize("url", EMPTY)
def test_an_empty_page_is_a_sentence_in_its_place(as_role: Callable[..., Visitor], url: str) -> None:
    page = as_role("Admin").get(url).get_data(as_text=True)

    assert EMPTY[url] in page.partition('<div class="empty-list">')[2].partition("</div>")[0]


@pytest.mark.parametrize(("board", "table"), [("tasks", "admin_task_tracking"), ("marketing", "marketing_tasks")])
def test_an_empty_board_leads_to_the_first_task(as_role: Callable[..., Visitor], board: str, table: str) -> None:
    admin = as_role("Admin")
    whole, searched = (
        admin.get(f"/admin/assign/{board}/{words}").get_data(as_text=True) for words in ("?all=1", "?search=zzz")
    )

    assert f'<a class="btn" href="/admin/{table}/new/">' in whole
    assert "Show all" not in whole
    assert "Show all" in searched


def test_the_map_says_that_it_is_not_worked_out_yet(as_role: Callable[..., Visitor]) -> None:
    assert "0 on the map · being worked out" in as_role("Admin").get("/admin/map/").get_data(as_text=True)
