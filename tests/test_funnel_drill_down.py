"""Every number of the funnel's page that is a link opens a list of exactly so many rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from conftest import Visitor
from doors import count_of
from funnel_rows import World
from jobs_done import worked
from sampling import some
from sqlalchemy import Engine, text

from homecare import clock
from homecare.config import Config

PAGE = "/admin/funnel/"
NUMBER = re.compile(r'<a class="number" href="([^"]+)"[^>]*>([^<]+)</a>')
# Sums, not counts.
OF_SUMS = re.compile(r"/(invoices|marketing_budgets|campaign_metrics)/")


@pytest.fixture(scope="module", autouse=True)
def filled(owner_engine: Engine, config: Config) -> None:
    with owner_engine.begin() as connection:
        World(connection, clock.today(), seed=5).fill(160)
    worked(config, "leads")


@pytest.fixture
def admin(as_role: Any) -> Visitor:
    visitor: Visitor = as_role("Admin")
    return visitor


def numbers(visitor: Visitor, **words: Any) -> list[tuple[str, str]]:
    answer = visitor.get(PAGE, query_string=words)
    assert answer.status_code == 200, answer.text
    return [(unescape(url), told) for url, told in NUMBER.findall(answer.text)]


@pytest.mark.parametrize(
    "words",
    [
        {"by": "campaign"}, {"by": "campaign", "attribution": "last", "window": "30"}, {"by": "platform"},
        {"by": "source", "window": "none"}, {"by": "page"}, {"by": "sub_city", "window": "180"}, {"by": "channel"},
        {"by": "month"}, {"compare": "before", "window": "30"},
    ],
    ids=lambda words: " ".join(words.values()),
)  # fmt: skip
def test_each_count_is_the_length_of_its_list(admin: Visitor, words: dict[str, str]) -> None:
    first = clock.today() - timedelta(days=290)
    counted = {(url, told) for url, told in numbers(admin, **{"from": first}, **words) if not OF_SUMS.search(url)}

    assert len(counted) > 30
    # Every count of one page; of the others so many that each kind of count is met.
    for url, told in some(sorted(counted), 1 if words == {"by": "campaign"} else 3):
        found = admin.get(url)
        assert found.status_code == 200, url
        assert (count_of(found.text) or "0") == told, url


SECTION = r'<[^>]*class="[^"]*{}.*?</table>'
BARE = re.compile(r"<span>([0-9,]+)</span>")


@pytest.mark.parametrize("words", [{"compare": "before", "window": "30"}, {"compare": "campaigns", "window": "14"}])
def test_what_is_compared_opens_its_mature_leads(admin: Visitor, owner_engine: Engine, words: dict[str, str]) -> None:
    with owner_engine.connect() as owner:
        ids = owner.execute(text("SELECT min(id), max(id) FROM marketing_campaigns")).one()
    asked = words | {"one": ids[0], "other": ids[1], "from": clock.today() - timedelta(days=100)}
    page = admin.get(PAGE, query_string=asked).text
    table = re.search(SECTION.format("compared"), page, re.S)

    assert table
    counted = [(unescape(url), told) for url, told in NUMBER.findall(table[0])]
    assert (len(counted), BARE.findall(table[0])) == (24, [])
    assert any(told != "0" for _, told in counted)
    for url, told in set(counted):
        assert (count_of(admin.get(url).text) or "0") == told, url


def test_months_and_cohorts_open_their_leads(admin: Visitor) -> None:
    words = {"from": clock.today() - timedelta(days=100), "attribution": "last"}
    page = admin.get(PAGE, query_string=words).text
    for part in ("as-table", "heat"):
        table = re.search(SECTION.format(part), page, re.S)
        assert table
        counted = [(unescape(url), told) for url, told in NUMBER.findall(table[0]) if not OF_SUMS.search(url)]
        assert len(counted) >= 4
        for url, told in counted:
            assert (count_of(admin.get(url).text) or "0") == told, url


def test_who_came_before_their_lead_can_be_opened(admin: Visitor) -> None:
    words = {"from": clock.today() - timedelta(days=290)}
    found = [(url, told) for url, told in numbers(admin, **words) if "is=patient_before" in url]

    assert found
    assert [count_of(admin.get(url).text) for url, _ in found] == [told for _, told in found]


def test_another_period_or_stage_leaves_what_is_compared(admin: Visitor) -> None:
    page = admin.get(PAGE, query_string={"compare": "year", "cohort": "Patient", "window": "30"}).text
    links = [unescape(url) for url in re.findall(r'<a href="(/admin/funnel/\?[^"]+)"', page)]

    assert len([url for url in links if "compare=year" in url and "cohort=" in url and "window=30" in url]) >= 10


def test_a_campaign_is_opened_as_it_is_counted(admin: Visitor) -> None:
    page = admin.get(PAGE, query_string={"attribution": "last", "window": "30"}).text

    opened = {unescape(url) for url in re.findall(r'href="(/admin/funnel/campaign/[^"]+)"', page)}
    assert opened
    for url in opened:
        assert url.endswith("&window=30&attribution=last")
        assert "last touch, within 30 days" in admin.get(url).text


def test_a_campaign_begins_with_what_is_thought_of_it(admin: Visitor) -> None:
    page = admin.get(PAGE, query_string={"from": clock.today() - timedelta(days=290)}).text
    opened = {unescape(url) for url in re.findall(r'href="(/admin/funnel/campaign/[^"]+)"', page)}

    assert any('<p class="of-record"><span class="badge' in admin.get(url).text for url in opened)


def test_the_months_of_a_campaign_are_called_as_everywhere(admin: Visitor, owner_engine: Engine) -> None:
    with owner_engine.begin() as owner:
        campaign = owner.scalar(text("SELECT min(id) FROM marketing_campaigns"))
        owner.execute(
            text("INSERT INTO campaign_metrics (campaign_id, metric_name, metric_value, recorded_at) VALUES"
                 " (:id, 'clicks', 4, '2026-01-31 21:00'), (:id, 'clicks', 3, '2026-01-31 20:59'),"
                 " (:id, 'spend', 5, '2025-12-31 21:00')"),
            {"id": campaign},
        )  # fmt: skip

    page = admin.get(f"/admin/funnel/campaign/?id={campaign}").text

    rows = re.findall(r'<th scope="row">([A-Z][a-z]{2} 202[56])</th>((?:<td class="right">[^<]*</td>)+)', page)
    assert [(month, re.findall(">([^<]+)<", cells)) for month, cells in rows] == [
        ("Jan 2026", ["3", "5"]), ("Feb 2026", ["4", "—"]),
    ]  # fmt: skip


def test_revenue_opens_the_invoices_that_are_its_sum(admin: Visitor, owner_engine: Engine) -> None:
    first = clock.today() - timedelta(days=290)
    found = admin.get(f"{PAGE}data.json", query_string={"from": first, "window": "30"}).json
    url = next(url for url, _ in numbers(admin, **{"from": first, "window": "30"}) if "/invoices/" in url)

    sheet = admin.get(url.replace("/invoices/", "/invoices/export/csv/")).text
    ids = [int(line.split(",")[0]) for line in sheet.splitlines()[1:]]
    with owner_engine.connect() as owner:
        paid = owner.scalar(text("SELECT round(sum(amount), 2) FROM invoices WHERE id = ANY(:ids)"), {"ids": ids})

    assert ids
    assert found["total"]["revenue"] == str(paid)


def test_spend_opens_the_budgets_that_touch_the_period(admin: Visitor, owner_engine: Engine) -> None:
    day = clock.today() - timedelta(days=60)
    url = next(url for url, _ in numbers(admin, **{"from": day, "to": day}) if "/marketing_budgets/" in url)

    with owner_engine.connect() as owner:
        touching = owner.scalar(
            text("""SELECT count(*) FROM (
                SELECT coalesce(b.start_date, c.start_date) AS s, coalesce(b.end_date, c.end_date) AS e
                FROM marketing_budgets b LEFT JOIN marketing_campaigns c ON c.id = b.campaign_id) d
                WHERE :day BETWEEN coalesce(s, e) AND coalesce(e, s)"""),
            {"day": day},
        )
    assert count_of(admin.get(url).text) == str(touching)


def test_conditions_are_chips_in_words(admin: Visitor) -> None:
    page = admin.get("/admin/marketing_leads/?stage=Paid&window=30&attribution=last&from=2026-06-01&mature=no").text

    assert "Reached Paid within 30 days, leads from 1 Jun 2026, younger than the window, last touch" in page
    assert "Reached Paid" not in admin.get("/admin/marketing_leads/").text


@pytest.mark.parametrize(
    "words",
    ["stage=Gone", "stage=Paid&window=7", "stage=Paid&campaign=x", "stage=Paid&stopped=Lead&window=90", "window=90",
     "stage=Paid&from=soon", "stage=Paid&from=0001-01-01", "stage=Paid&mature=maybe"],
)  # fmt: skip
def test_words_that_mean_nothing_are_refused(admin: Visitor, words: str) -> None:
    assert admin.get(f"/admin/marketing_leads/?{words}").status_code == 400


def test_who_may_not_see_patients_lists_leads_up_to_patient(as_role: Any) -> None:
    marketing = as_role("Marketing")

    assert marketing.get("/admin/marketing_leads/?stage=Patient").status_code == 200
    assert marketing.get("/admin/marketing_leads/?stage=Paid").status_code == 403
    assert marketing.get("/admin/marketing_leads/?stopped=Qualified").status_code == 200
    assert marketing.get("/admin/marketing_leads/?stopped=Patient").status_code == 403
    assert marketing.get("/admin/marketing_leads/?stage=Lead&sub_city=1").status_code == 403
    assert marketing.get("/admin/marketing_leads/?stage=Lead&channel=Web").status_code == 403
    urls = {url for by in ("campaign", "channel", "source") for url, _ in numbers(marketing, by=by)}
    assert any("stopped=Qualified" in url for url in urls)
    assert not any("stopped=Patient" in url for url in urls)
    assert {url: marketing.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_what_is_kept_of_all_patients_is_not_told_to_who_sees_their_own(as_role: Any, owner_engine: Engine) -> None:
    """Of a patient who is not theirs a lead would tell where they live, how they came, and what they paid."""
    manager, leads = as_role("Manager"), "/admin/marketing_leads/?"
    shut = ("stage=Lead&sub_city=1", "stage=Lead&channel=Web", "stage=Paid", "stopped=Patient", "is=patient_before",
            "is=patient_not_converted", "is=converted_without_patient")  # fmt: skip
    scope = text("UPDATE dashboard.grants SET scope = :scope WHERE role = 'Manager' AND resource = 'patients'")
    assert {words: manager.get(leads + words).status_code for words in shut} == dict.fromkeys(shut, 200)

    with owner_engine.begin() as owner:
        owner.execute(scope, {"scope": "own"})
    try:
        assert {words: manager.get(leads + words).status_code for words in shut} == dict.fromkeys(shut, 403)
        assert manager.get(f"{leads}stage=Contacted").status_code == 200
    finally:
        with owner_engine.begin() as owner:
            owner.execute(scope, {"scope": "all"})


@contextmanager
def masked(engine: Engine, table: str, column: str) -> Iterator[None]:
    """For Managers, while it lasts."""
    rule = {"resource": table, "name": column}
    with engine.begin() as owner:
        owner.execute(
            text("""INSERT INTO dashboard.field_rules (role, resource, column_name, state, write)
                VALUES ('Manager', :resource, :name, 'masked', 'always')"""),
            rule,
        )
    try:
        yield
    finally:
        with engine.begin() as owner:
            owner.execute(
                text("""DELETE FROM dashboard.field_rules
                    WHERE (role, resource, column_name) = ('Manager', :resource, :name)"""),
                rule,
            )


@pytest.mark.parametrize(
    ("table", "column", "lists"),
    [
        ("patients", "acquisition_channel", ("marketing_leads/?stage=Lead&channel=Web",
                                             "patients/?stage=Paid&channel=Web", "invoices/?stage=Paid&channel=Web")),
        ("patients", "marketing_lead_id", ("marketing_leads/?stage=Patient", "marketing_leads/?stopped=Qualified",
                                           "patients/?stage=Patient")),
        ("patients", "initial_campaign_id", ("marketing_leads/?stage=Lead&campaign=1",
                                             "patients/?stage=Patient&platform=1", "invoices/?stage=Paid&campaign=1")),
        ("marketing_leads", "lead_source_id", ("marketing_leads/?stage=Lead&source=1",
                                               "patients/?stage=Paid&source=1", "invoices/?stage=Paid&source=1")),
        ("marketing_leads", "landing_page_id", ("marketing_leads/?stage=Lead&page=1",
                                                "patients/?stage=Paid&page=1", "invoices/?stage=Paid&page=1")),
        ("marketing_campaigns", "platform_id", ("marketing_leads/?stage=Lead&platform=1",)),
        ("marketing_leads", "converted_to_patient_at", ("marketing_leads/?stage=Patient&window=14",
                                                        "marketing_leads/?stopped=Qualified&window=14",
                                                        "patients/?stage=Patient&window=14")),
        ("visit_services", "status", ("marketing_leads/?stage=First completed visit",
                                      "marketing_leads/?stopped=Patient", "patients/?stopped=Patient")),
        ("invoices", "status", ("marketing_leads/?stage=Invoiced", "patients/?stage=Paid", "invoices/?stage=Paid")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_masked_column_shuts_the_conditions_that_read_it(
    as_role: Any, owner_engine: Engine, table: str, column: str, lists: tuple[str, ...]
) -> None:
    manager = as_role("Manager")
    assert {url: manager.get(f"/admin/{url}").status_code for url in lists} == dict.fromkeys(lists, 200)

    with masked(owner_engine, table, column):
        assert {url: manager.get(f"/admin/{url}").status_code for url in lists} == dict.fromkeys(lists, 403)
        assert manager.get("/admin/marketing_leads/?stage=Lead").status_code == 200


@pytest.mark.parametrize("words", ["outcome=Lost", "outcome=none", "mature=yes"])
def test_paid_invoices_take_only_what_the_page_asks_of_them(admin: Visitor, words: str) -> None:
    assert admin.get("/admin/invoices/?stage=Paid&window=30&attribution=last&source=1").status_code == 200
    assert admin.get(f"/admin/invoices/?stage=Paid&{words}").status_code == 400


def test_finance_opens_the_invoices_of_each_part(as_role: Any) -> None:
    finance = as_role("Finance")
    for by in ("campaign", "platform", "source", "page", "channel"):
        urls = {url for url, _ in numbers(finance, by=by, **{"from": clock.today() - timedelta(days=290)})}
        of_parts = {url for url in urls if "/invoices/" in url and f"&{by}=" in url}
        assert of_parts, by
        assert {finance.get(url).status_code for url in urls} == {200}


@pytest.mark.parametrize("role", ["Manager", "Finance", "Auditor"])
def test_no_number_leads_to_a_refusal(as_role: Any, role: str) -> None:
    visitor = as_role(role)
    urls = {url for by in ("campaign", "source") for url, _ in numbers(visitor, by=by)}

    assert urls
    assert {url: visitor.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


FLAWS = {
    "Converted without a patient": """SELECT count(*) FROM marketing_leads l WHERE lower(btrim(status)) = 'converted'
        AND NOT EXISTS (SELECT FROM patients p WHERE p.marketing_lead_id = l.id)""",
    "A patient, and not Converted": """SELECT count(*) FROM marketing_leads l JOIN patients p
        ON p.marketing_lead_id = l.id WHERE lower(btrim(l.status)) IS DISTINCT FROM 'converted'""",
    "A patient before the lead": """SELECT count(*) FROM marketing_leads l JOIN patients p
        ON p.marketing_lead_id = l.id WHERE coalesce(l.converted_to_patient_at, p.created_at) < l.created_at""",
    "The same phone or e-mail": "SELECT 0",
    "Lead and landing page name different campaigns": """SELECT count(*) FROM marketing_leads l JOIN landing_pages g
        ON g.id = l.landing_page_id WHERE g.campaign_id <> l.campaign_id""",
    "Leads without the time they came": "SELECT count(*) FROM marketing_leads WHERE created_at IS NULL",
    "Paid, but without the time of it": """SELECT count(*) FROM invoices
        WHERE lower(btrim(status)) = 'paid' AND paid_at IS NULL""",
    "Paid, but no amount that counts": """SELECT count(*) FROM invoices WHERE lower(btrim(status)) = 'paid'
        AND (amount < 0 OR amount = 'NaN')""",
    "Spend without any date": """SELECT count(*) FROM marketing_budgets b LEFT JOIN marketing_campaigns c
        ON c.id = b.campaign_id
        WHERE coalesce(b.start_date, b.end_date, c.start_date, c.end_date) IS NULL""",
}
ROW = re.compile(r'<th scope="row">([^<]+)</th><td class="right">(?:<a [^>]*href="([^"]+)"[^>]*>|<span>)([0-9,]+)')


def test_each_flaw_is_counted_and_its_list_is_as_long(admin: Visitor, owner_engine: Engine) -> None:
    rows = ROW.findall(admin.get("/admin/funnel/quality/").text)

    assert [label for label, _, _ in rows] == list(FLAWS)
    with owner_engine.connect() as owner:
        for label, url, told in rows:
            assert told == f"{owner.scalar(text(FLAWS[label])):,}", label
            if url:
                assert count_of(admin.get(unescape(url)).text) == told, label
    assert sum(bool(url) for _, url, _ in rows) > 5


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "1850-01-01", "2300-01-01", "0044-03-15 BC"])
def test_a_lead_of_no_period_is_listed(admin: Visitor, owner_engine: Engine, moment: str) -> None:
    url = "/admin/marketing_leads/?is=no_period"
    before = int(count_of(admin.get(url).text) or 0)
    change = text("UPDATE marketing_leads SET created_at = :moment WHERE id = :id")
    with owner_engine.begin() as owner:
        found = owner.execute(text("SELECT id, created_at FROM marketing_leads WHERE created_at IS NOT NULL LIMIT 1"))
        lead = found.one()
        owner.execute(change, {"moment": moment, "id": lead.id})

    assert int(count_of(admin.get(url).text) or 0) == before + 1

    with owner_engine.begin() as owner:
        owner.execute(change, {"moment": lead.created_at, "id": lead.id})


SHARED = {
    "phone_number": ("1", "1", "2", "3", "3", "3", "4"),
    "email": ("a@x.et", "A@x.et", "b@x.et", "C@x.et", "c@X.et", "C@X.ET", "D@x.et"),
}


def test_those_who_share_a_phone_or_an_email_are_duplicates(admin: Visitor, owner_engine: Engine) -> None:
    with owner_engine.begin() as owner:
        ids = owner.scalars(text("SELECT id FROM marketing_leads ORDER BY id LIMIT 14")).all()
        told = [(column, value) for column, values in SHARED.items() for value in values]
        for lead, (column, value) in zip(ids, told, strict=True):
            owner.execute(text(f"UPDATE marketing_leads SET {column} = :v WHERE id = :id"), {"v": value, "id": lead})

    assert count_of(admin.get("/admin/marketing_leads/?is=duplicate").text) == "10"


def test_one_campaign_has_its_line_of_the_funnel(admin: Visitor, owner_engine: Engine) -> None:
    with owner_engine.connect() as owner:
        campaign = owner.scalar(text("SELECT min(campaign_id) FROM landing_pages"))
    days = {"from": clock.today() - timedelta(days=290), "to": clock.today()}
    found = admin.get(f"{PAGE}data.json", query_string=days).json
    line = next(row for row in found["rows"] if row["key"] == campaign)

    page = admin.get(f"{PAGE}campaign/", query_string={"id": campaign, **days})

    of_stages = [one for one in NUMBER.findall(page.text) if "stage=" in one[0] and "/invoices/" not in one[0]]
    counts = [told for url, told in of_stages if "page=" not in url]
    assert len(counts) < len(of_stages)
    assert counts == [f"{count:,}" for count in line["counts"]]
    for url, told in NUMBER.findall(page.text):
        if not OF_SUMS.search(url):
            assert (count_of(admin.get(unescape(url)).text) or "0") == told


@pytest.mark.parametrize(("words", "status"), [("id=999999", 404), ("id=x", 400), ("", 400), ("id=1&from=soon", 400)])
def test_a_campaign_that_is_none_is_refused(admin: Visitor, words: str, status: int) -> None:
    assert admin.get(f"{PAGE}campaign/?{words}").status_code == status


def test_the_file_has_the_numbers_of_the_table(admin: Visitor) -> None:
    words = {"from": clock.today() - timedelta(days=290), "by": "source"}
    found = admin.get(f"{PAGE}data.json", query_string=words).json

    lines = admin.get(f"{PAGE}export/csv/", query_string=words).text.splitlines()

    assert lines[-1].split(",")[1:8] == [str(count) for count in found["total"]["counts"]]
    assert lines[-1].split(",")[9] == found["total"]["revenue"]
    assert len(lines) == len(found["rows"]) + 2
    assert admin.get(f"{PAGE}export/xlsx/", query_string=words).data[:2] == b"PK"
    assert admin.get(f"{PAGE}export/pdf/").status_code == 404


def test_who_gets_no_verdicts_has_the_lines_by_spend_and_no_tint(
    as_role: Any, admin: Visitor, owner_engine: Engine
) -> None:
    # Most is spent where it is too young to be judged.
    with owner_engine.begin() as owner:
        owner.execute(
            text("""INSERT INTO marketing_budgets (campaign_id, allocated_amount, spent_amount, start_date, end_date)
                SELECT min(id), 0, 9000000, :old, :old FROM marketing_campaigns WHERE status = 'Active' UNION ALL
                SELECT max(id), 0, 20000000, :young, :young FROM marketing_campaigns"""),
            {"old": clock.today() - timedelta(days=200), "young": clock.today()},
        )
    finance, words = as_role("Finance"), {"from": clock.today() - timedelta(days=290)}
    tinted = re.compile(r'class="right(?: wide)? (?:fewer|more)"')
    by_spend = [row["label"] for row in finance.get(f"{PAGE}data.json", query_string=words).json["rows"]]

    assert tinted.search(admin.get(PAGE, query_string=words).text)
    assert names_in_file(admin, words) != by_spend
    assert names_in_file(finance, words) == by_spend
    assert not tinted.search(finance.get(PAGE, query_string=words).text)


def names_in_file(visitor: Visitor, words: dict[str, Any]) -> list[str]:
    """Of the lines of the breakdown's CSV, without its heads and total."""
    lines = csv.reader(io.StringIO(visitor.get(f"{PAGE}export/csv/", query_string=words).text))
    return [line[0] for line in lines][1:-1]


@pytest.mark.parametrize(
    "words", ["compare=before", "compare=year", "compare=campaigns", "compare=campaigns&one=1&other=2"]
)
def test_two_sides_are_compared(admin: Visitor, words: str) -> None:
    page = admin.get(f"{PAGE}?{words}")

    assert page.status_code == 200
    assert ("Beside each other" in page.text) == (words != "compare=campaigns")


@pytest.mark.parametrize("words", ["compare=all", "compare=campaigns&one=x&other=2", "cohort=Lead", "weather=fine"])
def test_a_page_that_cannot_be_asked_for_is_refused(admin: Visitor, words: str) -> None:
    assert admin.get(f"{PAGE}?{words}").status_code == 400


@pytest.mark.parametrize("path", ["", "data.json", "export/csv/", "export/xlsx/"])
def test_a_day_with_too_few_days_before_it_is_refused_alike(admin: Visitor, path: str) -> None:
    answer = admin.get(f"{PAGE}{path}?to=1900-01-01")

    assert answer.status_code == 400
    assert "to is 1900-01-01, too early for 180 days before it." in answer.text


def test_an_address_of_one_old_day_has_dashes_and_no_error(admin: Visitor) -> None:
    page = admin.get(f"{PAGE}?from=2001-01-01&to=2001-01-01")

    assert page.status_code == 200
    assert "No leads in these days" in page.text
