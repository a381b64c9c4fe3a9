"""Every number of the funnel's page that is a link opens a list of exactly so many rows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from conftest import Visitor
from doors import count_of
from funnel_rows import World
from jobs_done import worked
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
        {"by": "month"},
    ],
    ids=lambda words: " ".join(words.values()),
)  # fmt: skip
def test_each_count_is_the_length_of_its_list(admin: Visitor, words: dict[str, str]) -> None:
    first = clock.today() - timedelta(days=290)
    counted = {(url, told) for url, told in numbers(admin, **{"from": first}, **words) if not OF_SUMS.search(url)}

    assert len(counted) > 30
    for url, told in counted:
        found = admin.get(url)
        assert found.status_code == 200, url
        assert (count_of(found.text) or "0") == told, url


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
    assert marketing.get("/admin/marketing_leads/?stage=Lead&sub_city=1").status_code == 403
    urls = [url for url, _ in numbers(marketing)]
    assert urls
    assert {marketing.get(url).status_code for url in urls} == {200}


@pytest.mark.parametrize("role", ["Manager", "Finance", "Auditor"])
def test_no_number_leads_to_a_refusal(as_role: Any, role: str) -> None:
    visitor = as_role(role)
    urls = {url for by in ("campaign", "source") for url, _ in numbers(visitor, by=by)}

    assert urls
    assert {url: visitor.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)
