"""Numbers as people write them are read the same everywhere, and ambiguous ones are never guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from clusters import Database
from doors import Company, Walker, count_of, opened_form

from homecare.kinds.read import parse_value
from homecare.models.columns import Kind


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


TAKEN = {
    "1250": "1250", "1,250": "1250", "1,250,000.75": "1250000.75", "1\u00a0250.00": "1250", "1\u202f250": "1250",
    "1'250": "1250", "1\u2019250.50": "1250.50", "ETB 1,250": "1250", "1250 birr": "1250", "Br 1250": "1250",
    "br.1250": "1250", "ብር 1250": "1250", "1,250 ETB": "1250", "+5": "5", "\u22125": "-5", "-5": "-5", ".5": "0.5",
    "1.250": "1.25", "\u0661\u066c\u0662\u0665\u0660\u066b\u0665": "1250.5", "\u1372\u136a": "12",
    "\u200e1250\u200b": "1250",
}  # fmt: skip
BOTH_READINGS = {
    "1250,50": "write 1250.50 or 125,050", "1.250,00": "write 1250.00 or 1.25", "0,1": "write 0.1 or 1",
    "7,25": "write 7.25 or 725", "0,125": "write 0.125 or 125", "1 250,50": "write 1250.50 or 125,050",
    "1.250.000": "write 1250.000 or 1,250,000", "1,25,000": "or 125,000", "-7,5": "write -7.5 or -75",
    "ETB 1250,50": "write 1250.50 or 125,050", "1.250,5": "write 1250.5 or 1.2505",
}  # fmt: skip
NO_NUMBER = ["1e5", "NaN", "Infinity", "1250,", "12 34", "$5", "", ".", "1_000", "0x10", "9" * 60, "ETB", "5²"]


@pytest.mark.parametrize("typed", TAKEN)
def test_an_amount_is_read_as_it_is_written(typed: str) -> None:
    assert parse_value(Kind.MONEY, typed) == Decimal(TAKEN[typed])


@pytest.mark.parametrize("typed", BOTH_READINGS)
def test_two_readings_are_both_offered(typed: str) -> None:
    with pytest.raises(ValueError, match=BOTH_READINGS[typed]):
        parse_value(Kind.MONEY, typed)


@pytest.mark.parametrize("typed", NO_NUMBER)
def test_what_is_no_number_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Write a number such as 1250\.50"):
        parse_value(Kind.MONEY, typed)


SHARES = {"15": "0.15", "15%": "0.15", "15 %": "0.15", "0.15": "0.15", "1": "1", "1%": "0.01", "100": "1", "2": "0.02",
          "15 per cent": "0.15", "0": "0", "0.5 %": "0.005", "12.5%": "0.125"}  # fmt: skip


@pytest.mark.parametrize("typed", SHARES)
def test_a_share_is_read_as_it_is_shown(typed: str) -> None:
    assert parse_value(Kind.SHARE, typed) == Decimal(SHARES[typed])
    assert parse_value(Kind.PERCENT, "15 %") == parse_value(Kind.PERCENT, "15") == 15


def told(admin: Walker, surface: str, table: str, column: str, row_id: int, typed: str) -> tuple[int, str]:
    """The status and the words of the answer to a value typed on one of the surfaces."""
    sent: dict[str, Any] = {"id": row_id, "rowid": row_id, "field": column, "value": typed}
    if surface == "form":
        url = f"/admin/{table}/edit/?id={row_id}"
        answer = admin.post(url, opened_form(admin, url) | {column: typed})
    elif surface == "inline":
        version = opened_form(admin, f"/admin/{table}/edit/?id={row_id}")["_version"]
        answer = admin.post(f"/admin/{table}/ajax/update/", sent | {"version": version})
    elif surface == "bulk":
        answer = admin.post(f"/admin/{table}/action/", sent | {"action": "set"})
    else:
        answer = admin.get(f"/admin/{table}/?{column}__eq={quote(typed)}")
    return answer.status_code, answer.get_data(as_text=True)


AMOUNTS = [("marketing_budgets", "allocated_amount"), ("marketing_budgets", "spent_amount"), ("invoices", "amount"),
           ("insurance_claims", "coverage_amount")]  # fmt: skip


@pytest.mark.parametrize("surface", ["form", "inline", "bulk", "filter"])
@pytest.mark.parametrize(("table", "column"), AMOUNTS)
def test_a_decimal_comma_multiplies_nothing(
    company: Company, admin: Walker, surface: str, table: str, column: str
) -> None:
    row_id = company.scalar(f"SELECT max(id) FROM {table}")
    before = company.whole(table, row_id)

    status, words = told(admin, surface, table, column, row_id, "1250,50")

    assert status == (400 if surface == "filter" else 422)
    assert "1250,50: write 1250.50 or 125,050" in words
    assert company.whole(table, row_id) == before


@pytest.mark.parametrize("typed", ["ETB 1,250", "1250 birr", "1\u00a0250.00", "ብር 1250"])
@pytest.mark.parametrize(("surface", "status"), [("form", 302), ("inline", 200)])
def test_an_amount_is_saved_as_it_was_meant(
    company: Company, admin: Walker, surface: str, status: int, typed: str
) -> None:
    row_id = company.scalar("SELECT max(id) FROM marketing_budgets")
    company.run("UPDATE marketing_budgets SET allocated_amount = 1 WHERE id = :id", id=row_id)

    assert told(admin, surface, "marketing_budgets", "allocated_amount", row_id, typed)[0] == status
    assert company.scalar(f"SELECT allocated_amount FROM marketing_budgets WHERE id = {row_id}") == 1250


@pytest.mark.parametrize("typed", ["15", "15%", "0.15"])
def test_a_share_means_the_same_in_form_and_filter(company: Company, admin: Walker, typed: str) -> None:
    row_id = company.scalar("SELECT max(id) FROM international_referrals")
    company.run("UPDATE international_referrals SET revenue_share_ratio = 0.5 WHERE id = :id", id=row_id)

    assert told(admin, "form", "international_referrals", "revenue_share_ratio", row_id, typed)[0] == 302

    fifteen = company.scalar("SELECT count(*) FROM international_referrals WHERE revenue_share_ratio = 0.15")
    status, words = told(admin, "filter", "international_referrals", "revenue_share_ratio", row_id, typed)
    assert (status, count_of(words)) == (200, str(fifteen))
    assert "Revenue share ratio is 15 %" in words
    assert "1,500 %" not in words


def test_a_form_shows_a_share_as_lists_do(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT max(id) FROM international_referrals")
    company.run("UPDATE international_referrals SET revenue_share_ratio = 0.125 WHERE id = :id", id=row_id)

    form = opened_form(admin, f"/admin/international_referrals/edit/?id={row_id}")

    assert form["revenue_share_ratio"] == "12.5 %"
