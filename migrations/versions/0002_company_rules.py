"""The rules the seed leaves unsaid, as far as they are safe, and the indexes.

Every step may be repeated: on a database that another application made, what stands there already is kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homecare.db import sqlstate
from homecare.migrate import MigrationError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Decision 19. A NULL on either side passes.
CHECKS = (
    ("caregiver_assignments", "shift_ends_after_start", "shift_end >= shift_start"),
    ("visit_services", "check_out_after_check_in", "check_out_time >= check_in_time"),
    ("insurance_claims", "processed_after_submitted", "processed_at >= submitted_at"),
    ("marketing_campaigns", "ends_after_start", "end_date >= start_date"),
    ("marketing_budgets", "ends_after_start", "end_date >= start_date"),
    ("marketing_budgets", "spent_not_negative", "spent_amount >= 0"),
)
# Decision 20: nobody is in two places; a NULL status counts as the default, Assigned.
NO_OVERLAP = """EXCLUDE USING gist (staff_id WITH =, tsrange(shift_start, shift_end, '[)') WITH &&)
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
    for table, name, condition in CHECKS:
        add_rule(table, f"ck_{table}_{name}", f"CHECK ({condition})")
    add_rule("caregiver_assignments", "ex_caregiver_assignments_no_overlap", NO_OVERLAP)
    for table, columns in PAGED.items():
        for column in columns.split():
            op.create_index(f"ix_{table}_{column}", table, [column, "id"], if_not_exists=True)
    for table, columns in SEARCHED.items():
        for column in columns.split():
            op.create_index(
                f"ix_{table}_{column}_trgm",
                table,
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
                if_not_exists=True,
            )
    for name, expression in PLACES.items():
        op.create_index(name, "patients", [sa.text(expression)], postgresql_using="gist", if_not_exists=True)


def downgrade() -> None:
    for name in PLACES:
        op.drop_index(name, "patients")
    for suffix, indexed in (("_trgm", SEARCHED), ("", PAGED)):
        for table, columns in indexed.items():
            for column in columns.split():
                op.drop_index(f"ix_{table}_{column}{suffix}", table)
    op.drop_constraint("ex_caregiver_assignments_no_overlap", "caregiver_assignments")
    for table, name, _condition in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)


def add_rule(table: str, name: str, rule: str) -> None:
    """Add the constraint unless it stands. Raises MigrationError where rows of the table break it already."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_constraint WHERE conname = :name"), {"name": name}):
        return
    try:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
    except sa.exc.IntegrityError as broken:
        raise MigrationError(
            f"Rows of {table} break the rule {name} ({sqlstate(broken)}), so nothing was changed. Set them right and start again: {rule}"
        ) from broken
