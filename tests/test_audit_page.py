"""The audit page: who may open it, what it finds, how it pages, and what it never sends."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from permission_table import roles

from homecare.login.events import EventKind
from homecare.pages.audit import log_words
from homecare.queries.audit import LOGS

AUDIT = "/admin/audit/"
TABS = ("", "reads/", "who/", "refusals/", "sign-ins/")
SECRET = "q77123z"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def auditor(company: Company) -> Walker:
    return company.as_("Auditor")


def entries(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="entry-(\d+)"', page)]


def count(page: str) -> str:
    found = re.search(r'<p class="muted count">([\d,+]+)</p>', page)
    assert found, page[:500]
    return found[1]


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert found, f"no {rel}"
    return html.unescape(found[1])


def own(company: Company, change: str) -> None:
    """Changes rows in a transaction that says who does it."""
    said = """{"staff_id": 4242, "staff_name": "Somebody Else", "origin": "page"}"""
    company.run(f"DO $$ BEGIN PERFORM set_config('app.change_set', '{said}', true); {change}; END $$")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", roles())
def test_only_who_answers_for_it_opens_it(company: Company, role: str, tab: str) -> None:
    walker = company.as_(role)

    if role in ("Admin", "Manager", "Auditor"):
        assert walker.get(AUDIT + tab).status_code == 200
        return
    with company.one_denial(walker, "page:audit"):
        assert walker.get(AUDIT + tab).status_code == 403


def test_a_role_with_own_rows_alone_gets_no_audit_by_a_grant(company: Company) -> None:
    company.run(
        "INSERT INTO dashboard.grants (role, resource, action, scope, level) "
        "VALUES ('Nurse', 'page:audit', 'view', 'all', 'all')"
    )

    assert company.as_("Nurse").get(AUDIT).status_code == 403
    assert AUDIT not in company.as_("Nurse").get("/admin/").text
    assert company.as_("Auditor").get(AUDIT).status_code == 200


FILTERS: dict[str, tuple[str, str, str]] = {
    "table": ("", "resource__eq=invoices", "changes WHERE resource = 'invoices'"),
    "record": ("", "resource__eq=invoices&row_id__eq=3", "changes WHERE resource = 'invoices' AND row_id = 3"),
    "person": ("", "staff_id__eq=4242", "changes WHERE staff_id = 4242"),
    "nobody": (
        "", "staff_id__isnull=1&resource__eq=invoices",
        "changes WHERE staff_id IS NULL AND resource = 'invoices'",
    ),
    "kind": ("", "kind__eq=removed", "changes WHERE kind = 'removed'"),
    "today": ("", "at__gte=today&at__lte=today", "changes WHERE made_at > now() - interval '1 day'"),
    "before today": ("", "at__lte=-1d", "changes WHERE made_at < now() - interval '2 days'"),
    "reads of a table": ("reads/", "resource__eq=invoices", "reads WHERE resource = 'invoices'"),
    "reads of a kind": ("reads/", "kind__in=details,form", "reads WHERE kind IN ('details', 'form')"),
    "reads of a row": (
        "reads/", "resource__eq=patients&row_id__eq=7", "reads WHERE resource = 'patients' AND 7 = ANY(ids)",
    ),
    "refusals": ("refusals/", "kind__eq=view", "denials WHERE action = 'view'"),
    "sign-ins": ("sign-ins/", "kind__eq=sign-in", "sign_in_events WHERE kind = 'sign-in'"),
}  # fmt: skip


@pytest.mark.parametrize(("tab", "query", "rows"), FILTERS.values(), ids=FILTERS)
def test_a_filter_finds_what_plain_sql_finds(
    company: Company, admin: Walker, auditor: Walker, tab: str, query: str, rows: str
) -> None:
    own(company, "UPDATE invoices SET status = status WHERE id < 9")
    own(company, "INSERT INTO events (title) VALUES ('Short'); DELETE FROM events WHERE title = 'Short'")
    for url in ("/admin/invoices/", "/admin/invoices/details/?id=3", "/admin/patients/details/?id=7"):
        admin.get(url)
    company.as_("Nurse").get("/admin/invoices/")

    # Before the page is opened, which is a read itself.
    wanted = company.scalar(f"SELECT count(*) FROM (SELECT FROM dashboard.{rows} LIMIT 10001) AS found")

    page = auditor.get(f"{AUDIT}{tab}?{query}").text

    assert count(page) == (f"{wanted:,}" if wanted <= 10_000 else "10,000+")
    assert len(entries(page)) == min(wanted, 50)


UNKNOWN = (
    "status__eq=Paid", "kind__eq=read", "at__gte=soon", "resource__eq=nothing", "row_id__eq=3", "staff_id__eq=x",
    "resource__eq=invoices&row_id__eq=99999999999999999999", "after=1", "after=a~b", "at__gte=today&at__gte=today",
    "kind__in=added,sold", "at__lte=9999-12-31",
)  # fmt: skip


@pytest.mark.parametrize("query", UNKNOWN)
@pytest.mark.parametrize("where", ["/admin/audit/", "/admin/audit/export/csv/"])
def test_what_no_condition_is_answers_in_words(auditor: Walker, where: str, query: str) -> None:
    answer = auditor.get(f"{where}?{query}")

    assert answer.status_code == 400
    assert "Open the page without conditions" in answer.text


def test_an_input_that_was_left_empty_is_no_condition(auditor: Walker) -> None:
    page = auditor.get(f"{AUDIT}?staff_id__eq=&resource__eq=invoices&row_id__eq=&kind__eq=&at__gte=&at__lte=")

    assert page.status_code == 200


def test_the_pages_go_through_every_entry_once(company: Company, auditor: Walker) -> None:
    company.run("UPDATE patients SET address = 'Moved' WHERE id <= 120")
    wanted = company.rows("SELECT id FROM dashboard.changes WHERE resource = 'patients' ORDER BY made_at DESC, id DESC")
    url, found = f"{AUDIT}?resource__eq=patients", []
    for _ in range(3):
        page = auditor.get(url).text
        found += entries(page)
        url = link(page, "next")
    back = auditor.get(link(auditor.get(url).text, "prev")).text

    assert found == [row.id for row in wanted[:150]]
    assert entries(back) == found[100:150]


def lines_of(company: Company, walker: Walker) -> dict[str, Any]:
    found = company.rows(
        "SELECT resource, ids, columns FROM dashboard.reads WHERE staff_id = :me AND kind = 'audit'", me=walker.staff_id
    )
    return {row.resource: row for row in found}


def test_what_a_role_may_not_see_is_named_and_never_sent(company: Company, auditor: Walker) -> None:
    patient, visit = (company.scalar(f"SELECT max(id) FROM {table}") for table in ("patients", "visit_services"))
    own(company, f"UPDATE patients SET phone_number = '+251911{SECRET[1:6]}1', gender = NULL WHERE id = {patient}")
    own(company, f"UPDATE visit_services SET visit_notes = '{SECRET}' WHERE id = {visit}")
    own(company, f"UPDATE marketing_platforms SET api_key = '{SECRET}' WHERE id = 1")

    for url in (AUDIT, f"{AUDIT}?staff_id__eq=4242", f"{AUDIT}export/csv/?staff_id__eq=4242"):
        page = auditor.get(url).text
        assert SECRET not in page
        assert SECRET[1:6] not in page
        assert "771 231" not in page
    page = auditor.get(f"{AUDIT}?staff_id__eq=4242").text
    for label in ("Visit notes", "Phone number", "Gender"):
        assert f"<dt>{label}</dt>" in page
    assert company.as_("Manager").get(f"{AUDIT}?resource__eq=patients").text.count("0911 771 231") == 1


def test_a_table_that_is_not_theirs_is_a_name_and_a_number(company: Company, auditor: Walker) -> None:
    company.run("DELETE FROM dashboard.grants WHERE role = 'Auditor' AND resource = 'events'")
    own(company, f"INSERT INTO events (title) VALUES ('{SECRET}')")

    page = auditor.get(f"{AUDIT}?resource__eq=events").text

    assert SECRET not in page
    assert f"Event #{company.scalar('SELECT max(id) FROM events')}" in page
    assert "not for your role" in page


def test_what_was_typed_into_a_search_is_not_sent(company: Company, admin: Walker, auditor: Walker) -> None:
    admin.get(f"/admin/patients/?search=&phone_number__contains={SECRET}&gender__eq=Female")
    admin.get(f"/admin/patients/?columns=full_name&full_name__ne={SECRET}")

    page = auditor.get(f"{AUDIT}reads/?resource__eq=patients").text

    assert "Full name is not" in page
    assert "full_name" not in page
    assert SECRET not in page


@pytest.mark.parametrize("log", LOGS)
def test_every_kind_of_entry_has_words_of_its_own(log: str) -> None:
    kinds = LOGS[log].kinds

    said = {kind: (log_words.did(log, kind), log_words.choice(log, kind)) for kind in kinds}

    assert [kind for kind, (_, choice) in said.items() if "_" in choice or "-" in choice] == []
    assert len({did for did, _ in said.values()}) == len({choice for _, choice in said.values()}) == len(kinds)


def test_whatever_is_written_down_is_a_kind_to_choose(company: Company, admin: Walker, auditor: Walker) -> None:
    company.run("TRUNCATE dashboard.reads")
    for url in ("map/", "map/card.json?id=1", "map/tiles/0/0/0.mvt", "break-glass/", "assign/", "funnel/quality/",
                "notifications/", "search/?q=a", "patients/deleted/", "calendar/"):  # fmt: skip
        admin.get(f"/admin/{url}")
    nurse = company.as_("Nurse")
    nurse.post("/admin/visit_services/action/", {
        "action": "set", "field": "status", "value": "Missed", "rowid": company.other("Nurse", "visit_services"),
    })  # fmt: skip
    nurse.post("/admin/views/share", {"view": "1"})
    written = {
        "reads/": company.rows("SELECT DISTINCT kind FROM dashboard.reads"),
        "refusals/": company.rows("SELECT DISTINCT action FROM dashboard.denials"),
        "sign-ins/": [(kind.value,) for kind in EventKind],
    }

    assert {"map", "break-glass"} <= {row[0] for row in written["reads/"]}
    assert "bulk" in {row[0] for row in written["refusals/"]}
    for tab, kinds in written.items():
        for (kind,) in kinds:
            assert auditor.get(f"{AUDIT}{tab}", kind__eq=kind).status_code == 200, (tab, kind)


def test_a_refusal_is_told_in_words(company: Company, auditor: Walker) -> None:
    nurse = company.as_("Nurse")
    nurse.get(AUDIT)
    nurse.get(f"/admin/patients/details/?id={company.other('Nurse', 'patients')}")

    page = auditor.get(f"{AUDIT}refusals/?staff_id__eq={nurse.staff_id}").text

    assert "was refused to see</span>" in page
    assert "the page Changes and reads" in page
    assert "not one of theirs, or no longer there" in page
    assert "page audit" not in page
    assert "out of scope" not in page


def test_a_read_is_told_as_a_sentence(company: Company, auditor: Walker) -> None:
    company.run(
        "INSERT INTO dashboard.reads (staff_id, staff_name, kind, resource, ids) SELECT 4343, 'Somebody', kind,"
        " 'invoices', ARRAY[1, 2] FROM unnest(ARRAY['list', 'home', 'search', 'export', 'funnel']) AS kind"
    )

    page = auditor.get(f"{AUDIT}reads/?staff_id__eq=4343").text

    told = re.findall(r">Somebody</a>(.*?)</p>", page)
    assert sorted(" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in told) == [
        "exported 2 invoices", "found 2 invoices by search", "saw 2 invoices in a list",
        "saw 2 invoices on the home page", "saw 2 invoices on the page Campaign funnel",
    ]  # fmt: skip
    file = auditor.get(f"{AUDIT}export/csv/?log=reads&staff_id__eq=4343").text
    assert ",saw in a list,2 invoices," in file


@pytest.mark.parametrize(
    ("origin", "who"), [("system", "The program"), ("command", "The command line"), ("", "Another application")]
)
def test_who_is_nobody_of_the_staff_is_called_as_in_a_history(
    company: Company, auditor: Walker, origin: str, who: str
) -> None:
    item = company.scalar("SELECT max(id) FROM inventory_items")
    said = f"PERFORM set_config('app.change_set', '{{\"origin\": \"{origin}\"}}', true);" if origin else ""
    company.run(f"DO $$ BEGIN {said} UPDATE inventory_items SET location = 'Shelf {origin}' WHERE id = {item}; END $$")

    page = auditor.get(f"{AUDIT}?resource__eq=inventory_items&row_id__eq={item}").text
    history = auditor.get(f"/admin/inventory_items/history/?id={item}").text

    assert f">{who}</a> <span>changed</span>" in page
    assert who in history
    assert "Nobody of the staff" not in page


@pytest.mark.parametrize("number", ["2147483648", "3000000000", "9" * 40, "-1", "٣", "0", "1e9", "'"])
def test_a_refusal_of_what_is_no_number_of_a_row_is_shown(company: Company, auditor: Walker, number: str) -> None:
    nurse = company.as_("Nurse")
    for path in ("patients/details/", "visit_services/edit/", "visit_services/history/"):
        assert nurse.get(f"/admin/{path}", id=number).status_code == 404

    for log in LOGS:
        assert auditor.get(f"{AUDIT}{'' if log == 'changes' else log + '/'}").status_code == 200, log


def test_who_is_spoken_of_has_their_name(company: Company, auditor: Walker) -> None:
    """The record that was changed, and the people it went from and to."""
    visit, patient = company.rows("SELECT id, patient_id FROM visit_services ORDER BY id DESC LIMIT 1")[0]
    to, name = company.rows("SELECT id, first_name || ' ' || last_name FROM staff ORDER BY id LIMIT 1")[0]
    own(company, f"UPDATE visit_services SET staff_id = {to} WHERE id = {visit}")
    who = company.scalar("SELECT full_name FROM patients WHERE id = :id", id=patient)

    changed = auditor.get(f"{AUDIT}?resource__eq=visit_services&row_id__eq={visit}").text
    auditor.get(f"/admin/patients/details/?id={patient}")
    opened = auditor.get(f"{AUDIT}reads/?resource__eq=patients&row_id__eq={patient}").text

    assert f"<ins>{name}" in html.unescape(changed)
    assert f"Patient #{patient} · {who}" in html.unescape(opened)


def test_the_few_of_one_read_are_named_and_many_are_numbers(company: Company, auditor: Walker) -> None:
    people = company.rows("SELECT id, full_name FROM patients ORDER BY id LIMIT 6")
    for some in (people[:2], people):
        company.run("INSERT INTO dashboard.reads (staff_id, staff_name, kind, resource, ids)"
                    " VALUES (4242, 'Somebody', 'list', 'patients', :ids)", ids=[row.id for row in some])  # fmt: skip

    page = html.unescape(auditor.get(f"{AUDIT}reads/?staff_id__eq=4242").text)

    assert f"which: {', '.join(f'#{row.id} · {row.full_name}' for row in people[:2])}<" in page
    assert f"which: {', '.join(f'#{row.id}' for row in people)}<" in page


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"{AUDIT}?resource__eq=inventory_items", "audit"),
        (f"{AUDIT}refusals/", "audit"),
        (f"{AUDIT}sign-ins/?kind__eq=sign-in", "audit"),
        (f"{AUDIT}export/csv/?log=sign-ins", "export"),
        (f"{AUDIT}export/xlsx/?resource__eq=inventory_items", "export"),
    ],
)
def test_a_log_that_speaks_of_no_patient_is_a_read_too(company: Company, auditor: Walker, url: str, kind: str) -> None:
    company.run("TRUNCATE dashboard.reads")

    assert auditor.get(url).status_code == 200

    found = company.rows("SELECT staff_id, kind, reason FROM dashboard.reads WHERE resource = 'page:audit'")
    asked = f"?{url.partition('?')[2]}" if "?" in url else ""
    assert [tuple(row) for row in found] == [(auditor.staff_id, kind, asked)]
    page = auditor.get(f"{AUDIT}reads/?staff_id__eq={auditor.staff_id}").text
    assert "the page Changes and reads" in page


def test_who_reads_the_audit_is_read_of_too(company: Company, auditor: Walker) -> None:
    visit, patient = company.rows("SELECT id, patient_id FROM visit_services ORDER BY id LIMIT 1")[0]
    own(company, f"UPDATE visit_services SET visit_notes = 'Slept well' WHERE id = {visit}")
    company.run("TRUNCATE dashboard.reads")

    assert auditor.get(f"{AUDIT}?resource__eq=visit_services&row_id__eq={visit}").status_code == 200

    lines = lines_of(company, auditor)
    assert (lines["visit_services"].ids, lines["patients"].ids) == ([visit], [patient])
