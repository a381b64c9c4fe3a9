"""The bell: what one has not read is counted, in order, marked by oneself alone, and nobody reads another's."""

from __future__ import annotations

import re

import pytest
from clusters import Database
from doors import Company, Walker

PAGE = "/admin/notifications/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _nothing_told(company: Company) -> None:
    company.run("DELETE FROM dashboard.notifications")


@pytest.fixture
def nurse(company: Company) -> Walker:
    return company.as_("Nurse")


def tell(company: Company, walker: Walker, number: int = 1, read: bool = False) -> list[int]:
    company.run(
        "INSERT INTO dashboard.notifications (staff_id, kind, parts, made_at, read_at) SELECT :who, 'work', "
        """jsonb_build_object('done', jsonb_build_array(jsonb_build_array('assigned', 'visit_services', n + 1))), """
        "timezone('utc', now()), CASE WHEN :read THEN timezone('utc', now()) END FROM generate_series(1, :number) n",
        who=walker.staff_id,
        number=number,
        read=read,
    )
    found = company.rows(
        "SELECT id FROM dashboard.notifications WHERE staff_id = :who ORDER BY id", who=walker.staff_id
    )
    return [row.id for row in found][-number:]


def unread(walker: Walker) -> int:
    return int(walker.get("/session").json["unread"])


def shown(page: str) -> list[tuple[bool, int]]:
    """Each with whether it is read and how many visits it tells of, in the order of the page."""
    found = re.findall(r'(?s)<li class="(is-read|is-unread)">.*?(\d+) visits were assigned', page)
    return [(state == "is-read", int(number)) for state, number in found]


def test_the_bell_counts_what_is_not_read_on_every_page(company: Company, nurse: Walker) -> None:
    tell(company, nurse, 3)
    tell(company, nurse, 2, read=True)

    assert unread(nurse) == 3
    assert 'data-unread="3"' in nurse.get("/admin/").text


def test_a_hundred_and_more_are_99_plus(company: Company, nurse: Walker) -> None:
    tell(company, nurse, 130)

    assert unread(nurse) == 100
    assert ">99+<" in nurse.get("/admin/").text


def test_unread_ones_come_first_the_latest_on_top_and_pages_go_on(company: Company, nurse: Walker) -> None:
    tell(company, nurse, 2, read=True)
    tell(company, nurse, 60)
    first = nurse.get(PAGE).text
    more = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert more
    second = nurse.get(more[1]).text

    assert shown(first) == [(False, n) for n in range(61, 11, -1)]
    assert shown(second) == [(False, n) for n in range(11, 1, -1)] + [(True, 3), (True, 2)]


def test_one_is_marked_and_then_all_that_were_on_the_page(company: Company, nurse: Walker) -> None:
    first, *_, last = tell(company, nurse, 4)
    nurse.post(f"{PAGE}read", {"id": first})
    assert unread(nurse) == 3

    later = tell(company, nurse)
    nurse.post(f"{PAGE}read", {"newest": last})

    left = company.rows("SELECT id FROM dashboard.notifications WHERE read_at IS NULL")
    assert [row.id for row in left] == later
    assert unread(nurse) == 1


def test_nobody_reads_or_marks_those_of_another(company: Company, admin: Walker, nurse: Walker) -> None:
    (theirs,) = tell(company, nurse)
    assert shown(admin.get(PAGE).text) == []
    for word in ("id", "newest"):
        admin.post(f"{PAGE}read", {word: theirs})

    assert unread(nurse) == 1


def test_whoever_looks_as_somebody_has_their_own_bell(company: Company, nurse: Walker) -> None:
    admin = company.enter("Admin", "admin@homecare.example", "homecare-demo")
    tell(company, nurse)
    admin.post("/admin/roles/view-as/start", {"person": nurse.staff_id})

    assert shown(admin.get(PAGE).text) == []
    assert unread(admin) == 0
    admin.post("/admin/roles/view-as/stop")


@pytest.mark.parametrize(("method", "words"), [("get", "?after=x-1"), ("get", "?after=1-x"), ("post", "nothing")])
def test_a_bad_place_or_number_is_answered_in_words(nurse: Walker, method: str, words: str) -> None:
    answer = nurse.get(f"{PAGE}{words}") if method == "get" else nurse.post(f"{PAGE}read", {"id": words})

    assert answer.status_code == 400
    assert "Open the notifications again" in answer.text
