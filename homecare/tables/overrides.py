"""The few exceptions to what the models' metadata says about a table, as data. Everything else is generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# By the module that holds the models, in menu order: the group's name, and its tables, most used first.
# A table that is not listed follows by name, and so does the group of a module that is not listed.
GROUPS = {
    "patients": ("Patients", ("patients", "messages")),
    "care": ("Care", ("visit_services", "caregiver_assignments")),
    "billing": ("Billing and stock", ("invoices", "insurance_claims", "inventory_items")),
    "partners": ("Partners", ("referrals", "international_referrals", "partner_hospitals")),
    "marketing": ("Marketing", ("marketing_leads", "marketing_campaigns", "marketing_tasks", "marketing_budgets",
                                "campaign_contents", "campaign_metrics", "landing_pages")),
    "community": ("Community", ("events", "ngo_networks")),
    "staff": ("Staff", ("staff", "admin_task_tracking")),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Override:
    """One table's exceptions. The names are Flask-Admin's as far as it has any; the others follow below.
    `name` is the table's plural, `column_default_sort` a column and whether it descends, `form_rules` the sections
    of the form with their columns. `form_excluded_columns` are filled by the program.
    """

    name: str = ""
    menu_icon_value: str = "list"
    column_list: tuple[str, ...] = ()
    column_labels: Mapping[str, str] = field(default_factory=dict)
    column_descriptions: Mapping[str, str] = field(default_factory=dict)
    column_default_sort: tuple[str, bool] = ("id", True)
    form_rules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    form_excluded_columns: tuple[str, ...] = ()
    # The name of one row, and the label of the button that creates one.
    one: str = ""
    new: str = ""
    # The button that creates one beside a parent, by the column that names the parent, where it has words of its own.
    new_of: Mapping[str, str] = field(default_factory=dict)
    # The columns that name a row; where `named_by_first`, the first of them that says something.
    named_by: tuple[str, ...] = ()
    named_by_first: bool = False
    # The columns a picker shows beside the name, each with the values it leaves out.
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # A hint for a section of the form.
    form_rule_help: Mapping[str, str] = field(default_factory=dict)
    # The tables whose rows a record's page shows first.
    related: tuple[str, ...] = ()
    # Other columns that choosing a parent fills in.
    fills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The file columns that accept no PDF.
    pictures: tuple[str, ...] = ()


NO_OVERRIDE = Override()

OVERRIDES: dict[str, Override] = {
    "patients": Override(
        menu_icon_value="user-circle",
        new_of={"marketing_lead_id": "Convert to patient"},
        related=("visit_services", "caregiver_assignments", "invoices"),
        column_list=("full_name", "phone_number", "gender", "date_of_birth", "source", "registered_by_staff_id"),
        column_labels={
            "fayda_id": "Fayda number",
            "geolocation": "Place",
            "registered_by_staff_id": "Registered by",
            "registered_by_caregiver_id": "Registered through assignment",
            "marketing_lead_id": "Lead",
        },
        column_descriptions={
            "patient_code": "Leave empty to get the next code.",
            "full_name": "Given name, father's name, grandfather's name.",
            "fayda_id": "12 or 16 digits.",
            "geolocation": "Such as 9.0227 and 38.7468; a link of a map can be pasted too.",
        },
        form_rule_help={
            "Reach": "A phone number or an e-mail address belongs to only one patient.",
            "How they came": "Campaigns are measured by this. Leave empty what nobody knows.",
        },
        form_rules=(
            ("Person", ("full_name", "patient_code", "fayda_id", "date_of_birth", "gender")),
            ("Reach", ("phone_number", "email", "address", "geolocation", "emergency_contact")),
            ("How they came", ("source", "acquisition_channel", "initial_campaign_id", "marketing_lead_id")),
            ("Registration", ("registered_by_staff_id", "registered_by_caregiver_id")),
        ),
    ),
    "staff": Override(
        name="Staff",
        one="Staff member",
        menu_icon_value="users",
        related=("visit_services", "caregiver_assignments"),
        pictures=("photo",),
        column_list=("first_name", "role", "status", "position", "department", "phone", "hire_date"),
        told={"role": (), "status": ("Active",)},
        column_labels={"last_name": "Father's name", "user_id": "User in the other application"},
        column_descriptions={
            "email": "What the person signs in with.",
            "role": "Decides what the person may do here.",
            "status": "Only Active staff can sign in.",
            "user_id": "The person's number there. Leave empty if unknown.",
        },
        form_rules=(
            ("Person", ("first_name", "last_name", "photo")),
            ("Reach", ("email", "phone")),
            ("Work", ("role", "status", "position", "department", "hire_date", "user_id")),
        ),
    ),
    "caregiver_assignments": Override(
        name="Shifts",
        one="Shift",
        menu_icon_value="calendar-event",
        named_by=("patient_id", "shift_start"),
        told={"staff_id": ()},
        form_rules=(("Shift", ("patient_id", "staff_id", "shift_start", "shift_end", "status")),),
        form_rule_help={"Shift": "A caregiver has one shift at a time."},
        column_list=("patient_id", "staff_id", "shift_start", "shift_end", "status"),
        column_labels={"staff_id": "Caregiver"},
        column_default_sort=("shift_start", True),
    ),
    "visit_services": Override(
        name="Visits",
        one="Visit",
        menu_icon_value="stethoscope",
        named_by=("patient_id", "scheduled_at"),
        told={"status": ()},
        related=("invoices", "admin_task_tracking"),
        column_list=("patient_id", "scheduled_at", "staff_id", "status", "check_in_time", "check_out_time"),
        column_labels={
            "scheduled_at": "Scheduled for",
            "check_in_time": "Check-in",
            "check_out_time": "Check-out",
            "prescription_file": "Prescription",
            "vitals_file": "Vitals",
        },
        column_default_sort=("scheduled_at", True),
        form_rules=(
            ("Visit", ("patient_id", "staff_id", "scheduled_at", "status")),
            ("At the home", ("check_in_time", "check_out_time")),
            ("Notes and files", ("visit_notes", "prescription_file", "vitals_file")),
        ),
        form_rule_help={
            "Visit": "A visit without staff is listed as unassigned.",
            "At the home": "A check-in sets the status to In Progress, a check-out to Completed. Choosing the "
            "status fills in the current time.",
        },
    ),
    "messages": Override(
        menu_icon_value="message",
        named_by=("receiver_id", "created_at"),
        column_list=("receiver_id", "sender_id", "message", "type", "read_at", "created_at"),
        column_labels={"sender_id": "From", "receiver_id": "To", "attachment_path": "Attachment", "created_at": "Sent"},
        column_descriptions={"attachment_path": "Sound and video cannot be stored: write down what was said."},
        new="Record message",
        form_excluded_columns=("attachment_filename", "attachment_mime_type"),
        form_rules=(("Message", ("receiver_id", "sender_id", "type", "message", "attachment_path", "read_at")),),
        form_rule_help={"Message": "What was said by phone or in another program. Nothing is sent from here."},
    ),
    "invoices": Override(
        menu_icon_value="receipt",
        named_by=("patient_id", "amount"),
        column_list=("patient_id", "service_id", "amount", "status", "paid_at", "created_at"),
        column_labels={"service_id": "Visit"},
        column_descriptions={"amount": "Left empty, a new invoice takes the tariff of its visit."},
        fills={"service_id": ("patient_id",)},
        form_rules=(("Invoice", ("service_id", "patient_id", "amount", "status", "paid_at")),),
        form_rule_help={"Invoice": "The visit decides whose invoice it is. Paid without a time gets the current time."},
        column_default_sort=("created_at", True),
    ),
    "insurance_claims": Override(
        menu_icon_value="shield-check",
        named_by=("patient_id", "insurance_company"),
        form_rules=(
            ("Claim", ("patient_id", "insurance_company", "coverage_amount", "submitted_at")),
            ("Decision", ("claim_status", "processed_at")),
        ),
        form_rule_help={"Decision": "A decision without a time gets the current time."},
        column_list=(
            "patient_id",
            "insurance_company",
            "coverage_amount",
            "claim_status",
            "submitted_at",
            "processed_at",
        ),
        column_default_sort=("submitted_at", True),
    ),
    "inventory_items": Override(
        menu_icon_value="package",
        pictures=("photo",),
        column_list=("name", "status", "location", "expiry_date", "updated_at"),
    ),
    "admin_task_tracking": Override(
        name="Office tasks",
        one="Office task",
        menu_icon_value="clipboard-list",
        named_by=("remarks", "visit_service_id"),
        named_by_first=True,
        column_list=("remarks", "staff_id", "visit_service_id", "task_status", "assigned_date"),
        column_labels={"visit_service_id": "Visit", "staff_id": "Assigned to"},
        form_rules=(
            ("Task", ("remarks", "staff_id", "visit_service_id", "assigned_date")),
            ("Progress", ("task_status", "completed_date")),
        ),
        form_rule_help={"Progress": "Completed without a time gets the current time."},
        column_default_sort=("assigned_date", True),
    ),
    "partner_hospitals": Override(
        menu_icon_value="building-hospital",
    ),
    "referrals": Override(
        menu_icon_value="arrows-exchange",
        named_by=("patient_id", "partner_hospital_id"),
        column_list=("patient_id", "partner_hospital_id", "status", "created_at", "updated_at"),
        column_default_sort=("created_at", True),
    ),
    "international_referrals": Override(
        menu_icon_value="world",
        named_by=("patient_id", "partner_country"),
        column_list=("patient_id", "partner_country", "hospital_name", "visa_status", "revenue_share_ratio"),
        column_descriptions={
            "revenue_share_ratio": "15, 15 % and 0.15 are the same share; 1 is all of it, one per cent is 1 %."
        },
    ),
    "marketing_campaigns": Override(
        name="Campaigns",
        one="Campaign",
        menu_icon_value="speakerphone",
        related=("marketing_leads", "campaign_contents", "campaign_metrics", "marketing_tasks"),
        column_list=("campaign_name", "status", "platform_id", "start_date", "end_date", "budget"),
        form_rules=(
            ("Campaign", ("campaign_name", "platform_id", "lead_source_id", "target_audience", "status")),
            ("When and for how much", ("start_date", "end_date", "budget")),
            ("Notes", ("notes",)),
        ),
        column_default_sort=("start_date", True),
    ),
    "campaign_patients": Override(
        name="Campaign touches",
        one="Campaign touch",
        menu_icon_value="target",
        named_by=("campaign_id", "patient_id"),
        column_descriptions={"touched_at": "Leave empty for now."},
    ),
    "campaign_metrics": Override(
        menu_icon_value="chart-bar",
        named_by=("campaign_id", "metric_name"),
        column_list=("campaign_id", "metric_name", "metric_value", "recorded_at"),
        column_default_sort=("recorded_at", True),
    ),
    "campaign_contents": Override(
        menu_icon_value="file",
        named_by=("campaign_id", "content_type"),
        column_labels={"content_url": "Web address"},
    ),
    "landing_pages": Override(
        menu_icon_value="link",
        related=("marketing_leads",),
        column_list=("name", "campaign_id", "url", "conversion_rate"),
        column_labels={"url": "Web address"},
    ),
    "lead_sources": Override(
        menu_icon_value="tag",
        related=("marketing_leads", "marketing_campaigns"),
    ),
    "marketing_platforms": Override(
        menu_icon_value="device-desktop",
        column_labels={"api_key": "API key"},
        column_descriptions={"api_key": "Stored encrypted and never shown again. Leave empty to keep the current one."},
    ),
    "marketing_leads": Override(
        name="Leads",
        one="Lead",
        menu_icon_value="user",
        related=("patients",),
        column_list=("full_name", "phone_number", "status", "campaign_id", "lead_source_id", "created_at"),
        column_labels={"converted_to_patient_at": "Converted"},
        form_rules=(
            ("Person", ("full_name", "phone_number", "email")),
            ("How they came", ("lead_source_id", "campaign_id", "landing_page_id")),
            ("Progress", ("status", "converted_to_patient_at", "notes")),
        ),
        form_rule_help={"Progress": "Converted without a time gets the current time."},
        column_default_sort=("created_at", True),
    ),
    "marketing_budgets": Override(
        name="Budgets",
        one="Budget",
        menu_icon_value="coin",
        named_by=("campaign_id", "start_date"),
        column_list=("campaign_id", "allocated_amount", "spent_amount", "start_date", "end_date"),
    ),
    "marketing_tasks": Override(
        menu_icon_value="list",
        column_list=("title", "assigned_to_staff_id", "status", "priority", "due_date", "campaign_id"),
        column_labels={"assigned_to_staff_id": "Assigned to"},
        form_rules=(
            ("Task", ("title", "description", "campaign_id", "assigned_to_staff_id", "due_date", "priority")),
            ("Progress", ("status", "completed_at")),
        ),
        form_rule_help={"Progress": "Completed without a time gets the current time."},
        column_default_sort=("due_date", True),
    ),
    "events": Override(
        menu_icon_value="calendar",
        column_list=("title", "event_date", "is_free_service", "broadcast_status"),
        column_labels={"is_free_service": "Free service"},
        column_default_sort=("event_date", True),
    ),
    "ngo_networks": Override(
        name="NGO network",
        one="Organisation",
        menu_icon_value="heart-handshake",
        column_labels={"org_type": "Kind of organisation"},
    ),
}


def override_of(table: str) -> Override:
    return OVERRIDES.get(table, NO_OVERRIDE)
