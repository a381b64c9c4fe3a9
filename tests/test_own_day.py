"""One's own day: the next visit as the role may read it, its check-in and check-out, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clusters import Database
from doors import Company, opened
from flask import Flask
from sqlalchemy import Engine

from homecare.queries.workdays.own_visit import OwnVisit

CHECK = "/admin/assign/own/check"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def planned(
    company: Company, role: str, *, minutes: int = 0, patient: int | None = None, status: str = "Scheduled"
) -> int:
    """A visit of that role's person, so many minutes from now; the person's others of these days are put aside."""
    patient = patient or company.scalar("SELECT min(id) FROM patients WHERE geolocation IS NOT NULL")
    values = {"patient": patient, "staff": company.as_(role).staff_id, "status": status}
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
        "VALUES (:patient, :staff, :at, :status)",
        at=utc_now() + timedelta(minutes=minutes), **values,
    )  # fmt: skip
    return int(company.scalar("SELECT max(id) FROM visit_services"))


@pytest.fixture(autouse=True)
def _free_days(company: Company) -> None:
    """Nobody has anything planned or going on."""
    company.run(
        "UPDATE visit_services SET scheduled_at = scheduled_at - interval '60 days', check_in_time = NULL, "
        "check_out_time = NULL, status = 'Cancelled' "
        "WHERE scheduled_at > timezone('utc', now()) - interval '2 days' OR status = 'In Progress'"
    )


def moment(company: Company, visit: int) -> Any:
    return company.rows(
        "SELECT kind, told_at, received_at, metres, staff_id FROM dashboard.check_moments WHERE visit_id = :id "
        "ORDER BY kind", id=visit,
    )  # fmt: skip


def sent(company: Company, role: str, visit: int, kind: str = "in", **more: Any) -> Any:
    walker = company.as_(role)
    data = {"visit_id": visit, "kind": kind, **more}
    return walker.visitor.post(CHECK, data=data, headers=JSON | {"X-CSRFToken": walker.csrf})


def row(company: Company, visit: int) -> dict[str, Any]:
    found: dict[str, Any] = company.whole("visit_services", visit).row
    return found


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_the_next_visit_stands_on_the_day_and_at_home(company: Company, role: str) -> None:
    visit = planned(company, role, minutes=5)

    for url in ("/admin/assign/own/", "/admin/"):
        page = company.as_(role).get(url)
        assert page.status_code == 200
        assert f'data-check="in:{visit}"' in page.text


def test_a_card_has_what_the_role_may_read(company: Company) -> None:
    patient = company.scalar("SELECT min(id) FROM patients WHERE geolocation IS NOT NULL")
    company.run(
        "UPDATE patients SET emergency_contact = 'Tigist 0911000777', address = 'By the mill' WHERE id = :id",
        id=patient,
    )
    for role in ("Nurse", "Caregiver"):
        planned(company, role, minutes=5)
    nurse, caregiver = (company.as_(role).get("/admin/assign/own/").text for role in ("Nurse", "Caregiver"))

    assert "Tigist 0911000777" in nurse
    assert "Tigist" not in caregiver
    assert "Emergency contact" in nurse
    assert "Emergency contact" not in caregiver
    assert "By the mill" in caregiver
    assert 'href="geo:' in caregiver


def test_the_note_of_the_visit_before_is_ones_own(company: Company) -> None:
    before = planned(company, "Nurse", minutes=-3000)
    others = planned(company, "Doctor", minutes=-2000)
    for visit, note in ((before, "Dressing changed"), (others, "Only the doctor")):
        company.run(
            "UPDATE visit_services SET status = 'Completed', check_in_time = scheduled_at, "
            "check_out_time = scheduled_at, visit_notes = :note WHERE id = :id", id=visit, note=note,
        )  # fmt: skip
    planned(company, "Nurse", minutes=5)

    page = company.as_("Nurse").get("/admin/assign/own/").text

    assert "Dressing changed" in page
    assert "Only the doctor" not in page


def test_a_check_in_sets_time_status_and_both_moments(company: Company) -> None:
    visit = planned(company, "Caregiver")
    told = utc_now() - timedelta(minutes=30)
    answer = sent(company, "Caregiver", visit, at=told.isoformat() + "Z")

    assert answer.status_code == 200, answer.text
    assert row(company, visit)["status"] == "In Progress"
    assert row(company, visit)["check_in_time"] == told.isoformat()
    [kept] = moment(company, visit)
    assert kept.told_at == told
    assert abs(kept.received_at - utc_now()) < timedelta(seconds=30)
    assert kept.staff_id == company.as_("Caregiver").staff_id


def test_sent_twice_is_once(company: Company) -> None:
    visit = planned(company, "Caregiver")
    told = (utc_now() - timedelta(minutes=3)).isoformat() + "Z"
    first = sent(company, "Caregiver", visit, at=told)
    before = company.whole("visit_services", visit)
    second = sent(company, "Caregiver", visit, at=told)

    assert (first.json["again"], second.json["again"]) == (False, True)
    assert company.whole("visit_services", visit) == before
    assert len(moment(company, visit)) == 1


def ago(minutes: int) -> str:
    return (utc_now() - timedelta(minutes=minutes)).isoformat() + "Z"


def test_of_several_check_ins_the_first_stands_in_whichever_order_they_arrive(company: Company) -> None:
    early, late = ago(20), ago(5)
    for order in ((early, late), (late, early)):
        visit = planned(company, "Caregiver")
        answers = [sent(company, "Caregiver", visit, at=told).json for told in order]

        assert row(company, visit)["check_in_time"] + "Z" == early
        assert [one.told_at.isoformat() + "Z" for one in moment(company, visit)] == [early]
        assert [one["at"] for one in answers] == [order[0], early]


def test_an_earlier_moment_is_taken_after_the_visit_ended(company: Company) -> None:
    visit = planned(company, "Nurse", minutes=-60)
    sent(company, "Nurse", visit, at=ago(40))
    sent(company, "Nurse", visit, "out", at=ago(5), visit_notes="Washed")

    begun, ended = sent(company, "Nurse", visit, at=ago(50)), sent(company, "Nurse", visit, "out", at=ago(10))

    assert (begun.status_code, ended.status_code) == (200, 200), (begun.text, ended.text)
    assert (begun.json["again"], ended.json["again"]) == (False, False)
    now = row(company, visit)
    assert now["check_in_time"] < now["check_out_time"] < (utc_now() - timedelta(minutes=9)).isoformat()
    assert (now["status"], now["visit_notes"]) == ("Completed", "Washed")


def test_a_visit_that_was_missed_and_goes_on_has_no_reason_any_more(company: Company) -> None:
    visit = planned(company, "Caregiver", status="Missed")
    company.run("INSERT INTO dashboard.visit_plans (visit_id, ending_reason) VALUES (:id, 'Other')", id=visit)

    assert sent(company, "Caregiver", visit).status_code == 200
    assert row(company, visit)["status"] == "In Progress"
    assert company.scalar("SELECT ending_reason FROM dashboard.visit_plans WHERE visit_id = :id", id=visit) == ""


def test_what_the_office_wrote_stands_and_the_phones_moment_is_kept_beside_it(company: Company) -> None:
    visit = planned(company, "Caregiver", minutes=-60)
    sent(company, "Caregiver", visit, at=ago(10))
    company.run("UPDATE visit_services SET check_in_time = :at WHERE id = :id", id=visit, at=ago(15)[:-1])
    before = company.whole("visit_services", visit)

    answer = sent(company, "Caregiver", visit, at=ago(30))
    details = f"/admin/visit_services/details/?id={visit}"

    assert "as the office wrote it" in answer.json["done"]
    assert answer.json["again"] is True
    assert company.whole("visit_services", visit) == before
    [kept] = moment(company, visit)
    assert kept.received_at - kept.told_at >= timedelta(minutes=29)
    assert "Check-in told by phone" in company.as_("Coordinator").get(details).text
    assert "Check-in told by phone" not in company.as_("Caregiver").get(details).text


def test_a_check_out_takes_its_notes_and_completes(company: Company) -> None:
    visit = planned(company, "Nurse", minutes=-60)
    sent(company, "Nurse", visit, at=(utc_now() - timedelta(minutes=50)).isoformat() + "Z")
    answer = sent(company, "Nurse", visit, "out", visit_notes="ቁስሉ ታጥቧል, it's better")

    assert answer.status_code == 200, answer.text
    assert row(company, visit)["status"] == "Completed"
    assert row(company, visit)["visit_notes"] == "ቁስሉ ታጥቧል, it's better"
    assert [one.kind for one in moment(company, visit)] == ["in", "out"]


def test_a_moment_in_the_future_is_refused(company: Company) -> None:
    visit = planned(company, "Caregiver")
    answer = sent(company, "Caregiver", visit, at=(utc_now() + timedelta(minutes=5)).isoformat() + "Z")

    assert answer.status_code == 422
    assert "in the future" in answer.json["error"]
    assert row(company, visit)["check_in_time"] is None
    assert moment(company, visit) == []


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [("Cancelled", "in", "cancelled"), ("Scheduled", "out", "Check in first")],
)
def test_a_check_that_does_not_fit_is_refused(company: Company, status: str, kind: str, sentence: str) -> None:
    visit = planned(company, "Caregiver", status=status)
    answer = sent(company, "Caregiver", visit, kind)

    assert answer.status_code == 422
    assert sentence in answer.json["error"]
    assert row(company, visit)["status"] == status


def test_a_check_out_before_its_check_in_is_refused(company: Company) -> None:
    visit = planned(company, "Caregiver")
    sent(company, "Caregiver", visit, at=(utc_now() - timedelta(minutes=5)).isoformat() + "Z")
    answer = sent(company, "Caregiver", visit, "out", at=(utc_now() - timedelta(minutes=9)).isoformat() + "Z")

    assert answer.status_code == 422
    assert row(company, visit)["check_out_time"] is None


@pytest.mark.parametrize("role", ["Caregiver", "Coordinator", "Admin"])
def test_nobody_checks_in_for_another(company: Company, role: str) -> None:
    visit = planned(company, "Nurse")
    answer = sent(company, role, visit)

    assert answer.status_code == 404
    assert row(company, visit)["check_in_time"] is None


@pytest.mark.parametrize("role", ["Marketing", "Finance", "Inventory", "Auditor"])
def test_the_day_is_shut_to_who_has_no_schedule(company: Company, role: str) -> None:
    visit = planned(company, role)

    assert company.as_(role).get("/admin/assign/own/").status_code == 403
    assert sent(company, role, visit).status_code == 403
    assert row(company, visit)["check_in_time"] is None


def test_who_sees_everything_has_a_day_too(company: Company) -> None:
    visit = planned(company, "Coordinator", minutes=5)

    assert f'data-check="in:{visit}"' in company.as_("Coordinator").get("/admin/assign/own/").text
    assert sent(company, "Coordinator", visit).status_code == 200


@pytest.mark.parametrize(
    "bad", [{"at": "yesterday"}, {"at": "2026-11-25T06:00:00"}, {"visit_id": "x"}, {"kind": "up"},
            {"latitude": "NaN", "longitude": "1"}, {"latitude": "٩", "longitude": "1"},
            {"latitude": "1_0", "longitude": "1"}, {"latitude": "91", "longitude": "1"},
            {"at": "9999-12-31T23:59:59-14:00"}],
)  # fmt: skip
def test_what_cannot_be_read_is_named(company: Company, bad: dict[str, str]) -> None:
    visit = planned(company, "Caregiver")
    answer = sent(
        company,
        "Caregiver",
        **{"visit": visit, "kind": "in"} | {("visit" if k == "visit_id" else k): v for k, v in bad.items()},
    )

    assert answer.status_code == 400
    assert answer.json["error"]
    assert moment(company, visit) == []


def test_the_distance_is_kept_and_the_place_is_not(company: Company) -> None:
    near, far = planned(company, "Caregiver"), planned(company, "Caregiver", minutes=1)
    [place] = company.rows(
        "SELECT ST_Y(geolocation::geometry) AS lat, ST_X(geolocation::geometry) AS lon, full_name FROM patients p "
        "JOIN visit_services v ON v.patient_id = p.id WHERE v.id = :id", id=near,
    )  # fmt: skip
    sent(company, "Caregiver", near, latitude=place.lat, longitude=place.lon)
    sent(company, "Caregiver", far, latitude=place.lat + 0.02, longitude=place.lon)
    expected = company.scalar(
        "SELECT round(ST_Distance(geolocation, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography)) FROM patients p "
        "JOIN visit_services v ON v.patient_id = p.id WHERE v.id = :id", id=far, lat=place.lat + 0.02, lon=place.lon,
    )  # fmt: skip

    assert moment(company, near)[0].metres == 0
    assert moment(company, far)[0].metres == int(expected) > 2000
    listed = company.as_("Coordinator").get("/admin/assign/own/far").text
    assert f"id={far}" in listed
    assert f'id={near}"' not in listed
    assert company.as_("Caregiver").get("/admin/assign/own/far").status_code == 403


def test_a_check_in_is_in_the_trail_with_who_did_it(company: Company) -> None:
    visit = planned(company, "Nurse")
    sent(company, "Nurse", visit)

    [change] = company.rows(
        "SELECT s.label, s.staff_id FROM dashboard.changes c JOIN dashboard.change_sets s ON s.id = c.change_set "
        "WHERE c.resource = 'visit_services' AND c.row_id = :id AND s.label = 'Check-in'", id=visit,
    )  # fmt: skip
    assert change.staff_id == company.as_("Nurse").staff_id


def test_a_check_in_by_a_form_answers_without_a_script(company: Company) -> None:
    visit = planned(company, "Caregiver")
    answer = company.as_("Caregiver").post(CHECK, {"visit_id": visit, "kind": "in"})

    assert answer.status_code == 302
    assert row(company, visit)["status"] == "In Progress"


def test_an_early_check_in_is_asked_about_without_a_script(company: Company) -> None:
    visit = planned(company, "Caregiver", minutes=70)
    asked = company.as_("Caregiver").post(CHECK, {"visit_id": visit, "kind": "in"})

    assert asked.status_code == 409
    assert "in more than an hour" in asked.text
    assert 'name="early" value="1"' in asked.text
    assert row(company, visit)["check_in_time"] is None
    assert moment(company, visit) == []
    answer = company.as_("Caregiver").post(CHECK, {"visit_id": visit, "kind": "in", "early": "1"})
    assert answer.status_code == 302
    assert row(company, visit)["status"] == "In Progress"


@pytest.mark.parametrize(("minutes", "status"), [(61, 409), (59, 200)])
def test_a_check_in_is_one_touch_from_an_hour_before(company: Company, minutes: int, status: int) -> None:
    visit = planned(company, "Caregiver", minutes=minutes)
    answer = sent(company, "Caregiver", visit)

    assert answer.status_code == status
    assert answer.json.get("asked") == ("early" if status == 409 else None)


@pytest.mark.parametrize("hours", [-5, 5])
def test_the_work_of_a_night_lies_on_both_sides_of_midnight(company: Company, hours: int) -> None:
    visit = planned(company, "Nurse", minutes=hours * 60)
    page = company.as_("Nurse").get("/admin/assign/own/").text

    assert f'name="visit_id" value="{visit}"' in page


@pytest.mark.parametrize("days", [20, 2, -2, -50])
def test_a_visit_of_another_day_is_not_checked_into(company: Company, days: int) -> None:
    visit = planned(company, "Caregiver", minutes=days * 24 * 60)

    answer = sent(company, "Caregiver", visit, early=1)

    assert answer.status_code == 422
    assert "not for today" in answer.json["error"]
    assert row(company, visit)["check_in_time"] is None


def test_a_second_check_out_does_not_write_over_the_notes(company: Company) -> None:
    visit = planned(company, "Nurse")
    sent(company, "Nurse", visit)
    assert sent(company, "Nurse", visit, "out", visit_notes="First").status_code == 200

    assert sent(company, "Nurse", visit, "out", visit_notes="First").json["again"] is True
    assert sent(company, "Nurse", visit, "out", visit_notes="Second").status_code == 422
    assert row(company, visit)["visit_notes"] == "First"


def test_a_moment_at_the_end_of_the_calendar_is_refused(company: Company) -> None:
    assert sent(company, "Caregiver", planned(company, "Caregiver"), at="9999-12-31T23:59:00Z").status_code == 422


@pytest.mark.parametrize(("minutes", "said"), [(45, "45 min"), (60, "1 h"), (90, "1.5 h"), (240, "4 h"), (None, "")])
def test_a_length_is_said_in_hours_from_one_hour_on(minutes: int | None, said: str) -> None:
    visit = OwnVisit(1, 1, "Abebe", None, None, None, "Scheduled", minutes=minutes)

    assert visit.length == said
