"""What a person reads about patients and leads is recorded before the answer leaves, or it is not shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with

from homecare.local.initialise import SERVING

Send = Callable[[], Any]
Prepare = Callable[[Company, Walker, int], Send]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def patient(company: Company) -> int:
    """Somebody with a visit and an invoice for it."""
    return int(company.scalar("SELECT max(patient_id) FROM invoices"))


def name_of(company: Company, patient: int) -> str:
    return str(company.scalar("SELECT full_name FROM patients WHERE id = :id", id=patient))


def invoice_of(company: Company, patient: int) -> int:
    return int(company.scalar("SELECT max(id) FROM invoices WHERE patient_id = :id", id=patient))


def visit_of(company: Company, patient: int) -> int:
    return int(company.scalar("SELECT service_id FROM invoices WHERE id = :id", id=invoice_of(company, patient)))


def is_named(answer: Any, name: str) -> bool:
    """On a page, or in JSON, which writes Ethiopic letters by their numbers."""
    return name in answer.text or json.dumps(name)[1:-1] in answer.text


def read(company: Company, table: str = "patients") -> set[tuple[str, str, int]]:
    """(kind, who, row) of every row of the table that a line names."""
    lines = "SELECT kind, staff_email, unnest(ids) AS id FROM dashboard.reads WHERE resource = :table"
    return {tuple(line) for line in company.rows(lines, table=table)}


def refused_form(company: Company, admin: Walker, patient: int) -> Send:
    url = f"/admin/patients/edit/?id={patient}"
    form = opened_form(admin, url) | {"email": "no address"}
    return lambda: admin.post(url, form)


def conflict(company: Company, admin: Walker, patient: int) -> Send:
    url = f"/admin/patients/edit/?id={patient}"
    form = opened_form(admin, url) | {"address": "Here"}
    company.run("UPDATE patients SET address = 'Somewhere else' || xmin::text WHERE id = :id", id=patient)
    return lambda: admin.post(url, form)


def inline(company: Company, admin: Walker, patient: int) -> Send:
    invoice = invoice_of(company, patient)
    company.run("UPDATE invoices SET status = 'Pending', paid_at = NULL WHERE id = :id", id=invoice)
    form = {"id": invoice, "field": "status", "value": "Paid", "version": company.whole("invoices", invoice).xmin}
    return lambda: admin.post("/admin/invoices/ajax/update/", form | {"columns": "patient_id,status"})


def undo(company: Company, admin: Walker, patient: int) -> Send:
    token = inline(company, admin, patient)().json["undo"]
    form, asks = {"token": token, "columns": "patient_id,status"}, {"Accept": "application/json"}
    headers = asks | {"X-CSRFToken": admin.csrf}
    return lambda: admin.visitor.post("/admin/invoices/undo/", data=form, headers=headers)


def refused_bulk(company: Company, admin: Walker, patient: int) -> Send:
    visit = visit_of(company, patient)
    company.run("UPDATE visit_services SET staff_id = NULL, status = 'Scheduled' WHERE id = :id", id=visit)
    chosen = company.confirmed("visit_services", visit)
    form = {"action": "set", "field": "status", "value": "Completed"} | chosen
    return lambda: admin.post("/admin/visit_services/action/", form)


def bulk_question(company: Company, admin: Walker, patient: int) -> Send:
    form = {"action": "set", "field": "patient_id", "value": patient, "rowid": visit_of(company, patient)}
    return lambda: admin.post("/admin/visit_services/action/", form)


def getting(url: str) -> Prepare:
    def prepare(company: Company, admin: Walker, patient: int) -> Send:
        words = {"patient": patient, "visit": visit_of(company, patient), "name": name_of(company, patient)}
        return lambda: admin.get(url.format(**words))

    return prepare


SURFACES: dict[str, tuple[str, Prepare]] = {
    "list": ("list", getting("/admin/patients/?id__eq={patient}")),
    "a label in another list": ("list", getting("/admin/visit_services/?id__eq={visit}&columns=patient_id")),
    "a chip": ("list", getting("/admin/visit_services/?patient_id__eq={patient}&columns=status")),
    "related tab": ("related", getting("/admin/visit_services/related/?id={visit}&of=invoices&by=service_id")),
    "lookup": ("lookup", getting("/admin/visit_services/ajax/lookup/?name=patient_id&query={name}")),
    "search": ("search", getting("/admin/search/?q={name}")),
    "details": ("details", getting("/admin/patients/details/?id={patient}")),
    "details of a visit": ("details", getting("/admin/visit_services/details/?id={visit}")),
    "form": ("form", getting("/admin/patients/edit/?id={patient}")),
    "form filled beforehand": ("form", getting("/admin/visit_services/new/?patient_id={patient}")),
    "delete question": ("delete", getting("/admin/patients/delete/?id={patient}")),
    "csv": ("export", getting("/admin/patients/export/csv/?id__eq={patient}")),
    "csv of another table": ("export", getting("/admin/visit_services/export/csv/?id__eq={visit}")),
    "refused form": ("form", refused_form),
    "conflict": ("form", conflict),
    "inline edit": ("inline", inline),
    "undo": ("undo", undo),
    "refused bulk": ("bulk", refused_bulk),
    "bulk question": ("bulk", bulk_question),
}
SURFACE = pytest.mark.parametrize(("kind", "prepare"), SURFACES.values(), ids=SURFACES)


@SURFACE
def test_what_shows_a_patient_names_them_and_the_reader(
    company: Company, admin: Walker, patient: int, kind: str, prepare: Prepare
) -> None:
    send = prepare(company, admin, patient)
    company.run("TRUNCATE dashboard.reads")

    answer = send()

    assert is_named(answer, name_of(company, patient))
    assert (kind, "admin@homecare.example", patient) in read(company)


@contextmanager
def nothing_can_be_written(company: Company) -> Iterator[None]:
    company.run(f"REVOKE INSERT ON dashboard.reads FROM {SERVING}")
    try:
        yield
    finally:
        company.run(f"GRANT INSERT ON dashboard.reads TO {SERVING}")


@SURFACE
def test_what_cannot_be_written_down_is_not_shown(
    company: Company, admin: Walker, patient: int, kind: str, prepare: Prepare
) -> None:
    send = prepare(company, admin, patient)

    with nothing_can_be_written(company):
        answer = send()

    assert answer.status_code == 503
    assert not is_named(answer, name_of(company, patient))
    assert "could not be recorded" in answer.text


def test_a_workbook_is_in_the_log_or_is_not_sent(company: Company, admin: Walker, patient: int) -> None:
    url = f"/admin/patients/export/xlsx/?id__eq={patient}"
    with nothing_can_be_written(company):
        assert admin.get(url).status_code == 503
    company.run("TRUNCATE dashboard.reads")

    assert admin.get(url).status_code == 200
    assert ("export", "admin@homecare.example", patient) in read(company)


def test_no_message_of_a_page_that_was_not_shown_waits_for_the_next(company: Company, admin: Walker) -> None:
    company.run("INSERT INTO patients (full_name) VALUES ('Leaving Today')")
    url = f"/admin/patients/delete/?id={company.scalar('SELECT max(id) FROM patients')}"
    form = form_with(admin.get(url).text, "_version")

    with nothing_can_be_written(company):
        assert admin.post(url, form).status_code == 503

    assert "Leaving Today" not in admin.get("/admin/inventory_items/").text
