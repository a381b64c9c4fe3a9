"""What a visit costs is set by who may, kept in the trail, and asked about where an invoice goes far beyond it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with
from test_booking_settings import id_of, sent
from test_questions import boxes
from test_times_of_statuses import in_bulk, in_place

from homecare import clock

PAGE, NEW, EDIT, REMOVE = (f"/admin/tariffs/{path}" for path in ("", "new", "edit", "remove"))
TODAY = clock.today().isoformat()


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _none_set(company: Company) -> None:
    company.run("DELETE FROM dashboard.tariffs")


def tariff(**changed: str) -> dict[str, str]:
    return {"role": "Nurse", "purpose": "", "amount": "1,250.50", "valid_from": "2020-01-01"} | changed


def stored(company: Company, **changed: Any) -> int:
    """A tariff that was set already; its id."""
    values = {"role": "Nurse", "purpose": "", "amount": 1000, "valid_from": "2020-01-01"} | changed
    company.run(
        "INSERT INTO dashboard.tariffs (role, purpose, amount, valid_from) "
        "VALUES (:role, :purpose, :amount, CAST(:valid_from AS date))",
        **values,
    )
    return int(company.scalar("SELECT max(id) FROM dashboard.tariffs"))


def amounts(company: Company) -> list[Decimal]:
    return [row.amount for row in company.rows("SELECT amount FROM dashboard.tariffs ORDER BY id")]


def version(company: Company, row_id: int) -> str:
    return str(company.scalar("SELECT xmin::text FROM dashboard.tariffs WHERE id = :id", id=row_id))


def token_of(answer: Any, walker: Walker) -> str:
    """Follows the answer; the undo that is offered then, the newest of several."""
    assert answer.status_code == 302, answer.text
    found = re.findall(
        r'action="/admin/tariffs/undo/".*?name="token" value="([^"]+)"', walker.get(PAGE).text, re.DOTALL
    )
    assert found, "no undo is offered"
    return str(found[-1])


def undo_of(answer: Any, walker: Walker) -> Any:
    return walker.post(f"{PAGE}undo/", {"token": token_of(answer, walker)})


RIGHTS = {
    "Admin": (200, 302, 302, 302),
    "Finance": (200, 302, 302, 403),
    "Manager": (200, 403, 302, 403),
    "Coordinator": (200, 403, 403, 403),
    "Nurse": (403, 403, 403, 403),
    "Marketing": (403, 403, 403, 403),
    "Auditor": (403, 403, 403, 403),
}


@pytest.mark.parametrize("role", RIGHTS)
def test_each_role_does_what_its_level_says_and_sees_no_more(company: Company, role: str) -> None:
    walker, row_id = company.as_(role), stored(company)
    page, form = walker.get(PAGE), walker.get(f"{EDIT}?id={row_id}")
    added = walker.post(NEW, tariff(valid_from=TODAY))
    changed = walker.post(f"{EDIT}?id={row_id}", tariff() | {"version": version(company, row_id)})
    removed = walker.post(REMOVE, {"id": row_id, "version": version(company, row_id)})

    told = tuple(answer.status_code for answer in (page, added, changed, removed))
    assert told == RIGHTS[role]
    assert len(amounts(company)) == 1 + (told[1] == 302) - (told[3] == 302)
    shown = (f'action="{NEW}"' in page.text, f"{EDIT}?id=" in page.text, f'action="{REMOVE}"' in form.text)
    assert shown == tuple(status == 302 for status in told[1:])
    assert form.status_code == (200 if told[2] == 302 else 403)


def test_the_menu_has_it_among_billing(company: Company) -> None:
    menu = company.as_("Finance").get("/admin/").text
    billing = menu[menu.index('data-group="Billing and stock"') :]

    assert 'href="/admin/tariffs/"' in billing[: billing.index("</details>")]
    assert menu.count('href="/admin/tariffs/"') == 1
    assert 'href="/admin/tariffs/"' not in company.as_("Nurse").get("/admin/").text


WRONG = [
    ("role", "Wizard", "Choose a role that gives care."),
    ("role", "Finance", "Choose a role that gives care."),
    ("role", "", "Choose a role that gives care."),
    ("purpose", "Singing", "is not in the list of purposes"),
    ("amount", "", "This is needed."),
    ("amount", "0", "A tariff is more than zero."),
    ("amount", "-3", "zero or more"),
    ("amount", "1,5", "write 1.5 or 15"),
    ("amount", "12345678901234", "The number is too large."),
    ("amount", "NaN", "Write a number"),
    ("valid_from", "", "This is needed."),
    ("valid_from", "soon", ""),
    ("valid_from", "1999-12-31", "Write a day from 2000"),
    ("valid_from", "2150-12-31", "Write a day from 2000"),
    ("valid_from", "9999-12-31", "Write a year"),
    ("valid_from", "2020-01-01", "There is a tariff of this role and purpose from that day already."),
]


@pytest.mark.parametrize(("field", "typed", "sentence"), WRONG)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    company: Company, field: str, typed: str, sentence: str
) -> None:
    stored(company, role=" nurse")
    sent = tariff(purpose="Wound care", valid_from=TODAY) | {field: typed}
    if sentence.startswith("There is a tariff"):
        sent |= {"purpose": ""}

    answer = company.as_("Finance").post(NEW, sent)

    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">([^<]*)<', answer.text)
    assert error
    assert sentence in error[1]
    assert f'value="{sent["amount"]}"' in answer.text
    assert f'value="{sent["valid_from"]}"' in answer.text
    assert len(amounts(company)) == 1


def test_adding_changing_and_removing_are_taken_back(company: Company, admin: Walker) -> None:
    finance = company.as_("Finance")
    assert undo_of(finance.post(NEW, tariff()), finance).status_code == 302
    assert amounts(company) == []

    row_id = stored(company)
    changed = admin.post(f"{EDIT}?id={row_id}", tariff() | {"version": version(company, row_id)})
    assert amounts(company) == [Decimal("1250.50")]
    assert undo_of(changed, admin).status_code == 302
    assert amounts(company) == [1000]

    removed = admin.post(REMOVE, {"id": row_id, "version": version(company, row_id)})
    assert amounts(company) == []
    assert undo_of(removed, admin).status_code == 302
    assert amounts(company) == [1000]


def test_who_may_no_longer_change_tariffs_takes_no_change_back(company: Company) -> None:
    manager, row_id = company.as_("Manager"), stored(company)
    token = token_of(manager.post(f"{EDIT}?id={row_id}", tariff() | {"version": version(company, row_id)}), manager)
    grant = "dashboard.grants SET level = '{}' WHERE role = 'Manager' AND resource = 'page:tariffs'"
    for level, status in (("view", 403), ("edit", 302)):
        company.run(f"UPDATE {grant.format(level)}")
        company.run("UPDATE dashboard.policy_state SET version = version + 1")
        assert manager.post(f"{PAGE}undo/", {"token": token}).status_code == status
    assert amounts(company) == [1000]


def test_what_somebody_else_changed_is_not_overwritten(company: Company, admin: Walker) -> None:
    row_id = stored(company)
    opened = version(company, row_id)
    company.run("UPDATE dashboard.tariffs SET amount = 1100")

    answers = [
        admin.post(f"{EDIT}?id={row_id}", tariff(amount="1300") | {"version": opened}),
        admin.post(REMOVE, {"id": row_id, "version": opened}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert "it is ETB 1,100.00 from 1 Jan 2020 on now" in answers[0].text
    assert 'value="1300"' in answers[0].text
    assert amounts(company) == [1100]
    assert admin.post(f"{EDIT}?id={row_id}", form_with(answers[0].text, "valid_from")).status_code == 302
    assert amounts(company) == [1300]


@pytest.mark.parametrize("path", [f"{EDIT}?id=x", f"{EDIT}?id=999999", f"{EDIT}?id="])
def test_a_tariff_that_is_not_there_is_not_found(admin: Walker, path: str) -> None:
    assert admin.get(path).status_code == 404
    assert admin.post(path, tariff()).status_code == 404


def a_visit(company: Company, role: str = "Nurse", day: str = "2026-03-09", purpose: str = "") -> int:
    """Completed, by somebody of that role, at 01:00 of that day in Addis, which is the day before in UTC."""
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status, check_in_time, check_out_time) "
        "SELECT p.id, s.id, m.at, 'Completed', m.at, m.at + interval '1 hour' "
        "FROM (SELECT min(id) AS id FROM patients) p, (SELECT min(id) AS id FROM staff WHERE role = :role) s, "
        "(SELECT CAST(:day AS date) - interval '2 hours' AS at) m",
        role=role,
        day=day,
    )
    row_id = int(company.scalar("SELECT max(id) FROM visit_services"))
    if purpose:
        company.run("INSERT INTO dashboard.visit_plans (visit_id, purpose) VALUES (:id, :p)", id=row_id, p=purpose)
    return row_id


def offered(walker: Walker, visit: int) -> Any:
    """What choosing this visit in a new invoice fills in."""
    found = walker.get("/admin/invoices/ajax/lookup/", name="service_id", query=f"#{visit}").json
    return next(fills for key, _, fills in found if key == visit)


PRICES = [
    # what is set, the visit, what it costs
    ([{"amount": 1000}], {}, "1000.00"),
    ([{"amount": 1000}, {"amount": 1200, "valid_from": "2026-03-09"}], {}, "1200.00"),
    ([{"amount": 1000}, {"amount": 1200, "valid_from": "2026-03-10"}], {}, "1000.00"),
    ([{"amount": 1000, "valid_from": "2026-03-10"}], {}, ""),
    ([{"amount": 1000, "role": "Doctor"}], {}, ""),
    ([{"amount": 1000, "role": " nurse"}], {}, "1000.00"),
    ([{"amount": 700, "purpose": "Wound care"}, {"amount": 1000, "valid_from": "2025-01-01"}],
     {"purpose": "Wound care"}, "700.00"),
    ([{"amount": 700, "purpose": "Wound care"}, {"amount": 1000}], {"purpose": "Medication"}, "1000.00"),
    ([{"amount": 700, "purpose": "Wound care"}], {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("held", "visit", "cost"), PRICES)
def test_the_tariff_of_the_visits_own_day_role_and_purpose_is_filled_in(
    company: Company, held: list[dict[str, Any]], visit: dict[str, str], cost: str
) -> None:
    for one in held:
        stored(company, **one)
    finance, row_id = company.as_("Finance"), a_visit(company, **visit)

    assert offered(finance, row_id)["amount"] == [cost, ""]
    assert opened_form(finance, f"/admin/invoices/new/?service_id={row_id}")["amount"] == cost


def test_an_empty_amount_is_filled_when_it_is_saved_and_a_typed_one_is_kept(company: Company) -> None:
    stored(company)
    finance = company.as_("Finance")
    for typed, saved in (("", 1000), ("  ", 1000), ("850", 850)):
        visit = a_visit(company)
        patient = company.scalar("SELECT patient_id FROM visit_services WHERE id = :id", id=visit)
        form = opened_form(finance, "/admin/invoices/new/")
        form |= {"service_id": str(visit), "patient_id": str(patient), "amount": typed}

        assert finance.post("/admin/invoices/new/", form).status_code == 302
        assert company.scalar("SELECT amount FROM invoices WHERE service_id = :id", id=visit) == saved


def test_where_there_is_no_tariff_an_empty_amount_is_told(company: Company) -> None:
    finance, visit = company.as_("Finance"), a_visit(company)
    form = opened_form(finance, "/admin/invoices/new/") | {"service_id": str(visit), "amount": ""}

    for service in (str(visit), "", "x", "999999999"):
        answer = finance.post("/admin/invoices/new/", form | {"service_id": service})
        assert answer.status_code == 422
        assert 'id="amount-error"' in answer.text


def test_a_saved_invoice_keeps_its_amount(company: Company, admin: Walker) -> None:
    stored(company)
    row_id = company.scalar("SELECT max(id) FROM invoices")
    url = f"/admin/invoices/edit/?id={row_id}"

    assert admin.post(url, opened_form(admin, url) | {"amount": ""}).status_code == 422
    found = admin.get("/admin/invoices/ajax/lookup/", name="service_id", query="", row=row_id).json
    assert all("amount" not in fills for _, _, fills in found)


def billed(company: Company, amount: int) -> int:
    """An invoice of a visit of a nurse."""
    visit = a_visit(company)
    company.run(
        "INSERT INTO invoices (patient_id, service_id, amount) SELECT patient_id, id, :amount FROM visit_services "
        "WHERE id = :id", id=visit, amount=amount,
    )  # fmt: skip
    return int(company.scalar("SELECT max(id) FROM invoices"))


def by_edit(company: Company, walker: Walker, table: str, row_id: int, **columns: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    return walker.post(url, opened_form(walker, url) | columns)


@pytest.mark.parametrize("way", [by_edit, in_place, in_bulk])
@pytest.mark.parametrize(
    ("changed", "asks"),
    [
        ({"amount": "3000"}, ""),
        ({"amount": "3000.01"}, "The amount is over ETB 3,000.00, three times the tariff of this visit."),
        ({"amount": "0"}, "The amount is zero."),
        ({"paid_at": "2090-01-01T10:00"}, "The time of payment is in the future."),
    ],
)
def test_an_unlikely_invoice_is_asked_wherever_it_is_written(
    company: Company, way: Any, changed: dict[str, str], asks: str
) -> None:
    stored(company)
    row_id = billed(company, 900)

    answer = way(company, company.as_("Finance"), "invoices", row_id, **changed)

    text = answer.json["error"] if way is in_place and asks else answer.get_data(as_text=True)
    assert answer.status_code == (422 if asks else 200 if way is in_place else 302), text
    assert asks in text
    assert (company.whole("invoices", row_id).row["amount"] == 900) is (bool(asks) or "amount" not in changed)


def test_a_question_about_the_tariff_is_answered(company: Company) -> None:
    stored(company)
    finance, row_id = company.as_("Finance"), billed(company, 900)
    answer = by_edit(company, finance, "invoices", row_id, amount="4000")
    kept = form_with(answer.get_data(as_text=True), "_token") | {"_sure": boxes(answer)}

    assert finance.post(f"/admin/invoices/edit/?id={row_id}", kept).status_code == 302
    assert company.whole("invoices", row_id).row["amount"] == 4000


def test_renamed_purposes_take_their_tariffs_along_also_where_two_change_places(
    company: Company, admin: Walker
) -> None:
    stored(company, purpose="Wound care", amount=700)
    stored(company, purpose="Medication", amount=800)
    ids = [id_of(company.engine, word) for word in ("Wound care", "Medication")]
    names = dict(zip((f"word.{row_id}" for row_id in ids), ("Medication", "Wound care"), strict=True))

    assert admin.post("/admin/assign/settings/words", sent(company.engine, "purpose", **names)).status_code == 302

    held = company.rows("SELECT purpose, amount FROM dashboard.tariffs ORDER BY amount")
    assert [tuple(row) for row in held] == [("Medication", 700), ("Wound care", 800)]
