"""A chip that names a parent reads what the parent is called, and nothing else of it."""

from __future__ import annotations

import re

import pytest
from clusters import Database
from doors import Walker
from statements_sent import statements

from homecare.models import Patient
from homecare.tables.table import coded_tables


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_a_chip_selects_only_the_name_of_the_parent(admin: Walker) -> None:
    with statements() as said:
        page = admin.get("/admin/visit_services/", patient_id__eq="1").get_data(as_text=True)

    of_parent = [one for one in said if re.search(r"FROM patients\s+WHERE patients\.id", one)]
    read = {name for one in of_parent for name in re.findall(r"patients\.(\w+)", one)}
    assert "Patient is" in page
    assert of_parent
    assert read & {column.name for column in Patient.__table__.columns} == {"id", *coded_tables()["patients"].naming}
