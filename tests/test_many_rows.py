"""Statements work beyond parameter limits: the answer is the same for 65,536 rows as for one."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, Walker
from statements_sent import statements


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_a_delete_tells_of_more_rows_than_a_statement_has_parameters(company: Company, admin: Walker) -> None:
    company.run("INSERT INTO patients (full_name) VALUES ('Many Visits')")
    patient = company.scalar("SELECT max(id) FROM patients")
    company.run("INSERT INTO visit_services (patient_id) SELECT :id FROM generate_series(1, 65600)", id=patient)

    answer = admin.get(f"/admin/patients/delete/?id={patient}")

    assert answer.status_code == 200
    assert "65,600 visits" in answer.get_data(as_text=True)


def test_five_hundred_parents_in_a_condition_cost_a_few_statements(company: Company, admin: Walker) -> None:
    ids = [row.id for row in company.rows("SELECT id FROM patients ORDER BY id LIMIT 500")]

    with statements() as sent:
        answer = admin.get(f"/admin/visit_services/?patient_id__in={','.join(map(str, ids))}")

    assert answer.status_code == 200
    assert "495 more" in answer.get_data(as_text=True)
    assert len(sent) < 30
