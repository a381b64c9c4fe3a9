"""Unknown words that SQL wrote into the stored policy grant nothing and cause no error."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from clusters import Database
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare.access.policy import Action
from homecare.access.row_scope import OWN_OPTIONS
from homecare.models import business_models

AsRole = Callable[..., Visitor]
WITHOUT_OWN_ROWS = sorted(set(business_models()) - set(OWN_OPTIONS))
PAGES = {"view": "", "create": "new/", "edit": "edit/?id=1", "delete": "delete/?id=1", "export": "export/csv/"}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def stored(owner_engine: Engine) -> Iterator[Callable[..., None]]:
    """Writes a grant or a field rule of the role Clerk, past everything that would check it."""
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO dashboard.roles (name) VALUES ('Clerk')"))

    def write(table: str, **row: str) -> None:
        names, values = ", ".join(("role", *row)), ", ".join(("'Clerk'", *(f":{name}" for name in row)))
        with owner_engine.begin() as connection:
            connection.execute(text(f"INSERT INTO dashboard.{table} ({names}) VALUES ({values})"), row)

    yield write
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.roles WHERE name = 'Clerk'"))


@pytest.mark.parametrize("table", WITHOUT_OWN_ROWS)
def test_own_rows_of_a_table_that_has_none_are_none(as_role: AsRole, stored: Callable[..., None], table: str) -> None:
    for action in Action:
        stored("grants", resource=table, action=action.value, scope="own")
    clerk = as_role("Clerk")

    answers = {action: clerk.get(f"/admin/{table}/{page}").status_code for action, page in PAGES.items()}

    assert set(answers.values()) == {403}


def test_they_are_none_through_search_tabs_and_labels_either(
    as_role: AsRole, stored: Callable[..., None], owner_engine: Engine
) -> None:
    for table, scope in (("patients", "all"), ("invoices", "own"), ("referrals", "all"), ("partner_hospitals", "own")):
        stored("grants", resource=table, action="view", scope=scope)
    with owner_engine.connect() as connection:
        found = "SELECT r.patient_id, h.name FROM referrals r JOIN partner_hospitals h ON h.id = r.partner_hospital_id"
        patient_id, hospital = connection.execute(text(found)).first()  # type: ignore[misc]
    clerk = as_role("Clerk")

    pages = [
        clerk.get(f"/admin/{page}").text
        for page in ("referrals/", f"patients/details/?id={patient_id}", f"search/?q={hospital}", "")
    ]

    assert not any(hospital in page.replace(f"“{hospital}”", "") for page in pages[:2])
    assert not any("/admin/invoices/" in page or "/admin/partner_hospitals/" in page for page in pages)


@pytest.mark.parametrize("grant", [
    {"resource": "invoices", "action": "view", "scope": "everyone"},
    {"resource": "invoices", "action": "view", "scope": "ALL"},
    {"resource": "invoices", "action": "view", "scope": "all", "level": "wide"},
    {"resource": "invoices", "action": "approve", "scope": "all"},
    {"resource": "page:roles", "action": "view", "scope": "own"},
    {"resource": "page:roles", "action": "view", "level": "most"},
    {"resource": "spells", "action": "view", "scope": "all"},
])  # fmt: skip
def test_an_unknown_word_grants_nothing_and_breaks_nothing(
    as_role: AsRole, stored: Callable[..., None], grant: dict[str, str]
) -> None:
    stored("grants", resource="events", action="view")
    stored("grants", **grant)
    clerk, admin = as_role("Clerk"), as_role("Admin")

    statuses = [clerk.get(f"/admin/{page}/").status_code for page in ("events", "invoices", "roles")]

    assert statuses == [200, 403, 403]
    assert [admin.get(f"/admin/{page}").status_code for page in ("roles/edit?role=Clerk", "events/")] == [200, 200]


@pytest.mark.parametrize(("rule", "is_seen", "is_set"), [
    ({"state": "visible"}, False, False),
    ({"state": "SHOWN"}, False, False),
    ({"write": "sometimes"}, True, False),
])  # fmt: skip
def test_an_unknown_state_hides_and_an_unknown_write_locks(
    as_role: AsRole, stored: Callable[..., None], rule: dict[str, str], is_seen: bool, is_set: bool
) -> None:
    for action in ("view", "edit"):
        stored("grants", resource="events", action=action)
    stored("field_rules", resource="events", column_name="title", **rule)
    clerk = as_role("Clerk")

    assert (clerk.get("/admin/events/?title__contains=a").status_code == 200) is is_seen
    assert ('name="title"' in clerk.get("/admin/events/edit/?id=1").text) is is_set


def test_a_secret_is_not_shown_by_a_rule_that_sql_wrote_or_took_away(
    as_role: AsRole, stored: Callable[..., None], owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE marketing_platforms SET api_key = 'a-key-in-the-clear' WHERE id = 1"))
    stored("grants", resource="marketing_platforms", action="view")
    clerk, address = as_role("Clerk"), "/admin/marketing_platforms/details/?id=1"

    assert "a-key-in-the-clear" not in clerk.get(address).text
    stored("field_rules", resource="marketing_platforms", column_name="api_key", state="shown")
    assert "a-key-in-the-clear" not in clerk.get(address).text
