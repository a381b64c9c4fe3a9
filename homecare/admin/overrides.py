"""The few exceptions to what the models' metadata says about a table, as data: everything else is generated.

`many` and `one` name the table and a row; `columns` is the list's default choice; `order` its default sort; `labels`
and `help` speak of one column; `name` lists the columns that name a row; `groups` orders the form; `related` names the
tables whose rows a record's page shows first; `mine` the columns that name who makes a row; `fills` what choosing a
parent says of other columns.
"""

from __future__ import annotations

from typing import Any

# Menu groups by the module that holds the models, in the menu's order.
GROUPS = {
    "patients": "Patients",
    "care": "Care",
    "billing": "Billing and stock",
    "partners": "Partners",
    "marketing": "Marketing",
    "community": "Community",
    "staff": "Staff",
}

OVERRIDES: dict[str, dict[str, Any]] = {
    "patients": {
        "icon": "user-circle",
        "related": ("visit_services", "caregiver_assignments", "invoices"),
        "mine": ("registered_by_staff_id",),
        "columns": ("full_name", "phone_number", "gender", "date_of_birth", "source", "registered_by_staff_id"),
        "labels": {
            "fayda_id": "Fayda number",
            "geolocation": "Place",
            "registered_by_staff_id": "Registered by",
            "registered_by_caregiver_id": "Registered through assignment",
            "marketing_lead_id": "Lead",
        },
        "help": {
            "patient_code": "Left empty, the next code is given.",
            "full_name": "Given name, father's name, grandfather's name.",
            "fayda_id": "12 or 16 digits.",
            "geolocation": "Latitude and longitude, such as 9.0227 and 38.7468.",
        },
        "groups": (
            ("Person", ("full_name", "patient_code", "fayda_id", "date_of_birth", "gender")),
            ("Reach", ("phone_number", "email", "address", "geolocation", "emergency_contact")),
            ("How they came", ("source", "acquisition_channel", "initial_campaign_id", "marketing_lead_id")),
            ("Registration", ("registered_by_staff_id", "registered_by_caregiver_id")),
        ),
    },
    "staff": {
        "many": "Staff",
        "one": "Staff member",
        "icon": "users",
        "related": ("visit_services", "caregiver_assignments"),
        "columns": ("first_name", "role", "status", "position", "department", "phone", "hire_date"),
        "labels": {"last_name": "Father's name", "user_id": "User in the other application"},
        "groups": (
            ("Person", ("first_name", "last_name", "photo")),
            ("Reach", ("email", "phone")),
            ("Work", ("role", "status", "position", "department", "hire_date", "user_id")),
        ),
    },
    "caregiver_assignments": {
        "many": "Shifts",
        "one": "Shift",
        "icon": "calendar-event",
        "name": ("patient_id", "shift_start"),
        "columns": ("patient_id", "staff_id", "shift_start", "shift_end", "status"),
        "labels": {"staff_id": "Caregiver"},
        "order": "-shift_start",
    },
    "visit_services": {
        "many": "Visits",
        "one": "Visit",
        "icon": "stethoscope",
        "name": ("patient_id", "scheduled_at"),
        "columns": ("patient_id", "scheduled_at", "staff_id", "status", "check_in_time", "check_out_time"),
        "labels": {
            "scheduled_at": "Scheduled for",
            "check_in_time": "Check-in",
            "check_out_time": "Check-out",
            "prescription_file": "Prescription",
            "vitals_file": "Vitals",
        },
        "order": "-scheduled_at",
        "groups": (
            ("Visit", ("patient_id", "staff_id", "scheduled_at", "status")),
            ("At the home", ("check_in_time", "check_out_time")),
            ("Notes and files", ("visit_notes", "prescription_file", "vitals_file")),
        ),
    },
    "messages": {
        "icon": "message",
        "name": ("receiver_id", "created_at"),
        "columns": ("receiver_id", "sender_id", "message", "type", "read_at", "created_at"),
        "labels": {"sender_id": "From", "receiver_id": "To", "attachment_path": "Attachment", "created_at": "Sent"},
        "new": "Record message",
        "mine": ("sender_id",),
        "filled": ("attachment_filename", "attachment_mime_type"),
    },
    "invoices": {
        "icon": "receipt",
        "name": ("patient_id", "amount"),
        "columns": ("patient_id", "service_id", "amount", "status", "paid_at", "created_at"),
        "labels": {"service_id": "Visit"},
        "fills": {"service_id": ("patient_id",)},
        "groups": (("Invoice", ("service_id", "patient_id", "amount", "status", "paid_at")),),
        "order": "-created_at",
    },
    "insurance_claims": {
        "icon": "shield-check",
        "name": ("patient_id", "insurance_company"),
        "columns": (
            "patient_id",
            "insurance_company",
            "coverage_amount",
            "claim_status",
            "submitted_at",
            "processed_at",
        ),
        "order": "-submitted_at",
    },
    "inventory_items": {
        "icon": "package",
        "columns": ("name", "status", "location", "expiry_date", "updated_at"),
    },
    "admin_task_tracking": {
        "many": "Office tasks",
        "one": "Office task",
        "icon": "clipboard-list",
        "name": ("staff_id", "assigned_date"),
        "columns": ("staff_id", "visit_service_id", "task_status", "assigned_date", "completed_date"),
        "labels": {"visit_service_id": "Visit", "staff_id": "Assigned to"},
        "order": "-assigned_date",
    },
    "partner_hospitals": {"icon": "building-hospital"},
    "referrals": {
        "icon": "arrows-exchange",
        "name": ("patient_id", "partner_hospital_id"),
        "columns": ("patient_id", "partner_hospital_id", "status", "created_at", "updated_at"),
        "order": "-created_at",
    },
    "international_referrals": {
        "icon": "world",
        "name": ("patient_id", "partner_country"),
        "columns": ("patient_id", "partner_country", "hospital_name", "visa_status", "revenue_share_ratio"),
    },
    "marketing_campaigns": {
        "many": "Campaigns",
        "one": "Campaign",
        "icon": "speakerphone",
        "columns": ("campaign_name", "status", "platform_id", "start_date", "end_date", "budget"),
        "order": "-start_date",
    },
    "campaign_patients": {
        "many": "Campaign touches",
        "one": "Campaign touch",
        "icon": "target",
        "name": ("campaign_id", "patient_id"),
    },
    "campaign_metrics": {
        "icon": "chart-bar",
        "name": ("campaign_id", "metric_name"),
        "columns": ("campaign_id", "metric_name", "metric_value", "recorded_at"),
        "order": "-recorded_at",
    },
    "campaign_contents": {"icon": "file", "name": ("campaign_id", "content_type")},
    "landing_pages": {"icon": "link", "columns": ("name", "campaign_id", "url", "conversion_rate")},
    "lead_sources": {"icon": "tag"},
    "marketing_platforms": {
        "icon": "device-desktop",
        "labels": {"api_key": "API key"},
        "help": {"api_key": "Stored encrypted and never shown again. Leave empty to keep the present one."},
    },
    "marketing_leads": {
        "many": "Leads",
        "one": "Lead",
        "icon": "user",
        "columns": ("full_name", "phone_number", "status", "campaign_id", "lead_source_id", "created_at"),
        "labels": {"converted_to_patient_at": "Converted"},
        "order": "-created_at",
    },
    "marketing_budgets": {
        "many": "Budgets",
        "one": "Budget",
        "icon": "coin",
        "name": ("campaign_id", "start_date"),
        "columns": ("campaign_id", "allocated_amount", "spent_amount", "start_date", "end_date"),
    },
    "marketing_tasks": {
        "icon": "list",
        "columns": ("title", "assigned_to_staff_id", "status", "priority", "due_date", "campaign_id"),
        "labels": {"assigned_to_staff_id": "Assigned to"},
        "order": "-due_date",
    },
    "events": {
        "icon": "calendar",
        "columns": ("title", "event_date", "is_free_service", "broadcast_status"),
        "labels": {"is_free_service": "Free service"},
        "order": "-event_date",
    },
    "ngo_networks": {
        "many": "NGO network",
        "one": "Organisation",
        "icon": "heart-handshake",
        "labels": {"org_type": "Kind of organisation"},
    },
}
