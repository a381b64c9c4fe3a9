"""The boards in a real browser: a task changes its status by drag, by menu and by keys, and its person and remark."""

from __future__ import annotations

import pytest
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Locator, Page, expect
from sampling import in_looks
from sqlalchemy import Engine, text

pytestmark = pytest.mark.browser
OFFICE, MARKETING = "/admin/assign/tasks/", "/admin/assign/marketing/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def task(owner_engine: Engine) -> int:
    """The coordinator's own, and with its two mates the only ones that are called by a bakery."""
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM admin_task_tracking WHERE remarks LIKE '%bakery%'"))
        made = connection.execute(
            text(
                "INSERT INTO admin_task_tracking (staff_id, remarks, task_status, assigned_date) SELECT s.id, w, "
                "'Assigned', timezone('utc', now()) - interval '60 hours' FROM staff s, "
                "unnest(ARRAY['Call the bakery', 'Pay the bakery', 'ዳቦ ቤት bakery']) AS w "
                "WHERE s.email = 'coordinator@homecare.example' RETURNING id"
            )
        )
        return int(min(row.id for row in made))


def stored(owner_engine: Engine, task: int) -> tuple[str, str, int]:
    with owner_engine.connect() as connection:
        row = connection.execute(
            text("SELECT task_status, remarks, staff_id FROM admin_task_tracking WHERE id = :id"), {"id": task}
        ).one()
    return row.task_status, row.remarks, row.staff_id


def opened(page: Page, path: str = f"{OFFICE}?is=mine") -> Page:
    let_in(page, "coordinator", DEMO_PASSWORD)
    page.goto(path)
    return page


def these(task: int) -> str:
    """The task and its two mates."""
    return f"{OFFICE}?id__in={task},{task + 1},{task + 2}"


def pile(page: Page, status: str) -> Locator:
    return page.locator(f'.pile[data-status="{status}"]')


def card(page: Page, task: int) -> Locator:
    return page.locator(f'.task[data-id="{task}"]')


def test_a_drag_changes_the_status_and_undo_takes_it_back(page: Page, owner_engine: Engine, task: int) -> None:
    opened(page)
    card(page, task).drag_to(pile(page, "Blocked"))

    expect(pile(page, "Blocked").locator(f'[data-id="{task}"]')).to_be_visible()
    expect(page.locator(".toasts")).to_contain_text("Call the bakery: Blocked.")
    assert stored(owner_engine, task)[0] == "Blocked"
    page.get_by_role("button", name="Undo").click()
    expect(pile(page, "Assigned").locator(f'[data-id="{task}"]')).to_be_visible()
    expect(page.locator(".toasts")).to_contain_text("as before")
    assert stored(owner_engine, task)[0] == "Assigned"


def test_the_menu_completes_it_and_it_is_no_longer_overdue(page: Page, owner_engine: Engine, task: int) -> None:
    opened(page)
    expect(card(page, task)).to_contain_text("Overdue")
    card(page, task).get_by_role("button", name="Change Call the bakery").click()
    page.get_by_role("menuitemradio", name="Completed").click()

    expect(pile(page, "Completed").locator(f'[data-id="{task}"]')).to_be_visible()
    expect(card(page, task)).not_to_contain_text("Overdue")
    expect(page.locator(".toasts")).to_contain_text("Completed")
    assert stored(owner_engine, task)[0] == "Completed"


def test_keys_alone_walk_and_move(page: Page, owner_engine: Engine, task: int) -> None:
    opened(page, these(task))
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(pile(page, "In Progress").locator(f'[data-id="{task}"]')).to_be_visible()
    expect(page.locator(".toasts")).to_contain_text("In Progress")
    assert stored(owner_engine, task)[0] == "In Progress"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('.pile').dataset.status") == "Assigned"


def test_a_remark_is_changed_on_the_board_and_refused_if_somebody_was_quicker(
    page: Page, owner_engine: Engine, task: int
) -> None:
    opened(page)
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("r")
    page.get_by_role("textbox", name="Remarks").fill("Call the bakery before noon")
    page.get_by_role("button", name="Save").click()
    expect(card(page, task)).to_contain_text("before noon")
    expect(page.locator(".toasts")).to_contain_text("Remarks saved")

    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE admin_task_tracking SET updated_at = now() WHERE id = :id"), {"id": task})
    page.keyboard.press("Shift+ArrowRight")

    expect(page.get_by_role("alert").filter(has_text="Somebody changed this row")).to_be_visible()
    expect(pile(page, "Assigned").locator(f'[data-id="{task}"]')).to_be_visible()
    assert stored(owner_engine, task)[:2] == ("Assigned", "Call the bakery before noon")


def test_several_are_assigned_at_once_and_given_back(page: Page, owner_engine: Engine, task: int) -> None:
    opened(page, these(task))
    me = stored(owner_engine, task)[2]
    for box in page.locator(".task [name=rowid]").all():
        box.check()
    page.get_by_role("button", name="Assign…").click()
    page.get_by_role("combobox", name="Assigned to").fill(named(owner_engine, "manager"))
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Assign", exact=True).click()

    expect(page.locator(".toasts")).to_contain_text("3 office tasks changed")
    assert stored(owner_engine, task)[2] != me
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("as before")
    assert stored(owner_engine, task)[2] == me


def named(owner_engine: Engine, role: str) -> str:
    with owner_engine.connect() as connection:
        found = text("SELECT first_name FROM staff WHERE email = :email")
        return str(connection.scalar(found, {"email": f"{role}@homecare.example"}))


@in_looks()
def test_both_boards_are_clean_and_fit(page: Page, task: int, width: int, look: str) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 768})
    let_in(page, "coordinator", DEMO_PASSWORD)
    for path in (OFFICE, f"{these(task)}&look=list", f"{OFFICE}?search=nothing+of+it", MARKETING):
        page.goto(path)
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
