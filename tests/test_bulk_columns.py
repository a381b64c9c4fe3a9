"""The columns a bulk change and an inline edit can set: the dialog and the check use the same function."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company
from permission_table import cells
from sampling import some_of_each
from test_doors_write import offered_at_once

from homecare.models import business_models

EDITED = [pytest.param(*key, id="-".join(key)) for key, cell in cells().items() if cell.may("edit")]
VALUES = {"file": "x.pdf", "secret": "key", "point": "9.0,38.7", "date": "2026-01-01", "datetime": "2026-01-01T08:00"}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.mark.parametrize(("role", "table"), some_of_each(EDITED, 3))
def test_a_bulk_change_takes_no_column_that_its_dialog_does_not_offer(company: Company, role: str, table: str) -> None:
    walker, row_id = company.as_(role), company.own(role, table)[0]
    before, offered = company.whole(table, row_id), offered_at_once(walker, table)

    for column in business_models()[table].__table__.columns:
        if column.name not in offered:
            value = VALUES.get(str(column.info.get("kind")), "1")
            sent: dict[str, Any] = {"action": "set", "field": column.name, "value": value}
            answer = walker.post(f"/admin/{table}/action/", sent | company.confirmed(table, row_id))
            assert answer.status_code in {403, 422}, column.name

    assert company.whole(table, row_id) == before


@pytest.mark.parametrize(("table", "column"), [
    ("marketing_platforms", "api_key"), ("visit_services", "vitals_file"), ("patients", "geolocation"),
    ("patients", "phone_number"), ("patients", "marketing_lead_id"), ("messages", "attachment_mime_type"),
    ("visit_services", "visit_notes"), ("patients", "id"), ("patients", "created_at"),
])  # fmt: skip
def test_what_is_one_rows_own_is_not_offered_to_whoever_holds_everything(
    company: Company, table: str, column: str
) -> None:
    assert column not in offered_at_once(company.as_("Admin"), table)


def test_what_is_not_seen_is_not_written_over_in_many_rows(company: Company) -> None:
    company.run(
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state) "
        "VALUES ('Manager', 'patients', 'date_of_birth', 'masked')"
    )
    assert "date_of_birth" not in offered_at_once(company.as_("Manager"), "patients")


@pytest.mark.parametrize(("table", "column"), [("inventory_items", "photo"), ("marketing_platforms", "api_key")])
def test_a_file_or_a_secret_is_not_set_in_a_list(company: Company, table: str, column: str) -> None:
    company.run(f"UPDATE {table} SET {column} = 'kept'")
    row_id = company.scalar(f"SELECT min(id) FROM {table}")
    before = company.whole(table, row_id)

    for value in ("", "another"):
        sent = {"id": row_id, "field": column, "value": value, "version": before.xmin}
        assert company.as_("Admin").post(f"/admin/{table}/ajax/update/", sent).status_code == 422

    assert company.whole(table, row_id) == before
