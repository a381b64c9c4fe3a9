"""The live database against the seed: every difference is a numbered decision, and each one listed occurs."""

from __future__ import annotations

from collections import Counter

import pytest
from schema_facts import SEED, Facts, live_facts, seed_facts, statements
from sqlalchemy import Engine, text

UTC_NOW = "timezone('utc', now())"

# Decision 6: the pivot that the seed's summary names and no statement defines, in the seed's own words.
PIVOT = """
CREATE TABLE campaign_patients (
    id SERIAL PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES marketing_campaigns(id) ON DELETE CASCADE,
    patient_id INTEGER NOT NULL REFERENCES patients(id) ON DELETE CASCADE,
    touched_at TIMESTAMP,
    created_at TIMESTAMP,
    updated_at TIMESTAMP
);
"""
# Decision 2: PostgreSQL has no BIGINT UNSIGNED.
WIDE = {
    "patients": ("registered_by_staff_id", "registered_by_caregiver_id", "marketing_lead_id", "initial_campaign_id"),
    "staff": ("user_id",),
    "marketing_campaigns": ("platform_id", "lead_source_id"),
    "campaign_metrics": ("campaign_id",),
    "landing_pages": ("campaign_id",),
    "marketing_leads": ("lead_source_id", "campaign_id", "landing_page_id"),
    "marketing_budgets": ("campaign_id",),
    "marketing_tasks": ("campaign_id", "assigned_to_staff_id"),
    "campaign_contents": ("campaign_id",),
}
# Decision 12: these times are filled in.
STAMPED = (
    "patients", "staff", "caregiver_assignments", "visit_services", "invoices", "inventory_items",
    "admin_task_tracking", "partner_hospitals", "referrals", "marketing_campaigns", "lead_sources",
    "marketing_platforms", "campaign_metrics", "landing_pages", "marketing_leads", "marketing_budgets",
    "marketing_tasks", "campaign_contents", "international_referrals", "events", "ngo_networks", "campaign_patients",
)  # fmt: skip
CREATED_ONLY = ("messages", "insurance_claims")

# (decision, table, column, aspect, what the seed says, what the database has); None where it says or has nothing.
DIFFERENCES = [
    *((2, table, column, "type", "bigint unsigned", "bigint") for table, columns in WIDE.items() for column in columns),
    (5, "visit_services", "staff_id", "null", "no", "yes"),
    (6, "campaign_patients", "touched_at", "default", None, UTC_NOW),
    (6, "campaign_patients", "", "unique campaign_id, patient_id", None, "yes"),
    (7, "patients", "marketing_lead_id", "unique", None, "yes"),
    *((12, table, "created_at", "default", None, UTC_NOW) for table in (*STAMPED, *CREATED_ONLY)),
    *((12, table, "updated_at", "default", None, UTC_NOW) for table in STAMPED),
    (
        14, "patients", "patient_code", "default", None,
        "('HHC-' || to_char(nextval(patient_code_seq), 'FM999999999000000'))",
    ),
    (
        19, "caregiver_assignments", "", "ck_caregiver_assignments_shift_ends_after_start", None,
        "CHECK ((shift_end >= shift_start))",
    ),
    (
        19, "visit_services", "", "ck_visit_services_check_out_after_check_in", None,
        "CHECK ((check_out_time >= check_in_time))",
    ),
    (
        19, "insurance_claims", "", "ck_insurance_claims_processed_after_submitted", None,
        "CHECK ((processed_at >= submitted_at))",
    ),
    (
        19, "marketing_campaigns", "", "ck_marketing_campaigns_ends_after_start", None,
        "CHECK ((end_date >= start_date))",
    ),
    (19, "marketing_budgets", "", "ck_marketing_budgets_ends_after_start", None, "CHECK ((end_date >= start_date))"),
    (
        19, "marketing_budgets", "", "ck_marketing_budgets_spent_not_negative", None,
        "CHECK ((spent_amount >= (0)::numeric))",
    ),
    (
        20, "caregiver_assignments", "", "ex_caregiver_assignments_no_overlap", None,
        "EXCLUDE USING gist (staff_id WITH =, tsrange(shift_start, shift_end, '[)'::text) WITH &&) "
        "WHERE (((shift_start IS NOT NULL) AND (shift_end IS NOT NULL) AND ((status IS NULL) OR "
        "((status)::text = ANY ((ARRAY['Assigned'::character varying, 'Confirmed'::character varying, "
        "'In Progress'::character varying])::text[])))))",
    ),
]  # fmt: skip


def differences(seed: Facts, live: Facts) -> set[tuple[str, str, str, str | None, str | None]]:
    return {
        (*fact, seed.get(fact), live.get(fact))
        for fact in seed.keys() | live.keys()
        if seed.get(fact) != live.get(fact)
    }


@pytest.fixture(scope="module")
def seed() -> Facts:
    return seed_facts(SEED.read_text() + PIVOT)


@pytest.fixture(scope="module")
def live(owner_engine: Engine) -> Facts:
    with owner_engine.connect() as connection:
        return live_facts(connection)


def test_the_parser_reads_every_line_of_the_seed() -> None:
    written = SEED.read_text()
    code = written.split("```")[1]
    lines = [line for line in code.splitlines() if line.startswith(("    ", "ADD COLUMN"))]
    repeated = len(statements(written)[-3][1].strip().splitlines())
    columns = {(table, column) for table, column, _aspect in seed_facts(written)}
    assert len(statements(written)) == written.count("CREATE TABLE") == 24
    assert len(columns) == len(lines) - repeated


def test_the_seed_defines_one_table_twice_and_alike() -> None:
    # Decision 1.
    tables = statements(SEED.read_text())
    twice = [table for table, count in Counter(table for table, _body in tables).items() if count > 1]
    assert twice == ["international_referrals"]
    assert len({body for table, body in tables if table == "international_referrals"}) == 1


def test_every_difference_from_the_seed_is_a_numbered_decision(seed: Facts, live: Facts) -> None:
    decided = {tuple(difference) for _number, *difference in DIFFERENCES}
    assert differences(seed, live) - decided == set()


def test_every_decision_listed_occurs(seed: Facts, live: Facts) -> None:
    decided = {tuple(difference) for _number, *difference in DIFFERENCES}
    assert decided - differences(seed, live) == set()


def test_the_company_has_24_tables_and_the_24th_is_the_pivot(live: Facts) -> None:
    in_the_seed = {table for table, _body in statements(SEED.read_text())}
    assert {table for table, _column, _aspect in live} - in_the_seed == {"campaign_patients"}
    assert len(in_the_seed) == 23


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ("ALTER TABLE referrals ALTER COLUMN reason TYPE varchar", ("referrals", "reason", "type")),
        ("ALTER TABLE events ALTER COLUMN title SET NOT NULL", ("events", "title", "null")),
        ("ALTER TABLE invoices ALTER COLUMN status DROP DEFAULT", ("invoices", "status", "default")),
        ("ALTER TABLE staff ADD COLUMN nickname text", ("staff", "nickname", "type")),
        ("ALTER TABLE patients DROP CONSTRAINT uq_patients_email", ("patients", "email", "unique")),
        ("ALTER TABLE messages DROP CONSTRAINT fk_messages_sender_id", ("messages", "sender_id", "references")),
        ("CREATE UNIQUE INDEX one ON events (title)", ("events", "title", "unique")),
        ("ALTER TABLE events ADD CONSTRAINT titled CHECK (title <> '')", ("events", "", "titled")),
        ("CREATE TABLE ours (note text)", ("ours", "note", "type")),
    ],
)
def test_the_comparison_notices(owner_engine: Engine, seed: Facts, change: str, fact: tuple[str, str, str]) -> None:
    decided = {tuple(difference) for _number, *difference in DIFFERENCES}
    with owner_engine.connect() as connection:
        connection.execute(text(change))
        found = differences(seed, live_facts(connection)) - decided
    assert fact in {difference[:3] for difference in found}
