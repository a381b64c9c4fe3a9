"""A lead becomes a patient: filled, linked and set to Converted in one go, once, by who may."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import Any

import pytest
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker, opened_form
from playwright.sync_api import Page, expect
from test_conflicts import a_browser, at_once
from test_questions import boxes
from test_times_of_statuses import by_form, in_bulk, in_place

from homecare import clock

NEW = "/admin/patients/new/"
PHONE, EMAIL = "+251911000321", "selam.lead@example.com"
BUTTON = "Convert to patient"
QUESTION = "No patient comes from this lead."


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def lead(company: Company) -> int:
    """Qualified, from Facebook and the first campaign; what earlier tests made of her is gone."""
    company.run("DELETE FROM patients WHERE phone_number = :phone OR lower(email) = :email", phone=PHONE, email=EMAIL)
    company.run("DELETE FROM marketing_leads WHERE email = :email", email=EMAIL)
    source = "(SELECT id FROM lead_sources WHERE name = 'Facebook')"
    made = (
        "INSERT INTO marketing_leads (full_name, phone_number, email, status, lead_source_id, campaign_id) "
        f"SELECT 'Selam Haile', '{PHONE}', '{EMAIL}', 'Qualified', {source}, min(id) FROM marketing_campaigns"
    )
    company.run(made)
    return int(company.scalar("SELECT max(id) FROM marketing_leads"))


def form_of(walker: Walker, lead: int, **more: str) -> dict[str, str]:
    return opened_form(walker, f"{NEW}?marketing_lead_id={lead}") | more


def patients_of(company: Company, lead: int) -> int:
    return int(company.scalar("SELECT count(*) FROM patients WHERE marketing_lead_id = :lead", lead=lead))


def status_of(company: Company, lead: int) -> Any:
    return tuple(company.rows("SELECT status, converted_to_patient_at FROM marketing_leads WHERE id = :id", id=lead)[0])


def panel(page: str) -> str:
    """What is said of others who may be the same person, without marks."""
    found = re.search(r'<section class="same-people".*?</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", "", found[0]).split()) if found else ""


@pytest.mark.parametrize("role", ["Admin", "Manager", "Coordinator"])
def test_the_form_knows_what_the_lead_knows_and_saves_both_in_one_go(company: Company, lead: int, role: str) -> None:
    walker = company.as_(role)
    form = form_of(walker, lead)

    assert (form["full_name"], form["phone_number"], form["email"]) == ("Selam Haile", "0911 000 321", EMAIL)
    assert (form["source"], form["acquisition_channel"]) == ("Facebook", "")
    assert int(form["initial_campaign_id"]) == company.scalar("SELECT min(id) FROM marketing_campaigns")
    assert walker.post(NEW, form).status_code == 302

    status, converted_at = status_of(company, lead)
    assert (status, patients_of(company, lead)) == ("Converted", 1)
    assert converted_at is not None
    written = company.rows(
        "SELECT resource FROM dashboard.changes WHERE change_set = "
        "(SELECT id FROM dashboard.change_sets ORDER BY made_at DESC LIMIT 1) ORDER BY 1"
    )
    assert [row.resource for row in written] == ["marketing_leads", "patients"]


@pytest.mark.parametrize("earlier", ["NULL", "'2020-01-01'"])
def test_a_lead_that_was_converted_without_a_patient_gets_the_time_anew(
    company: Company, lead: int, earlier: str
) -> None:
    company.run(
        f"UPDATE marketing_leads SET status = 'Converted', converted_to_patient_at = {earlier} WHERE id = {lead}"
    )
    manager = company.as_("Manager")
    began = clock.now_utc()

    assert manager.post(NEW, form_of(manager, lead)).status_code == 302

    status, converted_at = status_of(company, lead)
    assert (status, patients_of(company, lead)) == ("Converted", 1)
    assert began <= converted_at <= clock.now_utc()


def test_a_lead_is_converted_once(company: Company, lead: int) -> None:
    manager = company.as_("Manager")
    second = form_of(manager, lead)
    assert manager.post(NEW, form_of(manager, lead)).status_code == 302
    before = status_of(company, lead)

    refused = manager.post(NEW, second | {"phone_number": "", "email": ""})

    assert refused.status_code == 409
    assert "Selam Haile already has this lead." in refused.get_data(as_text=True)
    assert (patients_of(company, lead), status_of(company, lead)) == (1, before)


def test_the_same_form_sent_twice_is_saved_once(company: Company, lead: int) -> None:
    manager = company.as_("Manager")
    form = form_of(manager, lead)

    assert [manager.post(NEW, form).status_code for _ in range(2)] == [302, 302]
    assert patients_of(company, lead) == 1


def test_of_eight_at_once_one_converts(company: Company, lead: int) -> None:
    manager = company.as_("Manager")
    browsers = [a_browser(company, manager) for _ in range(8)]
    forms = [form_of(manager, lead, phone_number="", email="") for _ in browsers]

    sends = [lambda one=one, form=form: one.post(NEW, form) for one, form in zip(browsers, forms, strict=True)]
    codes = sorted(answer.status_code for answer in at_once(*sends))

    assert codes == [302, *[409] * 7]
    assert patients_of(company, lead) == 1


def test_a_refused_patient_leaves_the_lead_as_it_was(company: Company, lead: int) -> None:
    company.run(f"INSERT INTO patients (full_name, phone_number) VALUES ('Selam H.', '{PHONE}')")
    manager = company.as_("Manager")

    refused = manager.post(NEW, form_of(manager, lead))

    assert refused.status_code == 422
    assert "Selam H. already has this phone number." in refused.get_data(as_text=True)
    assert (patients_of(company, lead), status_of(company, lead)) == (0, ("Qualified", None))


def test_who_may_be_the_same_person_is_said_before_saving(company: Company, lead: int) -> None:
    manager = company.as_("Manager")
    url = f"{NEW}?marketing_lead_id={lead}"
    assert panel(manager.get(url).get_data(as_text=True)) == ""
    company.run(
        "INSERT INTO patients (full_name, phone_number, email, fayda_id) VALUES "
        f"('Selam H.', '{PHONE}', NULL, NULL), ('S. Haile', NULL, '{EMAIL.upper()}', '990000000321')"
    )

    said = panel(manager.get(f"{url}&fayda_id=990000000321").get_data(as_text=True))

    assert said.startswith("Same person? ")
    assert "Selam H. has the same phone number." in said
    assert "S. Haile has the same e-mail address, the same Fayda number." in said
    assert panel(manager.get(NEW).get_data(as_text=True)) == ""


@pytest.mark.parametrize("lead_status", ["Qualified", "Converted"])
def test_the_same_person_is_linked_and_no_second_patient_made(company: Company, lead: int, lead_status: str) -> None:
    walker = company.as_("Manager")
    company.run("INSERT INTO patients (full_name, phone_number) VALUES ('Selam H.', :phone)", phone=PHONE)
    company.run("UPDATE marketing_leads SET status = :status WHERE id = :id", status=lead_status, id=lead)
    patient = company.scalar("SELECT max(id) FROM patients")
    link = f"/admin/patients/edit/?id={patient}&marketing_lead_id={lead}"
    asked = unescape(walker.get(f"{NEW}?marketing_lead_id={lead}").text)
    assert f'<a href="{link}">It is this person</a>' in asked

    sent = opened_form(walker, link)
    assert "the lead becomes Converted and leads to this patient" in walker.get(link).text
    assert (sent["marketing_lead_id"], sent["full_name"]) == (str(lead), "Selam H.")
    assert walker.post(link, sent).status_code == 302
    assert patients_of(company, lead) == 1
    assert company.scalar("SELECT marketing_lead_id FROM patients WHERE id = :id", id=patient) == lead
    status, at = status_of(company, lead)
    assert status == "Converted"
    assert abs((clock.now_utc() - at).total_seconds()) < 600
    # Whoever is linked stays so, and the lead has its patient.
    assert "It is this person" not in walker.get(f"{NEW}?marketing_lead_id={lead}").text
    assert walker.post(NEW, form_of(walker, lead, phone_number="")).status_code == 409
    assert "becomes Converted" not in walker.get(link).text


def test_of_those_who_link_and_convert_at_once_one_does(company: Company, lead: int) -> None:
    walker = company.as_("Manager")
    for name in ("Selam H.", "S. Haile"):
        company.run(
            "INSERT INTO patients (full_name, email) VALUES (:name, :email)", name=name, email=f"{name[:3]}@two.et"
        )
    ids = [row.id for row in company.rows("SELECT id FROM patients ORDER BY id DESC LIMIT 2")]
    urls = [*(f"/admin/patients/edit/?id={row_id}&marketing_lead_id={lead}" for row_id in ids), NEW]
    forms = [*(opened_form(walker, url) for url in urls[:2]), form_of(walker, lead, email="", phone_number="")]
    windows = [a_browser(company, walker) for _ in urls]

    told = at_once(*(partial(one.post, url, form) for one, url, form in zip(windows, urls, forms, strict=True)))

    assert sorted(answer.status_code for answer in told) == [302, 409, 409]
    assert patients_of(company, lead) == 1


def test_who_may_not_convert_links_nobody(company: Company, lead: int) -> None:
    company.run("INSERT INTO patients (full_name, phone_number) VALUES ('Selam H.', :phone)", phone=PHONE)
    patient = company.scalar("SELECT max(id) FROM patients")
    for role in ("Finance", "Marketing", "Nurse"):
        page = company.as_(role).get(f"/admin/patients/edit/?id={patient}&marketing_lead_id={lead}")
        assert "becomes Converted" not in page.text
    assert status_of(company, lead)[0] == "Qualified"


@pytest.mark.parametrize("stored", ["0911000321", "251911000321", "00251911000321", "0911 000 321"])
def test_a_phone_that_another_program_wrote_otherwise_is_the_same(company: Company, lead: int, stored: str) -> None:
    company.run("DELETE FROM patients WHERE full_name = 'Selam Otherwise'")
    company.run("INSERT INTO patients (full_name, phone_number) VALUES ('Selam Otherwise', :phone)", phone=stored)
    manager, url = company.as_("Manager"), f"{NEW}?marketing_lead_id={lead}"
    assert "Selam Otherwise has the same phone number." in panel(manager.get(url).get_data(as_text=True))

    company.run("UPDATE patients SET phone_number = :phone WHERE full_name = 'Selam Otherwise'", phone=PHONE)
    company.run("UPDATE marketing_leads SET phone_number = :phone WHERE id = :id", phone=stored, id=lead)
    assert "Selam Otherwise has the same phone number." in panel(manager.get(url).get_data(as_text=True))


def test_what_the_role_does_not_see_fills_nothing_and_finds_nobody(company: Company, lead: int) -> None:
    company.run(f"INSERT INTO patients (full_name, phone_number, email) VALUES ('Selam H.', '{PHONE}', '{EMAIL}')")
    rule = (
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) "
        "VALUES ('Manager', :resource, :name, :state, 'always')"
    )
    company.run(rule, resource="marketing_leads", name="phone_number", state="masked")
    company.run(rule, resource="patients", name="email", state="write-only")
    try:
        page = company.as_("Manager").get(f"{NEW}?marketing_lead_id={lead}").get_data(as_text=True)
    finally:
        company.run("DELETE FROM dashboard.field_rules WHERE role = 'Manager' AND (resource, column_name) IN "
                    "(('marketing_leads', 'phone_number'), ('patients', 'email'))")  # fmt: skip

    assert 'value="Selam Haile"' in page
    assert "0911 000 321" not in page
    assert PHONE not in page
    assert panel(page) == ""


def test_who_may_not_sees_no_button_and_is_refused(company: Company, lead: int) -> None:
    marketing, manager = company.as_("Marketing"), company.as_("Manager")
    url, details = f"{NEW}?marketing_lead_id={lead}", f"/admin/marketing_leads/details/?id={lead}"
    form = form_of(manager, lead)
    del form["csrf_token"]
    assert BUTTON in manager.get(details).get_data(as_text=True)
    assert BUTTON in manager.get("/admin/marketing_leads/").get_data(as_text=True)
    assert BUTTON not in marketing.get(details).get_data(as_text=True)
    assert marketing.get(url).status_code == marketing.post(NEW, form).status_code == 403

    company.run("DELETE FROM dashboard.grants WHERE (role, resource, action) = ('Manager', 'marketing_leads', 'edit')")
    try:
        assert BUTTON not in manager.get(details).get_data(as_text=True)
        assert BUTTON not in manager.get("/admin/marketing_leads/").get_data(as_text=True)
        assert manager.get(url).status_code == manager.post(NEW, form).status_code == 403
    finally:
        company.run(
            "INSERT INTO dashboard.grants (role, resource, action) VALUES ('Manager', 'marketing_leads', 'edit')"
        )
    assert patients_of(company, lead) == 0


def test_a_patients_lead_has_no_button(company: Company, lead: int) -> None:
    manager = company.as_("Manager")
    manager.post(NEW, form_of(manager, lead))

    for url in (f"details/?id={lead}", f"related/?id={lead}&of=patients&by=marketing_lead_id"):
        page = manager.get(f"/admin/marketing_leads/{url}").get_data(as_text=True)
        assert "Selam Haile" in page
        assert BUTTON not in page


@pytest.mark.parametrize("way", [by_form, in_place, in_bulk])
def test_a_lead_without_a_patient_is_set_to_converted_only_when_asked(
    company: Company, admin: Walker, lead: int, way: Any
) -> None:
    answer = way(company, admin, "marketing_leads", lead, status="Converted")

    assert QUESTION in answer.get_data(as_text=True)
    assert status_of(company, lead) == ("Qualified", None)

    company.run(f"INSERT INTO patients (full_name, phone_number, marketing_lead_id) VALUES ('S', '{PHONE}', {lead})")
    way(company, admin, "marketing_leads", lead, status="Converted")
    assert status_of(company, lead)[0] == "Converted"


def test_the_question_is_answered_as_any_other(company: Company, admin: Walker, lead: int) -> None:
    answer = by_form(company, admin, "marketing_leads", lead, status="Converted")

    assert by_form(company, admin, "marketing_leads", lead, status="Converted", _sure=boxes(answer)).status_code == 302
    assert status_of(company, lead)[0] == "Converted"


def test_undoing_takes_back_both(company: Company, admin: Walker, lead: int) -> None:
    assert admin.post(NEW, form_of(admin, lead)).status_code == 302
    token = company.scalar("SELECT id FROM dashboard.change_sets ORDER BY made_at DESC LIMIT 1")

    assert admin.post("/admin/patients/undo/", {"token": str(token)}).status_code == 302

    assert (patients_of(company, lead), status_of(company, lead)) == (0, ("Qualified", None))


def test_from_the_lead_to_the_patient_by_clicks(page: Page, company: Company, lead: int) -> None:
    company.run(f"INSERT INTO patients (full_name, email) VALUES ('Selam H.', '{EMAIL}')")
    let_in(page, "coordinator", DEMO_PASSWORD).goto(f"/admin/marketing_leads/details/?id={lead}")
    page.get_by_role("banner").or_(page.locator(".details-head")).get_by_role("link", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Same person?")).to_be_visible()
    expect(page.get_by_role("link", name="Selam H.")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("Selam Haile")
    assert violations(page) == []
    page.get_by_label("Email").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/marketing_leads/details/**")

    expect(page.locator(".details-head")).to_contain_text("Converted")
    expect(page.locator(".details-head").get_by_role("link", name=BUTTON)).to_have_count(0)
    assert patients_of(company, lead) == 1


def test_the_same_person_is_linked_by_clicks(page: Page, company: Company, lead: int) -> None:
    company.run(f"INSERT INTO patients (full_name, email) VALUES ('ሰላም ኃይሌ', '{EMAIL}')")
    let_in(page, "coordinator", DEMO_PASSWORD).goto(f"{NEW}?marketing_lead_id={lead}")
    page.get_by_role("link", name="It is this person").click()
    expect(page.get_by_text("the lead becomes Converted and leads to this patient")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("ሰላም ኃይሌ")
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/patients/details/**")

    expect(page.get_by_role("main")).to_contain_text("Selam Haile")
    assert patients_of(company, lead) == 1
    assert status_of(company, lead)[0] == "Converted"
