"""Every cell of the matrix is changed through the page, and every page follows from the next request on."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clusters import Database
from conftest import Visitor
from roles_page import RolesPage
from sampling import some

from homecare.access import resources
from homecare.access.policy import Action
from homecare.models.columns import Kind

POSSIBLE = [
    (table, action) for table in resources.tables() for action in Action if resources.is_possible(table, action)
]
CELLS = some(POSSIBLE, 3)
# Each cell has a number of its own: over the passes no two are set alike, so that none can stand for another.
BITS = len(CELLS).bit_length()
# What an action answers where it is allowed; there is no row to open, and 403 comes before 404.
SURFACES = {
    Action.VIEW: ("", 200),
    Action.CREATE: ("new/", 200),
    Action.EDIT: ("edit/?id=999999", 404),
    Action.DELETE: ("delete/?id=999999", 404),
    Action.EXPORT: ("export/csv/", 200),
}
Ask = Callable[[str], tuple[int, str]]


@pytest.fixture
def it(as_role: Callable[..., Visitor]) -> RolesPage:
    return RolesPage(as_role("Admin"))


@pytest.fixture(scope="module")
def other_port(socket_folder: str, database: Database) -> Iterator[int]:
    command = [sys.executable, "other_worker.py", socket_folder, database.name]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PYTHONPATH": f"{Path(__file__).parent.parent}:{Path(__file__).parent}", "PATH": "/usr/bin:/bin"},
    ) as worker:  # fmt: skip
        assert worker.stdout
        yield int(worker.stdout.readline())
        worker.terminate()
        worker.wait()


def both_workers(visitor: Visitor, port: int) -> list[Ask]:
    cookie = visitor.get_cookie("homecare")
    assert cookie
    there = http.client.HTTPConnection("127.0.0.1", port)

    def ask_here(url: str) -> tuple[int, str]:
        answer = visitor.get(url, buffered=True)
        return answer.status_code, answer.text

    def ask_there(url: str) -> tuple[int, str]:
        there.request("GET", url, headers={"Cookie": f"homecare={cookie.value}"})
        answer = there.getresponse()
        return answer.status, answer.read().decode()

    return [ask_here, ask_there]


def test_every_cell_holds_from_the_next_request_in_every_worker(
    it: RolesPage, as_role: Callable[..., Visitor], other_port: int
) -> None:
    it.make("Tester")
    workers = both_workers(as_role("Tester"), other_port)

    for bit in range(BITS):
        on = {cell for number, cell in enumerate(CELLS, 1) if number >> bit & 1}
        it.save("Tester", {f"t.{t}.{a}": "all" if (t, a) in on else "" for t, a in CELLS})
        for ask in workers:
            for table, action in CELLS:
                address, open_status = SURFACES[action]
                status, _ = ask(f"/admin/{table}/{address}")
                assert status == (open_status if (table, action) in on else 403), (table, action, bit)


def test_the_menu_and_the_buttons_follow_the_cells(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Looker")
    visitor = as_role("Looker")

    for actions in ((Action.VIEW,), (Action.VIEW, Action.CREATE), (Action.VIEW, Action.EXPORT), ()):
        it.save("Looker", {f"t.invoices.{action}": "all" if action in actions else "" for action in Action})
        home, page = visitor.get("/admin/").text, visitor.get("/admin/invoices/").text
        assert ('href="/admin/invoices/"' in home) is (Action.VIEW in actions)
        assert ('href="/admin/invoices/new/' in page) is (Action.CREATE in actions)
        assert ("/admin/invoices/export/" in page) is (Action.EXPORT in actions)


# Tables with a column of nearly every kind.
FIELD_TABLES = ("invoices", "marketing_platforms", "partner_hospitals")


@pytest.mark.parametrize("table", FIELD_TABLES)
def test_every_state_of_every_column_holds_from_the_next_request(
    it: RolesPage, as_role: Callable[..., Visitor], other_port: int, table: str
) -> None:
    role = f"Reader of {table}"
    it.make(role)
    workers = both_workers(as_role(role), other_port)
    kinds = resources.tables()[table]

    for turn in range(5):
        states = {}
        for number, column in enumerate(resources.ruled_columns(table)):
            possible = resources.states_of(table, column)
            states[column] = possible[(number + turn) % len(possible)]
        cells = {f"s.{table}.{column}": state.value for column, state in states.items()}
        it.save(role, {f"t.{table}.view": "all", f"t.{table}.export": "all", **cells})
        for ask in workers:
            for column, state in states.items():
                if kinds[column] is not Kind.SECRET:
                    status, _ = ask(f"/admin/{table}/?{column}__isnull=1")
                    assert status == (200 if state == "shown" else 403), (column, state)
                status, _ = ask(f"/admin/{table}/?columns={column}")
                assert status == (403 if state == "hidden" else 200), (column, state)


def test_a_whole_group_is_set_at_once_without_a_script(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Grouped")
    form = it.form("Grouped")
    group = next(name for name in form if name.startswith("g.1."))[:3]

    it.save("Grouped", {f"{group}.view": "own"})

    form = it.form("Grouped")
    assert form["t.visit_services.view"] == form["t.caregiver_assignments.view"] == "own"
    assert as_role("Grouped").get("/admin/visit_services/").status_code == 200


def test_a_form_that_was_cut_off_clears_nothing(it: RolesPage) -> None:
    form = it.form("Nurse")
    del form["complete"]

    answer = it.visitor.post(it.url("Nurse"), data={**form, "_do": "save"})

    assert answer.status_code == 400
    assert it.form("Nurse")["t.patients.view"] == "own"


def test_what_the_program_never_does_cannot_be_granted(it: RolesPage) -> None:
    it.save("Nurse", {"t.messages.edit": "all", "r.description": "Nurses own patients, and writes."})

    assert it.form("Nurse").get("t.messages.edit", "") == ""
    assert 'name="t.messages.edit"' in it.visitor.get(it.url("Nurse")).text


def test_the_cells_of_an_admin_are_fixed_and_its_field_states_are_not(it: RolesPage) -> None:
    page = it.visitor.get(it.url("Admin")).text
    assert "Admin has every permission" in page

    it.save("Admin", {"s.invoices.amount": "masked"})

    assert it.visitor.get("/admin/invoices/?amount__gte=1").status_code == 403
    assert it.visitor.get("/admin/invoices/new/").status_code == 200
    it.save("Admin", {"s.invoices.amount": "shown", "w.invoices.amount": "always"})


def test_what_a_role_does_not_see_it_does_not_set(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Blind")

    it.save(
        "Blind",
        {
            "t.invoices.view": "all",
            "t.invoices.edit": "all",
            "s.invoices.amount": "hidden",
            "w.invoices.amount": "always",
        },
    )

    assert it.form("Blind")["w.invoices.amount"] == "never"


def test_a_secret_can_never_be_shown(it: RolesPage) -> None:
    it.save("Nurse", {"s.marketing_platforms.api_key": "shown", "r.visit_minutes": "61"})

    assert it.form("Nurse")["s.marketing_platforms.api_key"] == "write-only"


@pytest.mark.parametrize(
    ("field", "value"),
    [("r.visit_minutes", "-5"), ("r.idle_minutes", "many"), ("r.start_page", "https://evil.example/")],
)
def test_a_bad_setting_is_refused_and_what_was_typed_is_kept(it: RolesPage, field: str, value: str) -> None:
    answer = it.send("Nurse", {field: value, "t.invoices.view": "all"}, "save")

    assert answer.status_code == 422
    assert f'value="{value}"' in answer.text
    assert not it.form("Nurse").get("t.invoices.view")
