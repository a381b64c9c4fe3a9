"""The rules the seed leaves unsaid, as far as they are safe, and the indexes.

Every step may be repeated: on a database that another application made, what stands there already is kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homecare.adoption import (
    CHECKS,
    INDEX_TIMEOUT_MS,
    LOCK_TIMEOUT_MS,
    NO_OVERLAP,
    constraint,
    index_stands,
    is_adopted,
    misfit,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Decision 20: nobody is in two places; a NULL status counts as the default, Assigned.
EXCLUDE = """EXCLUDE USING gist (staff_id WITH =, tsrange(shift_start, shift_end, '[)') WITH &&)
    WHERE (shift_start IS NOT NULL AND shift_end IS NOT NULL
           AND (status IS NULL OR status IN ('Assigned', 'Confirmed', 'In Progress')))"""

# Decision 18: foreign keys, and the columns that lists sort and filter by; with the id they page by key.
PAGED = {
    "staff": "first_name last_name email phone position department role status hire_date user_id created_at updated_at",
    "lead_sources": "name created_at updated_at",
    "marketing_platforms": "name created_at updated_at",
    "partner_hospitals": "name contact_email contact_phone created_at updated_at",
    "inventory_items": "name status location expiry_date created_at updated_at",
    "events": "title event_date is_free_service broadcast_status created_at updated_at",
    "ngo_networks": "name org_type engagement_level referral_count created_at updated_at",
    "marketing_campaigns": "platform_id lead_source_id campaign_name start_date end_date budget status created_at updated_at",
    "landing_pages": "campaign_id name conversion_rate created_at updated_at",
    "marketing_leads": "lead_source_id campaign_id landing_page_id full_name email phone_number status converted_to_patient_at created_at updated_at",
    "patients": "patient_code full_name date_of_birth gender phone_number email source registered_by_staff_id registered_by_caregiver_id marketing_lead_id acquisition_channel initial_campaign_id created_at updated_at",
    "caregiver_assignments": "staff_id patient_id shift_start shift_end status created_at updated_at",
    "visit_services": "patient_id staff_id scheduled_at check_in_time check_out_time status created_at updated_at",
    "messages": "sender_id receiver_id attachment_filename attachment_mime_type type read_at created_at",
    "invoices": "patient_id service_id amount status paid_at created_at updated_at",
    "insurance_claims": "patient_id insurance_company claim_status coverage_amount submitted_at processed_at created_at",
    "admin_task_tracking": "staff_id visit_service_id task_status assigned_date completed_date created_at updated_at",
    "referrals": "patient_id partner_hospital_id status created_at updated_at",
    "international_referrals": "patient_id partner_country hospital_name visa_status revenue_share_ratio created_at updated_at",
    "campaign_patients": "campaign_id patient_id touched_at created_at updated_at",
    "campaign_metrics": "campaign_id metric_name metric_value recorded_at created_at updated_at",
    "marketing_budgets": "campaign_id allocated_amount spent_amount start_date end_date created_at updated_at",
    "marketing_tasks": "campaign_id assigned_to_staff_id title due_date status priority completed_at created_at updated_at",
    "campaign_contents": "campaign_id content_type created_at updated_at",
}
# Decision 18: names, codes, phones and e-mails, found by any part of them.
SEARCHED = {
    "staff": "first_name last_name email phone",
    "lead_sources": "name",
    "marketing_platforms": "name",
    "partner_hospitals": "name contact_email contact_phone",
    "inventory_items": "name",
    "events": "title",
    "ngo_networks": "name",
    "marketing_campaigns": "campaign_name",
    "landing_pages": "name",
    "marketing_leads": "full_name email phone_number",
    "patients": "patient_code full_name phone_number email",
    "marketing_tasks": "title",
}
# Decision 18: the place, on the globe and as the map's tiles cut it.
PLACES = {
    "ix_patients_geolocation": "geolocation",
    "ix_patients_geolocation_3857": "ST_Transform(geolocation::geometry, 3857)",
}


def upgrade() -> None:
    if not is_adopted(op.get_bind()):
        for table in PAGED:
            add_rules(table)
            add_indexes(table)
        return
    # Another application works on these tables: each statement is a transaction, and indexes are built beside its work.
    with op.get_context().autocommit_block():
        for table in PAGED:
            op.get_context().opts["say"](f"{table}: rules and indexes.")
            add_rules(table)
            op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
            add_indexes(table, concurrently=True)
            op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    for name in PLACES:
        op.drop_index(name, "patients")
    for suffix, indexed in (("_trgm", SEARCHED), ("", PAGED)):
        for table, columns in indexed.items():
            for column in columns.split():
                op.drop_index(f"ix_{table}_{column}{suffix}", table)
    op.drop_constraint(NO_OVERLAP, "caregiver_assignments")
    for table, name, _condition in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)


def add_rules(table: str) -> None:
    """Raises MigrationError where rows of the table break a rule already."""
    for of, name, condition in CHECKS:
        if of == table:
            # Two steps: the rows of before are looked at under a lock that lets others read and write.
            add_rule(table, f"ck_{table}_{name}", f"CHECK ({condition})", "NOT VALID")
    if table == "caregiver_assignments":
        add_rule(table, NO_OVERLAP, EXCLUDE)


def add_rule(table: str, name: str, rule: str, later: str = "") -> None:
    try:
        if constraint(op.get_bind(), name) is None:
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule} {later}")
        if constraint(op.get_bind(), name) == "unchecked":
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
    except sa.exc.IntegrityError as broken:
        raise misfit(table, name, rule) from broken


def add_indexes(table: str, *, concurrently: bool = False) -> None:
    """Those that do not stand yet: also asking for one that stands would lock the table."""
    options = {"postgresql_concurrently": True} if concurrently else {}
    for column in PAGED[table].split():
        if not index_stands(op.get_bind(), f"ix_{table}_{column}"):
            op.create_index(f"ix_{table}_{column}", table, [column, "id"], **options)
    for column in SEARCHED.get(table, "").split():
        if not index_stands(op.get_bind(), f"ix_{table}_{column}_trgm"):
            op.create_index(
                f"ix_{table}_{column}_trgm",
                table,
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
                **options,
            )
    for name, expression in PLACES.items() if table == "patients" else ():
        if not index_stands(op.get_bind(), name):
            op.create_index(name, "patients", [sa.text(expression)], postgresql_using="gist", **options)
