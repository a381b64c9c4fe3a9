"""What is kept of leads is what a plain look at the company's rows gives, whatever changed them and however."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from funnel_reference import WINDOWS, Reference
from funnel_rows import World
from jobs_done import worked
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homecare import clock
from homecare.config import Config
from homecare.work.facts import lead_stages_plain
from homecare.work.jobs import JOBS
from homecare.work.loop import Loop

JOB = "leads"


@pytest.fixture(scope="module", autouse=True)
def filled(owner_engine: Engine, config: Config) -> None:
    with owner_engine.begin() as connection:
        World(connection, clock.today(), seed=7).fill(120)
    worked(config, JOB)


@pytest.fixture
def owner(owner_engine: Engine) -> Iterator[Connection]:
    with owner_engine.connect() as connection:
        yield connection


def faults(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return [*lead_stages_plain.faults(session)]


def test_every_fact_is_as_the_rows_say_row_by_row(owner: Connection, serving_engine: Engine) -> None:
    reference = Reference(owner, clock.today())
    kept = {row.lead_id: row for row in owner.execute(text("SELECT * FROM dashboard.lead_facts"))}

    assert kept.keys() == {lead.row["id"] for lead in reference.leads}
    for lead in reference.leads:
        fact = kept[lead.row["id"]]
        assert (fact.first_campaign_id, fact.last_campaign_id) == (lead.first_touch, lead.last_touch)
        if lead.row["created_at"] is not None:
            assert fact.day == lead.day
            for name, days in WINDOWS.items():
                told = (getattr(fact, f"level_{name}"), getattr(fact, f"paid_{name}"))
                assert told == (lead.level(days), lead.revenue(days)), f"lead {lead.row['id']} within {name}"
    assert faults(serving_engine) == []


BEYOND = {
    "a lead of the year 9999": "UPDATE marketing_leads SET created_at = '9999-12-01' WHERE id = :id",
    "a lead of the year 5": "UPDATE marketing_leads SET created_at = '0005-01-01' WHERE id = :id",
    "a lead before Christ": "UPDATE marketing_leads SET created_at = '0300-01-01 BC' WHERE id = :id",
    "a lead at no time": "UPDATE marketing_leads SET created_at = 'infinity' WHERE id = :id",
    "a lead since ever": "UPDATE marketing_leads SET created_at = '-infinity' WHERE id = :id",
    "converted at no time": "UPDATE marketing_leads SET converted_to_patient_at = 'infinity' WHERE id = :id",
    "converted since ever": "UPDATE marketing_leads SET converted_to_patient_at = '-infinity' WHERE id = :id",
    "paid since ever": """UPDATE invoices SET status = 'Paid', amount = 5, paid_at = '-infinity'
        WHERE patient_id = (SELECT id FROM patients WHERE marketing_lead_id = :id)""",
    "paid at no time": """UPDATE invoices SET status = 'Paid', amount = 5, paid_at = 'infinity'
        WHERE patient_id = (SELECT id FROM patients WHERE marketing_lead_id = :id)""",
    "paid, and a line break": """UPDATE invoices SET status = E'Paid\\n', amount = 5
        WHERE patient_id = (SELECT id FROM patients WHERE marketing_lead_id = :id)""",
    "contacted, and a wide blank": "UPDATE marketing_leads SET status = U&'\\00A0Contacted' WHERE id = :id",
    "a channel called none": "UPDATE patients SET acquisition_channel = 'none' WHERE marketing_lead_id = :id",
}


@pytest.mark.parametrize("change", BEYOND)
def test_what_no_calendar_or_list_of_words_holds_is_in_the_facts(
    change: str, owner_engine: Engine, serving_engine: Engine, config: Config
) -> None:
    one = text("""SELECT p.marketing_lead_id FROM patients p JOIN marketing_leads l ON l.id = p.marketing_lead_id
        JOIN invoices i ON i.patient_id = p.id ORDER BY p.id LIMIT 1""")
    with owner_engine.begin() as owner:
        changed = owner.execute(text(BEYOND[change]), {"id": owner.scalar(one)})
        assert changed.rowcount

    worked(config, JOB)

    assert faults(serving_engine) == []


CHANGES = {
    "a visit undone": "UPDATE visit_services SET status = 'Missed' WHERE id % 3 = 0",
    "a refund": "UPDATE invoices SET status = 'Refunded' WHERE id % 3 = 0",
    "an amount": "UPDATE invoices SET amount = amount + 1 WHERE id % 3 = 1",
    "a page of another campaign": "UPDATE landing_pages SET campaign_id = (SELECT max(id) FROM marketing_campaigns)",
    "a campaign deleted": "DELETE FROM marketing_campaigns WHERE id = (SELECT min(id) FROM marketing_campaigns)",
    "a page deleted": "DELETE FROM landing_pages WHERE id = (SELECT min(id) FROM landing_pages)",
    "leads deleted": "DELETE FROM marketing_leads WHERE id % 7 = 0",
    "patients deleted": "DELETE FROM patients WHERE id % 7 = 0",
    "patients of other leads": """UPDATE patients SET marketing_lead_id = (SELECT l.id FROM marketing_leads l WHERE
        NOT EXISTS (SELECT FROM patients p WHERE p.marketing_lead_id = l.id) LIMIT 1)
        WHERE id = (SELECT max(id) FROM patients WHERE marketing_lead_id IS NOT NULL)""",
    "leads of another day": "UPDATE marketing_leads SET created_at = created_at - interval '40 days' WHERE id % 5 = 0",
    "places": "UPDATE patients SET geolocation = NULL WHERE id % 4 = 0",
    "all of the visits": "TRUNCATE visit_services CASCADE",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_kind_is_in_the_facts(
    change: str, owner_engine: Engine, serving_engine: Engine, config: Config
) -> None:
    with owner_engine.begin() as owner:
        if change == "all of the visits":
            # The trail refuses it; whoever takes that away is still noticed.
            owner.execute(text("ALTER TABLE visit_services DISABLE TRIGGER trail_truncated"))
            owner.execute(text("ALTER TABLE invoices DISABLE TRIGGER trail_truncated"))
            for table in ("admin_task_tracking",):
                owner.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER trail_truncated"))
            owner.execute(text("ALTER TABLE dashboard.visit_plans DISABLE TRIGGER trail_truncated"))
        owner.execute(text(CHANGES[change]))
        assert owner.scalar(text("SELECT count(*) FROM dashboard.dirty_leads")), "no lead is touched by it"

    worked(config, JOB)

    assert faults(serving_engine) == []


def test_a_contact_that_the_trail_let_go_is_let_go(
    owner_engine: Engine, serving_engine: Engine, config: Config
) -> None:
    contact = text("SELECT minutes_contact FROM dashboard.lead_facts WHERE lead_id = :id")
    with owner_engine.begin() as owner:
        lead = {"id": owner.scalar(text("SELECT min(id) FROM marketing_leads WHERE created_at < now()"))}
        owner.execute(
            text("""CREATE TABLE dashboard.changes_2020_01 PARTITION OF dashboard.changes
            FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')""")
        )
        owner.execute(
            text("""INSERT INTO dashboard.changes
                    (made_at, transaction_id, resource, row_id, kind, old, new, origin)
                VALUES ('2020-01-05', pg_current_xact_id()::text::bigint, 'marketing_leads', :id, 'changed',
                    jsonb_build_object('status', 'New'), jsonb_build_object('status', 'Contacted'), 'page')"""),
            lead,
        )
        owner.execute(text("INSERT INTO dashboard.dirty_leads VALUES (:id)"), lead)
        owner.execute(text("UPDATE dashboard.trail_keeping SET months = 24"))
    worked(config, JOB)
    with owner_engine.connect() as owner:
        assert owner.scalar(contact, lead) < 0

    worked(config, "months")
    worked(config, JOB)

    with owner_engine.begin() as owner:
        owner.execute(text("UPDATE dashboard.trail_keeping SET months = 0"))
        assert (owner.scalar(contact, lead) or 0) >= 0
    assert faults(serving_engine) == []


def test_what_was_rolled_back_changes_nothing(owner: Connection, serving_engine: Engine, config: Config) -> None:
    owner.execute(text("UPDATE marketing_leads SET status = 'Contacted'"))
    owner.rollback()
    worked(config, JOB)

    assert faults(serving_engine) == []


def test_a_change_that_commits_late_is_not_lost(
    owner: Connection, owner_engine: Engine, serving_engine: Engine, config: Config
) -> None:
    owner.execute(text("UPDATE marketing_leads SET status = 'Contacted' WHERE id % 2 = 0"))
    with owner_engine.begin() as other:
        other.execute(text("UPDATE marketing_leads SET status = 'Qualified' WHERE id % 2 = 1"))
    worked(config, JOB)
    owner.commit()
    worked(config, JOB)

    assert faults(serving_engine) == []


def test_a_check_names_what_is_false(owner_engine: Engine, serving_engine: Engine) -> None:
    with owner_engine.begin() as owner:
        lead = owner.scalar(text("SELECT min(lead_id) FROM dashboard.lead_facts WHERE day IS NOT NULL"))
        was = owner.scalar(text("SELECT level_30 FROM dashboard.lead_facts WHERE lead_id = :id"), {"id": lead})
        change = text("UPDATE dashboard.lead_facts SET level_30 = :level WHERE lead_id = :id")
        owner.execute(change, {"level": was % 7 + 1, "id": lead})

    found = faults(serving_engine)

    with owner_engine.begin() as owner:
        owner.execute(change, {"level": was, "id": lead})
    assert f"lead {lead}" in found
    assert sum(fault.startswith("cell ") for fault in found) == 8


WRITES = (
    "UPDATE visit_services SET status = CASE status WHEN 'Missed' THEN 'Completed' ELSE 'Missed' END WHERE id % 5 = :n",
    "UPDATE invoices SET amount = amount + 1, status = 'Paid' WHERE id % 5 = :n",
    "UPDATE patients SET initial_campaign_id = NULL WHERE id % 5 = :n",
    "UPDATE landing_pages SET campaign_id = (SELECT min(id) + :n % 2 FROM marketing_campaigns) WHERE id % 5 = :n",
    "UPDATE marketing_leads SET landing_page_id = (SELECT max(id) FROM landing_pages) WHERE id % 5 = :n",
    "UPDATE marketing_leads SET status = 'Contacted', created_at = created_at + interval '1 day' WHERE id % 5 = :n",
)
WRITERS, ROUNDS, MOST_LOCKED_S = 4, 12, 0.02


def test_writers_at_once_lose_nothing_to_two_workers(
    owner_engine: Engine, serving_engine: Engine, config: Config
) -> None:
    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(ROUNDS):
            # Whoever is chosen to give way to another writer has changed nothing.
            with suppress(OperationalError), owner_engine.begin() as connection:
                connection.execute(text(dice.choice(WRITES)), {"n": dice.randrange(5)})
                time.sleep(dice.random() * MOST_LOCKED_S)
                if dice.random() < 0.2:
                    connection.rollback()

    def work() -> None:
        loop = Loop(config, {JOB: JOBS[JOB]})
        while not is_over.is_set():
            with loop.engine.begin() as connection:
                connection.execute(text("UPDATE dashboard.jobs SET try_at = due_at - interval '1 day'"))
            loop.run_due()
        loop.close()

    is_over = threading.Event()
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(WRITERS)]
    workers = [threading.Thread(target=work) for _ in range(2)]
    for thread in (*writers, *workers):
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in workers:
        thread.join()
    worked(config, JOB)

    assert faults(serving_engine) == []
