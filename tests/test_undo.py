"""Undoing changes made in a list, and bulk changes that some rows refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, delete, func, insert, select, text, update

from homecare.models import ChangeSet, Invoice, Patient, Visit

AsRole = Callable[..., Visitor]
PAID = datetime(2026, 3, 9, 12, 0, 0, 123456)


@pytest.fixture(autouse=True)
def patient(owner_engine: Engine) -> int:
    with owner_engine.begin() as connection:
        connection.execute(delete(Invoice))
        connection.execute(delete(Visit))
        added = insert(Patient).values(full_name="Hana Girma").returning(Patient.id)
        return int(connection.execute(added).scalar_one())


@pytest.fixture
def invoices(owner_engine: Engine, patient: int) -> list[int]:
    """One pending, one overdue and one paid long ago."""
    rows = [{"status": "Pending", "paid_at": None}, {"status": "Overdue", "paid_at": None}]
    rows.append({"status": "Paid", "paid_at": PAID})
    with owner_engine.begin() as connection:
        visit = connection.execute(insert(Visit).values(patient_id=patient).returning(Visit.id)).scalar_one()
        one = {"patient_id": patient, "amount": 100, "service_id": visit}
        added = insert(Invoice).returning(Invoice.id, sort_by_parameter_order=True)
        return list(connection.scalars(added, [one | row for row in rows]))


def states(owner_engine: Engine, model: Any = Invoice) -> list[Any]:
    with owner_engine.connect() as connection:
        return list(connection.scalars(select(model.status).order_by(model.id)))


def confirmed(owner_engine: Engine, table: str, ids: list[int]) -> dict[str, Any]:
    """What the question of a bulk change sends on, of the rows as they are now."""
    with owner_engine.connect() as connection:
        found = connection.execute(text(f"SELECT id, xmin::text FROM {table} WHERE id = ANY(:ids)"), {"ids": ids}).all()
    versions = ",".join(f"{row_id}:{version}" for row_id, version in found)
    return {"confirmed": "1", "rowid": [str(one) for one in ids], "versions": versions}


def act(visitor: Visitor, url: str, **form: Any) -> Any:
    return visitor.send(url, form, form_at="/admin/")


def change_all(owner_engine: Engine, visitor: Visitor, ids: list[int], table: str = "invoices", **form: Any) -> Any:
    return act(visitor, f"/admin/{table}/action/", action="set", **confirmed(owner_engine, table, ids), **form)


def token(visitor: Visitor) -> str:
    found = re.search(r'name="token" value="([^"]+)"', visitor.get("/admin/").get_data(as_text=True))
    assert found
    return found[1]


def test_a_change_of_many_is_undone_with_its_times(as_role: AsRole, owner_engine: Engine, invoices: list[int]) -> None:
    clerk = as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")
    assert states(owner_engine) == ["Cancelled"] * 3

    answer = act(clerk, "/admin/invoices/undo/", token=token(clerk))

    assert answer.status_code == 302
    assert states(owner_engine) == ["Pending", "Overdue", "Paid"]
    with owner_engine.connect() as connection:
        assert list(connection.scalars(select(Invoice.paid_at).order_by(Invoice.id))) == [None, None, PAID]
    assert "Undone: 3 invoices as before." in clerk.get("/admin/").get_data(as_text=True)


def test_a_change_is_undone_once(as_role: AsRole, owner_engine: Engine, invoices: list[int]) -> None:
    clerk = as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")
    kept = token(clerk)

    assert [act(clerk, "/admin/invoices/undo/", token=kept).status_code for _ in range(2)] == [302, 409]


def test_what_was_changed_since_is_not_undone(as_role: AsRole, owner_engine: Engine, invoices: list[int]) -> None:
    clerk = as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")
    with owner_engine.begin() as connection:
        connection.execute(update(Invoice).where(Invoice.id == invoices[1]).values(amount=5))

    answer = act(clerk, "/admin/invoices/undo/", token=token(clerk))

    assert answer.status_code == 409
    assert "changed some of the 3 invoices since" in answer.get_data(as_text=True)
    assert states(owner_engine) == ["Cancelled"] * 3


def test_nobody_undoes_what_another_did(as_role: AsRole, owner_engine: Engine, invoices: list[int]) -> None:
    clerk, other = as_role("Finance"), as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")

    assert act(other, "/admin/invoices/undo/", token=token(clerk)).status_code == 409
    assert states(owner_engine) == ["Cancelled"] * 3


def test_the_next_day_is_not_too_late(as_role: AsRole, owner_engine: Engine, invoices: list[int]) -> None:
    clerk = as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")
    with owner_engine.begin() as connection:
        connection.execute(update(ChangeSet).values(made_at=func.timezone("utc", text("now() - interval '25 hours'"))))

    assert act(clerk, "/admin/invoices/undo/", token=token(clerk)).status_code == 302
    assert states(owner_engine) == ["Pending", "Overdue", "Paid"]


def test_a_value_that_no_calendar_holds_offers_no_undo(as_role: AsRole, owner_engine: Engine, patient: int) -> None:
    manager = as_role("Admin")
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE patients SET date_of_birth = 'infinity' WHERE id = :id"), {"id": patient})
    change_all(owner_engine, manager, [patient], "patients", field="date_of_birth", value="1950-03-09")

    page = manager.get("/admin/").get_data(as_text=True)

    assert "1 patient changed: date of birth is 9 Mar 1950." in page
    assert 'name="token"' not in page


def test_an_edit_in_place_answers_with_the_row_and_is_undone(
    as_role: AsRole, owner_engine: Engine, invoices: list[int]
) -> None:
    clerk = as_role("Finance")
    with owner_engine.connect() as connection:
        version = connection.scalar(text("SELECT xmin::text FROM invoices WHERE id = :id"), {"id": invoices[2]})
    sent = {"id": invoices[2], "field": "status", "value": "Pending", "version": version, "columns": "status,paid_at"}

    done = act(clerk, "/admin/invoices/ajax/update/", **sent).json
    back = {"csrf_token": clerk.token("/admin/"), "token": done["undo"], "columns": "status,paid_at"}
    undone = clerk.post("/admin/invoices/undo/", data=back, headers={"Accept": "application/json"}).json

    assert [re.sub("<[^>]+>", "", cell) for cell in done["cells"]] == ["Pending", "—"]
    assert [re.sub("<[^>]+>", "", cell) for cell in undone["cells"]] == ["Paid", "9 Mar 2026 15:00"]
    assert states(owner_engine)[2] == "Paid"


def test_a_status_gets_back_no_time_that_it_did_not_have(
    as_role: AsRole, owner_engine: Engine, invoices: list[int]
) -> None:
    """The other application writes a status without its time, and a time without its status."""
    clerk, states_and_times = as_role("Finance"), select(Invoice.status, Invoice.paid_at).order_by(Invoice.id)
    with owner_engine.begin() as connection:
        connection.execute(update(Invoice).where(Invoice.id == invoices[2]).values(paid_at=None))
        connection.execute(update(Invoice).where(Invoice.id == invoices[0]).values(paid_at=PAID))
        before = connection.execute(states_and_times).all()

    for row_id, status in ((invoices[2], "Overdue"), (invoices[0], "Paid")):
        change_all(owner_engine, clerk, [row_id], field="status", value=status)
        assert act(clerk, "/admin/invoices/undo/", token=token(clerk)).status_code == 302

    with owner_engine.connect() as connection:
        assert connection.execute(states_and_times).all() == before


def test_an_answer_that_cannot_be_given_is_refused_before_anything_is_changed(
    as_role: AsRole, owner_engine: Engine, invoices: list[int]
) -> None:
    clerk = as_role("Finance")
    change_all(owner_engine, clerk, invoices, field="status", value="Cancelled")
    kept = token(clerk)
    with owner_engine.connect() as connection:
        version = connection.scalar(text("SELECT xmin::text FROM invoices WHERE id = :id"), {"id": invoices[0]})
    sent = {"id": invoices[0], "field": "status", "value": "Pending", "version": version, "columns": "nothing"}

    assert act(clerk, "/admin/invoices/ajax/update/", **sent).status_code == 400
    assert act(clerk, "/admin/invoices/undo/", token=kept, columns="nothing").status_code == 400
    assert states(owner_engine) == ["Cancelled"] * 3


@pytest.fixture
def visits(owner_engine: Engine, patient: int, as_role: AsRole) -> list[int]:
    """Two with somebody to make them, one without."""
    staff_id = as_role("Nurse").staff_id
    rows = [{"patient_id": patient, "staff_id": who} for who in (staff_id, None, staff_id)]
    with owner_engine.begin() as connection:
        return list(connection.scalars(insert(Visit).returning(Visit.id), rows))


def test_rows_that_cannot_be_changed_are_named_with_the_reason(
    as_role: AsRole, owner_engine: Engine, visits: list[int]
) -> None:
    answer = change_all(
        owner_engine, as_role("Coordinator"), visits, "visit_services", field="status", value="Completed"
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "1 of 3 visits cannot be changed like this." in page
    assert "A visit that is Completed needs the staff member who makes it." in page
    assert re.findall(r"details/\?id=\d+\">([^<]+)</a>", page) == ["Hana Girma"]
    assert states(owner_engine, Visit) == ["Pending"] * 3


def test_the_others_are_changed_without_those_refused(as_role: AsRole, owner_engine: Engine, visits: list[int]) -> None:
    coordinator = as_role("Coordinator")
    page = change_all(owner_engine, coordinator, visits, "visit_services", field="status", value="Completed").get_data(
        as_text=True
    )
    sent = re.findall(r'name="rowid" value="(\d+)"', page)

    assert "Change the other 2 visits" in page
    change_all(
        owner_engine, coordinator, [int(one) for one in sent], "visit_services", field="status", value="Completed"
    )
    assert states(owner_engine, Visit) == ["Completed", "Pending", "Completed"]


def test_a_parent_that_may_no_longer_be_looked_up_is_not_put_back(
    as_role: AsRole, new_person: Callable[..., tuple[int, str]], owner_engine: Engine, visits: list[int]
) -> None:
    manager, nurse = as_role("Manager"), new_person("Nurse")[0]
    change_all(owner_engine, manager, visits[:1], "visit_services", field="staff_id", value=str(nurse))
    kept, lost = token(manager), "WHERE role = 'Manager' AND resource = 'staff'"
    with owner_engine.begin() as connection:
        connection.execute(text(f"DELETE FROM dashboard.grants {lost}"))

    assert act(manager, "/admin/visit_services/undo/", token=kept).status_code == 403
    with owner_engine.connect() as connection:
        assert connection.scalar(select(Visit.staff_id).where(Visit.id == visits[0])) == nurse
