"""After a deadlock or a lock timeout the action runs again, and its own answer is given."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from new_rows import carer, patient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session
from test_conflicts import a_browser, at_once

from homecare import clock
from homecare.actions.transaction import RETRIES, retried, transaction

BOOKINGS = 8
DAY = clock.today() + timedelta(days=100)
HELD_S = 3.0  # longer than the lock_timeout of a page
FAIL = "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '{}'; END $$"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_of_eight_bookings_of_one_slot_one_is_made_and_seven_are_told_of_it(company: Company, admin: Walker) -> None:
    new, browsers = "/admin/caregiver_assignments/new/", [a_browser(company, admin) for _ in range(BOOKINGS)]
    slot = {
        "staff_id": carer(company),
        "patient_id": patient(company),
        "shift_start": f"{DAY} 08:00",
        "shift_end": f"{DAY} 12:00",
    }
    forms = [opened_form(browser, new) | slot for browser in browsers]

    answers = at_once(*(lambda b=b, f=f: b.post(new, f) for b, f in zip(browsers, forms, strict=True)))

    assert Counter(answer.status_code for answer in answers) == {302: 1, 422: BOOKINGS - 1}
    told = [answer for answer in answers if answer.status_code == 422]
    assert all(f"already has a shift on {DAY.day} {DAY:%b %Y} from 08:00 to 12:00" in answer.text for answer in told)
    assert company.scalar("SELECT count(*) FROM caregiver_assignments WHERE staff_id = :id", id=slot["staff_id"]) == 1


BOOKED = """INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end)
    SELECT staff_id, patient_id, '2032-03-09 05:00', '2032-03-09 09:00'
    FROM caregiver_assignments ORDER BY id LIMIT 1"""
WANTED = "INSERT INTO dashboard.form_tokens (token, staff_id, resource) VALUES (:token, :staff_id, 'events')"


def test_a_booking_that_is_the_victim_of_a_deadlock_is_told_of_the_clash(
    company: Company, admin: Walker, owner_engine: Engine
) -> None:
    staff = company.scalar("SELECT staff_id FROM caregiver_assignments ORDER BY id LIMIT 1")
    slot = {"staff_id": staff, "shift_start": "2032-03-09 08:00", "shift_end": "2032-03-09 12:00"}
    form = opened_form(admin, "/admin/caregiver_assignments/new/?patient_id=1") | slot
    with owner_engine.connect() as other, ThreadPoolExecutor() as pool:
        other.execute(text(BOOKED))
        answer = pool.submit(admin.post, "/admin/caregiver_assignments/new/", form)
        time.sleep(0.5)  # it waits for the other's booking now, and the other for its form's token: a circle
        with other.begin_nested() as wanted:
            other.execute(text(WANTED), {"token": form["_token"], "staff_id": admin.staff_id})
            wanted.rollback()
        other.commit()

    assert answer.result().status_code == 422
    assert "already has a shift on 9 Mar 2032 from 08:00 to 12:00" in answer.result().text


def test_a_save_waits_for_another_program_that_lets_go_of_the_row(
    company: Company, admin: Walker, owner_engine: Engine
) -> None:
    row_id = company.scalar("SELECT min(id) FROM events")
    form = opened_form(admin, f"/admin/events/edit/?id={row_id}") | {"title": "After the other"}
    with owner_engine.begin() as other:
        other.execute(text("SELECT 1 FROM events WHERE id = :id FOR UPDATE"), {"id": row_id})
        threading.Timer(HELD_S, other.get_transaction().rollback).start()  # type: ignore[union-attr]

        answer = admin.post(f"/admin/events/edit/?id={row_id}", form)

    assert answer.status_code == 302
    assert company.whole("events", row_id).row["title"] == "After the other"


def test_an_undo_that_met_a_lock_uses_its_token_once(company: Company, admin: Walker, owner_engine: Engine) -> None:
    row_id = company.scalar("SELECT max(id) FROM events")
    before = company.whole("events", row_id)
    sent = {"id": row_id, "field": "title", "value": "Undone soon", "version": before.xmin}
    token = admin.post("/admin/events/ajax/update/", sent).json["undo"]
    with owner_engine.begin() as other:
        other.execute(text("SELECT 1 FROM events WHERE id = :id FOR UPDATE"), {"id": row_id})
        threading.Timer(HELD_S, other.get_transaction().rollback).start()  # type: ignore[union-attr]

        assert admin.post("/admin/events/undo/", {"token": token}).status_code == 302

    assert company.whole("events", row_id).row["title"] == before.row["title"]
    assert admin.post("/admin/events/undo/", {"token": token}).status_code == 409


@pytest.mark.parametrize(
    ("state", "runs"), [("40P01", 1 + RETRIES), ("40001", 1 + RETRIES), ("55P03", 1 + RETRIES), ("23505", 1)]
)
def test_what_fails_each_time_is_tried_so_often(db_session: scoped_session[Session], state: str, runs: int) -> None:
    tried = []

    @retried
    def action(*, session: Session) -> None:
        with transaction(session, by=None):
            tried.append(state)
            session.execute(text(FAIL.format(state)))

    with pytest.raises(DBAPIError):
        action(session=db_session())
    assert len(tried) == runs


def test_nothing_of_a_failed_run_is_left(db_session: scoped_session[Session]) -> None:
    tried = []

    @retried
    def action(*, session: Session) -> int:
        with transaction(session, by=None):
            session.execute(text("INSERT INTO lead_sources (name) VALUES ('Tried and tried again')"))
            tried.append(1)
            if len(tried) <= RETRIES:
                session.execute(text(FAIL.format("40P01")))
            return int(session.scalar(text("SELECT count(*) FROM lead_sources WHERE name LIKE 'Tried%'")) or 0)

    assert action(session=db_session()) == 1
