"""The company's 24 tables, as the seed names and types them.

Decision numbers are those of the schema decisions, which settle each contradiction in the seed. Names of keys and
checks follow the metadata's convention. Where the company's tables stand already they are taken over as they are: only
what the decisions add is added, and the way down leaves them alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography

from homecare.adoption import ADOPTED, TABLES, MigrationError, constraint, existing_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")  # decisions 11 and 12
# Decision 14: HHC-000001, and one more digit when a million is passed.
NEXT_PATIENT_CODE = sa.text("'HHC-' || to_char(nextval('patient_code_seq'), 'FM999999999000000')")

# What the comment on the schema `dashboard` says, so that the way down knows whose tables they are.
CREATED = "The company tables in public were created by Homecare Admin."
CYCLE = (
    "fk_patients_registered_by_caregiver_id",
    "patients",
    "caregiver_assignments",
    ["registered_by_caregiver_id"],
    ["id"],
)


def upgrade() -> None:
    found = existing_tables(op.get_bind())
    op.execute(sa.schema.CreateSequence(sa.Sequence("patient_code_seq"), if_not_exists=True))
    if found:
        with op.get_context().autocommit_block():
            adopt(found)
        return
    op.execute(f"COMMENT ON SCHEMA dashboard IS '{CREATED}'")
    create_people_and_partners()
    create_campaigns_and_leads()
    create_patients()
    create_care()
    create_money()
    create_referrals()
    create_what_belongs_to_a_campaign()
    create_campaign_patients()
    op.create_foreign_key(*CYCLE, ondelete="SET NULL")


def downgrade() -> None:
    marked = op.get_bind().scalar(sa.text("SELECT obj_description('dashboard'::regnamespace, 'pg_namespace')"))
    if marked != CREATED:
        raise MigrationError(
            "The company's tables stood here before Homecare Admin came, so they are not dropped. "
            "To leave, drop the schema dashboard by hand."
        )
    op.drop_constraint(CYCLE[0], "patients", type_="foreignkey")
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("DROP SEQUENCE patient_code_seq")


def adopt(found: set[str]) -> None:
    """Take over tables that another application made and works on: one table a statement, each a transaction of its own;
    what stands there already is not asked for again, so that it may be broken off anywhere."""
    op.execute(f"COMMENT ON SCHEMA dashboard IS '{ADOPTED}'")
    adopt_pivot(found)
    # Numbers that are taken already would be refused as duplicates when the sequence reaches them.
    op.execute(
        """SELECT setval('patient_code_seq', greatest(last_value, (
               SELECT coalesce(max(substr(patient_code, 5)::bigint), 0) FROM patients WHERE patient_code ~ '^HHC-[0-9]{6,12}$'
           )), true) FROM patient_code_seq"""
    )
    for name in TABLES:
        changes = []
        for column in sa.inspect(op.get_bind()).get_columns(name, schema="public"):
            if column["name"] in ("created_at", "updated_at") and "timezone('utc'" not in (column["default"] or ""):
                changes.append(f"ALTER COLUMN {column['name']} SET DEFAULT {UTC_NOW}")
            if (name, column["name"]) == ("patients", "patient_code") and "HHC-" not in (column["default"] or ""):
                changes.append(f"ALTER COLUMN patient_code SET DEFAULT {NEXT_PATIENT_CODE}")  # decision 14
            if (name, column["name"]) == ("visit_services", "staff_id") and not column["nullable"]:
                changes.append("ALTER COLUMN staff_id DROP NOT NULL")  # decision 5
        if changes:
            op.get_context().opts["say"](f"{name}: defaults and columns that may be empty.")
            op.get_bind().exec_driver_sql(f"ALTER TABLE {name} {', '.join(changes)}")


def adopt_pivot(found: set[str]) -> None:
    """Its two keys one after the other: each locks the table that it points to."""
    if "campaign_patients" not in found:
        create_campaign_patients(linked=False)
    for column, target in (("campaign_id", "marketing_campaigns"), ("patient_id", "patients")):
        if constraint(op.get_bind(), f"fk_campaign_patients_{column}") is None:
            op.get_context().opts["say"](f"campaign_patients: the key to {target}.")
            name = f"fk_campaign_patients_{column}"
            op.create_foreign_key(name, "campaign_patients", target, [column], ["id"], ondelete="CASCADE")


def key() -> sa.Column:
    return sa.Column("id", sa.Integer, primary_key=True)


def link(name: str, target: str, ondelete: str, *, wide: bool = False, **options: bool) -> sa.Column:
    """A foreign key; `wide` where the seed says BIGINT UNSIGNED, which PostgreSQL has not (decision 2)."""
    return sa.Column(name, sa.BigInteger if wide else sa.Integer, sa.ForeignKey(target, ondelete=ondelete), **options)


def created() -> sa.Column:
    return sa.Column("created_at", sa.DateTime, server_default=UTC_NOW)


def stamps() -> list[sa.Column]:
    return [created(), sa.Column("updated_at", sa.DateTime, server_default=UTC_NOW)]


def create_people_and_partners() -> None:
    op.create_table(
        "staff",
        key(),
        sa.Column("first_name", sa.String(255), nullable=False),
        sa.Column("last_name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=False, unique=True),
        sa.Column("phone", sa.String(255)),
        sa.Column("position", sa.String(255)),
        sa.Column("department", sa.String(255)),
        sa.Column("role", sa.String(255), nullable=False, server_default="Caregiver"),
        sa.Column("status", sa.String(50), nullable=False, server_default="Active"),
        sa.Column("hire_date", sa.Date),
        sa.Column("photo", sa.String(255)),
        sa.Column("user_id", sa.BigInteger),  # decision 8: the other application's, without a foreign key
        *stamps(),
    )
    op.create_table(
        "partner_hospitals",
        key(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("contact_email", sa.String(255)),
        sa.Column("contact_phone", sa.String(255)),
        *stamps(),
    )
    op.create_table(
        "ngo_networks",
        key(),
        sa.Column("name", sa.String(255)),
        sa.Column("org_type", sa.String(255)),
        sa.Column("engagement_level", sa.String(255)),
        sa.Column("referral_count", sa.Integer, server_default="0"),
        *stamps(),
    )
    op.create_table(
        "events",
        key(),
        sa.Column("title", sa.String(255)),
        sa.Column("description", sa.Text),
        sa.Column("event_date", sa.Date),
        sa.Column("is_free_service", sa.Boolean, server_default="false"),
        sa.Column("broadcast_status", sa.String(255), server_default="Draft"),
        *stamps(),
    )
    op.create_table(
        "inventory_items",
        key(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("status", sa.String(255), server_default="Available"),
        sa.Column("location", sa.Text),
        sa.Column("expiry_date", sa.Date),
        sa.Column("photo", sa.Text),
        *stamps(),
    )


def create_campaigns_and_leads() -> None:
    op.create_table(
        "lead_sources",
        key(),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("description", sa.Text),
        *stamps(),
    )
    op.create_table(
        "marketing_platforms",
        key(),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("description", sa.Text),
        sa.Column("api_key", sa.String(255)),
        *stamps(),
    )
    op.create_table(
        "marketing_campaigns",
        key(),
        link("platform_id", "marketing_platforms.id", "SET NULL", wide=True),
        link("lead_source_id", "lead_sources.id", "SET NULL", wide=True),
        sa.Column("campaign_name", sa.String(255), nullable=False),
        sa.Column("start_date", sa.Date),
        sa.Column("end_date", sa.Date),
        sa.Column("budget", sa.Numeric(15, 2)),
        sa.Column("target_audience", sa.Text),
        sa.Column("status", sa.String(50), server_default="Planned"),
        sa.Column("notes", sa.Text),
        *stamps(),
    )
    op.create_table(
        "landing_pages",
        key(),
        link("campaign_id", "marketing_campaigns.id", "SET NULL", wide=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("conversion_rate", sa.Numeric(5, 2)),
        sa.Column("notes", sa.Text),
        *stamps(),
    )
    op.create_table(
        "marketing_leads",
        key(),
        link("lead_source_id", "lead_sources.id", "SET NULL", wide=True),
        link("campaign_id", "marketing_campaigns.id", "SET NULL", wide=True),
        link("landing_page_id", "landing_pages.id", "SET NULL", wide=True),
        sa.Column("full_name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), unique=True),
        sa.Column("phone_number", sa.String(255)),
        sa.Column("status", sa.String(50), server_default="New"),
        sa.Column("notes", sa.Text),
        sa.Column("converted_to_patient_at", sa.DateTime),
        *stamps(),
    )


def create_patients() -> None:
    op.create_table(
        "patients",
        key(),
        sa.Column("patient_code", sa.String(255), nullable=False, unique=True, server_default=NEXT_PATIENT_CODE),
        sa.Column("full_name", sa.String(255), nullable=False),
        sa.Column("fayda_id", sa.String(255), unique=True),
        sa.Column("date_of_birth", sa.Date),
        sa.Column("gender", sa.String(10)),
        sa.Column("address", sa.Text),
        sa.Column("phone_number", sa.String(255), unique=True),
        sa.Column("email", sa.String(255), unique=True),
        sa.Column("emergency_contact", sa.Text),
        sa.Column("source", sa.String(255)),
        sa.Column("geolocation", Geography("POINT", srid=4326, spatial_index=False)),
        link("registered_by_staff_id", "staff.id", "SET NULL", wide=True),
        sa.Column("registered_by_caregiver_id", sa.BigInteger),  # decision 3: its key closes the cycle, below
        link("marketing_lead_id", "marketing_leads.id", "SET NULL", wide=True, unique=True),  # decision 7
        sa.Column("acquisition_channel", sa.String(255)),
        link("initial_campaign_id", "marketing_campaigns.id", "SET NULL", wide=True),
        *stamps(),
    )
    op.create_table(
        "messages",
        key(),
        link("sender_id", "staff.id", "CASCADE"),
        link("receiver_id", "patients.id", "CASCADE"),
        sa.Column("message", sa.Text),
        sa.Column("attachment_path", sa.String(255)),
        sa.Column("attachment_filename", sa.String(255)),
        sa.Column("attachment_mime_type", sa.String(255)),
        sa.Column("type", sa.String(10), server_default="text"),
        sa.Column("read_at", sa.DateTime),
        created(),
    )


def create_care() -> None:
    op.create_table(
        "caregiver_assignments",
        key(),
        link("staff_id", "staff.id", "CASCADE", nullable=False),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        sa.Column("shift_start", sa.DateTime),
        sa.Column("shift_end", sa.DateTime),
        sa.Column("status", sa.String(255), server_default="Assigned"),
        *stamps(),
    )
    op.create_table(
        "visit_services",
        key(),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        link("staff_id", "staff.id", "SET NULL"),  # decision 5: empty is the unassigned queue
        sa.Column("scheduled_at", sa.DateTime),
        sa.Column("check_in_time", sa.DateTime),
        sa.Column("check_out_time", sa.DateTime),
        sa.Column("visit_notes", sa.Text),
        sa.Column("prescription_file", sa.Text),
        sa.Column("vitals_file", sa.Text),
        sa.Column("status", sa.String, server_default="Pending"),
        *stamps(),
    )
    op.create_table(
        "admin_task_tracking",
        key(),
        link("staff_id", "staff.id", "CASCADE", nullable=False),
        link("visit_service_id", "visit_services.id", "SET NULL"),
        sa.Column("task_status", sa.String(255), server_default="Assigned"),
        sa.Column("remarks", sa.Text),
        sa.Column("assigned_date", sa.DateTime),
        sa.Column("completed_date", sa.DateTime),
        *stamps(),
    )


def create_money() -> None:
    op.create_table(
        "invoices",
        key(),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        link("service_id", "visit_services.id", "CASCADE", nullable=False),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("status", sa.String(255), server_default="Pending"),
        sa.Column("paid_at", sa.DateTime),
        *stamps(),
    )
    op.create_table(
        "insurance_claims",
        key(),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        sa.Column("insurance_company", sa.String(255)),
        sa.Column("claim_status", sa.String(255), server_default="Submitted"),
        sa.Column("coverage_amount", sa.Numeric),
        sa.Column("submitted_at", sa.DateTime),
        sa.Column("processed_at", sa.DateTime),
        created(),
    )


def create_referrals() -> None:
    op.create_table(
        "referrals",
        key(),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        link("partner_hospital_id", "partner_hospitals.id", "CASCADE", nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("documents", sa.Text),
        sa.Column("status", sa.String(255), server_default="Requested"),
        *stamps(),
    )
    op.create_table(
        "international_referrals",
        key(),
        link("patient_id", "patients.id", "CASCADE", nullable=False),
        sa.Column("partner_country", sa.String(255)),
        sa.Column("hospital_name", sa.String(255)),
        sa.Column("visa_status", sa.String(255)),
        sa.Column("documents_uploaded", sa.Text),
        sa.Column("revenue_share_ratio", sa.Numeric),
        *stamps(),
    )


def create_what_belongs_to_a_campaign() -> None:
    op.create_table(
        "campaign_metrics",
        key(),
        link("campaign_id", "marketing_campaigns.id", "CASCADE", wide=True, nullable=False),
        sa.Column("metric_name", sa.String(255), nullable=False),
        sa.Column("metric_value", sa.Numeric(15, 2), nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        *stamps(),
    )
    op.create_table(
        "marketing_budgets",
        key(),
        link("campaign_id", "marketing_campaigns.id", "SET NULL", wide=True),
        sa.Column("allocated_amount", sa.Numeric(15, 2), nullable=False),
        sa.Column("spent_amount", sa.Numeric(15, 2), server_default="0"),
        sa.Column("start_date", sa.Date),
        sa.Column("end_date", sa.Date),
        sa.Column("notes", sa.Text),
        *stamps(),
    )
    op.create_table(
        "marketing_tasks",
        key(),
        link("campaign_id", "marketing_campaigns.id", "SET NULL", wide=True),
        link("assigned_to_staff_id", "staff.id", "SET NULL", wide=True),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("due_date", sa.Date),
        sa.Column("status", sa.String(50), server_default="Pending"),
        sa.Column("priority", sa.String(50), server_default="Medium"),
        sa.Column("completed_at", sa.DateTime),
        *stamps(),
    )
    op.create_table(
        "campaign_contents",
        key(),
        link("campaign_id", "marketing_campaigns.id", "CASCADE", wide=True, nullable=False),
        sa.Column("content_type", sa.String(255), nullable=False),
        sa.Column("content_url", sa.Text),
        sa.Column("description", sa.Text),
        *stamps(),
    )


def create_campaign_patients(*, linked: bool = True) -> None:
    keys = (("campaign_id", "marketing_campaigns.id"), ("patient_id", "patients.id"))
    op.create_table(
        "campaign_patients",
        key(),
        *(
            link(name, target, "CASCADE", nullable=False) if linked else sa.Column(name, sa.Integer, nullable=False)
            for name, target in keys
        ),
        sa.Column("touched_at", sa.DateTime, server_default=UTC_NOW),
        *stamps(),
        sa.UniqueConstraint("campaign_id", "patient_id"),  # decision 6: the table that the seed names only
    )
