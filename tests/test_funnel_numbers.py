"""Every number of the funnel equals what a plain look at the rows gives, whatever is asked; and parts equal totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Visitor
from funnel_reference import STAGES, Lead, Reference, poisson
from funnel_rows import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobs_done import worked
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, scoped_session

from homecare import clock
from homecare.config import Config
from homecare.queries.funnel import cohorts, times_taken
from homecare.queries.funnel.question import parse
from homecare.queries.funnel.verdicts import Compared, chance_of_at_most

URL = "/admin/funnel/data.json"
BY = ("campaign", "platform", "source", "page", "sub_city", "channel", "month")
COMBINATIONS = 300


@pytest.fixture(scope="module", autouse=True)
def filled(owner_engine: Engine, config: Config) -> None:
    with owner_engine.begin() as connection:
        world = World(connection, clock.today(), seed=11)
        world.fill(250)
        # The year before this one has leads whatever day it is.
        world.today -= timedelta(days=330)
        for _ in range(60):
            world.lead()
    worked(config, "leads")


@pytest.fixture(scope="module")
def reference(owner_engine: Engine, filled: None) -> Reference:
    with owner_engine.connect() as connection:
        return Reference(connection, clock.today())


@pytest.fixture
def admin(as_role: Any) -> Visitor:
    visitor: Visitor = as_role("Admin")
    return visitor


def asked(visitor: Visitor, **words: Any) -> Any:
    answer = visitor.get(URL, query_string=words)
    assert answer.status_code == 200, answer.text
    return answer.json


def by_key(found: Any) -> dict[str | None, Any]:
    told = ("counts", "spend", "revenue", "cpl", "cac", "roas", "ltv90", "verdict")
    return {
        None if row["key"] is None else str(row["key"]): {name: row[name] for name in told} for row in found["rows"]
    }


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Days, whole months, and years."""
    first = clock.today() - timedelta(days=draw(st.integers(0, 319)))
    if draw(st.booleans()):
        first = first.replace(day=1)
    last = min(first + timedelta(days=draw(st.sampled_from((0, 1, 30, 60, 90, 180, 365)))), clock.today())
    return {
        "from": first, "to": last, "window": draw(st.sampled_from(("14", "30", "90", "180", "none"))),
        "attribution": draw(st.sampled_from(("first", "last"))), "by": draw(st.sampled_from(BY)),
    }  # fmt: skip


def test_every_number_is_what_the_rows_say(admin: Visitor, reference: Reference) -> None:
    seen_verdicts = set()

    @settings(max_examples=COMBINATIONS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(questions())
    def equals_the_rows(words: dict[str, Any]) -> None:
        found = asked(admin, **words)
        wanted = reference.answer(words["from"], words["to"], words["window"], words["attribution"], words["by"])

        assert found["stages"] == list(STAGES)
        assert by_key(found) == wanted["rows"]
        total = {name: found["total"][name] for name in wanted["total"]}
        assert total == wanted["total"]
        assert (found["direct_patients"], found["immature"]) == (wanted["direct_patients"], wanted["immature"])
        parts_equal_totals(found, words)
        seen_verdicts.update(row["verdict"] for row in found["rows"])

    equals_the_rows()
    assert len(seen_verdicts - {None}) >= 2


def parts_equal_totals(found: Any, words: dict[str, Any]) -> None:
    rows = found["rows"]
    for stage in range(len(STAGES)):
        assert sum(row["counts"][stage] for row in rows) == found["total"]["counts"][stage], words
    if words["by"] in ("campaign", "platform", "month"):
        assert sum(Decimal(row["spend"]) for row in rows) == Decimal(found["total"]["spend"]), words
    else:
        assert {row["spend"] for row in rows} <= {None}


def test_what_is_left_out_is_the_last_180_days_90_first_and_campaign(admin: Visitor) -> None:
    today = clock.today()
    spelled = asked(
        admin,
        **{"from": today - timedelta(days=179), "to": today, "window": 90, "attribution": "first", "by": "campaign"},
    )

    assert asked(admin) == spelled


@pytest.mark.parametrize(
    "words",
    [
        {"from": "2026-03-02", "to": "2026-03-01"}, {"window": "91"}, {"attribution": "middle"}, {"by": "weather"},
        {"from": "soon"}, {"to": "9999-99-99"}, {"until": "2026-03-01"}, {"from": "0001-01-01"}, {"to": "\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(admin: Visitor, words: dict[str, str]) -> None:
    answer = admin.get(URL, query_string=words)

    assert answer.status_code == 400
    assert "SELECT" not in answer.text


def test_as_of_is_a_moment_in_utc(admin: Visitor) -> None:
    told = asked(admin)["as_of"]

    assert told.endswith("Z")
    assert date.fromisoformat(told[:10]) == clock.now_utc().date()


def test_who_sees_money_alone_gets_no_other_counts(as_role: Any) -> None:
    found = asked(as_role("Finance"), by="source", window="none")

    assert found["direct_patients"] is found["immature"] is None
    for line in [*found["rows"], found["total"]]:
        assert line["counts"][:5] == [None] * 5
        assert None not in line["counts"][5:]
        assert line["revenue"] is not None
        assert line["verdict"] is None
    assert found["total"]["cpl"] is not None


def test_who_sees_money_alone_learns_nothing_by_the_order(as_role: Any, admin: Visitor) -> None:
    finance, differs = as_role("Finance"), False
    for days, by in ((20, "source"), (40, "page"), (80, "channel"), (160, "source"), (300, "page")):
        words = {"by": by, "from": clock.today() - timedelta(days=days)}
        rows = asked(finance, **words)["rows"]
        shown = [
            (row["key"] is None, -Decimal(row["revenue"]), -row["counts"][6], -row["counts"][5], row["label"])
            for row in rows
        ]
        assert shown == sorted(shown), words
        differs |= [row["label"] for row in rows] != [row["label"] for row in asked(admin, **words)["rows"]]
    assert differs


@pytest.mark.parametrize("by", BY)
def test_all_days_that_the_funnel_knows_can_be_asked_for_at_once(admin: Visitor, by: str) -> None:
    words = {"from": "1900-01-01", "to": "2199-12-31", "by": by}
    parts_equal_totals(asked(admin, **words), words)
    page = admin.get("/admin/funnel/", query_string=words)
    assert page.status_code == 200
    # Of three centuries the months that something happened in.
    assert 10 <= page.text.count('<tr><th scope="row">', page.text.index('class="heat"')) <= 120


@pytest.mark.parametrize("usual", [True, False])
def test_who_sees_places_as_cells_gets_sub_cities_in_fives(as_role: Any, admin: Visitor, usual: bool) -> None:
    year = clock.today().year - 1
    words = {"by": "sub_city"}
    if not usual:
        words |= {"window": "none", "from": f"{year}-01-01", "to": f"{year}-12-31"}
    floored, exact = asked(as_role("Marketing"), **words), asked(admin, **words)

    fives = {row["label"]: [count - count % 5 for count in row["counts"]] for row in exact["rows"]}
    # A name with nothing beside it would tell that somebody lives there; the order tells no more than the figures.
    assert {row["label"]: row["counts"] for row in floored["rows"]} == {name: n for name, n in fives.items() if any(n)}
    assert [row["counts"] for row in floored["rows"]] == sorted(
        (row["counts"] for row in floored["rows"]), reverse=True
    )
    assert {row["revenue"] for row in floored["rows"]} == {None}
    assert floored["total"]["counts"] == exact["total"]["counts"]


@pytest.mark.parametrize("role", ["Marketing", "Auditor"])
def test_no_two_periods_or_windows_tell_where_one_lead_lives(as_role: Any, admin: Visitor, role: str) -> None:
    """Each lead is listed with its day, so that a period longer by a day of one lead would tell of that one."""
    year = clock.today().year - 1
    periods = [(date(year, 1, 1 + more), date(year, 12, 31 - less)) for more in (0, 1, 30) for less in (0, 1, 2)]
    told = [
        asked(as_role(role), **{"by": "sub_city", "window": window, "from": first, "to": last})
        for first, last in periods
        for window in ("14", "90", "none")
    ]
    exact = [asked(admin, **{"by": "sub_city", "window": window}) for window in ("14", "none")]

    assert told[0]["rows"]
    assert [one for one in told if one != told[0]] == []
    assert exact[0]["rows"] != exact[1]["rows"]


@pytest.mark.parametrize("role", ["Marketing", "Auditor"])
def test_a_period_of_this_year_is_answered_with_the_usual_days(as_role: Any, role: str) -> None:
    """Around the end of June this year so far and the last 180 days differ by a few days, or by a few late patients."""
    walker, today = as_role(role), clock.today()
    usual = asked(walker, by="sub_city")
    periods = [
        (today.replace(month=1, day=1), today),
        (today, today),
        (today, today.replace(year=today.year + 1, day=1)),
    ]

    told = [asked(walker, **{"by": "sub_city", "window": "none", "from": a, "to": b}) for a, b in periods]

    assert usual["rows"]
    assert [(one["rows"], one["total"]) for one in told] == [(usual["rows"], usual["total"])] * len(periods)


@pytest.mark.parametrize(("role", "by"), [("Finance", "sub_city"), ("Coordinator", "campaign"), ("Nurse", "month")])
def test_who_may_not_is_refused(as_role: Any, role: str, by: str) -> None:
    assert as_role(role).get(URL, query_string={"by": by}).status_code == 403


def test_an_empty_company_has_zeros_and_dashes(admin: Visitor, owner_engine: Engine) -> None:
    found = asked(admin, **{"from": "2001-01-01", "to": "2001-01-01"})

    assert found["rows"] == []
    assert found["total"] == {
        "key": None, "label": "Total", "counts": [0] * 7, "spend": "0.00", "revenue": "0.00",
        "cpl": None, "cac": None, "roas": None, "ltv90": None, "verdict": None,
    }  # fmt: skip
    with owner_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM marketing_leads")) > 0


@pytest.mark.parametrize("window", ["14", "30", "90", "180", "none"])
def test_times_to_convert_are_those_of_the_rows(
    window: str, db_session: scoped_session[Session], reference: Reference
) -> None:
    for days in (40, 120, 300):
        first = clock.today() - timedelta(days=days)
        took = times_taken.times(db_session(), parse({"from": first.isoformat(), "window": window}))[4]

        wanted = reference.times(first, clock.today(), window)
        assert {"median": took.median, "p90": took.p90, "negative": took.negative} == wanted


@pytest.mark.parametrize("stage", [4, 5, 6, 7])
def test_a_cohort_is_who_reached_the_stage_in_time(
    stage: int, db_session: scoped_session[Session], reference: Reference
) -> None:
    asked = parse({"from": (clock.today() - timedelta(days=300)).isoformat()})
    found = cohorts.cohorts(db_session(), asked, stage, cohorts.by_month(db_session(), asked, []))

    came = reference.between(asked.first, asked.last)
    assert len(found) > 8
    for one in found:
        leads = [lead for lead in came if lead.day.replace(day=1) == one.month.replace(day=1)]
        assert one.leads == len(leads)
        for number, share in enumerate(one.shares, start=1):
            reached = sum(lead.patient is not None and reached_by(lead, stage, 30 * number) for lead in leads)
            # The period may begin on the last day of a month, of which there may be no lead.
            has_passed = (
                max((lead.day for lead in leads), default=asked.last) + timedelta(days=30 * number) < clock.today()
            )
            assert share is None or share == pytest.approx(reached / len(leads))
            assert has_passed or share is None


def reached_by(lead: Lead, stage: int, days: int) -> bool:
    return any(lead.counts(moment, days) for n, moments in lead.moments.items() if n >= stage for moment in moments)


@pytest.mark.parametrize("expected", [0.01, 0.7, 3, 12.5, 90, 600])
def test_the_chance_of_so_few_is_the_sum_of_each(expected: float) -> None:
    for number in {0, 1, 2, *(round(expected + step * expected**0.5) for step in range(-6, 7))}:
        if number >= 0:
            assert chance_of_at_most(number, expected) == pytest.approx(poisson(number, expected), abs=1e-10)
    assert chance_of_at_most(-1, expected) == 0
    assert chance_of_at_most(5, 0) == 1


@pytest.mark.parametrize(
    ("reached", "of", "differs"),
    [
        ((10, 30), (100, 100), True), ((50, 55), (100, 100), False), ((3, 5), (10, 10), None),
        ((0, 0), (100, 100), None),
        ((1, 0), (1, 0), None), ((40, 60), (100, 100), True), ((43, 56), (100, 100), False),
    ],
)  # fmt: skip
def test_two_shares_are_told_from_chance(reached: tuple[int, int], of: tuple[int, int], differs: bool | None) -> None:
    assert Compared(reached, of).differs is differs
