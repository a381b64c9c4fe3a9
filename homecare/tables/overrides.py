"""The few exceptions to what the models' metadata says about a table, as data: everything else is generated.

`many` and `one` name the table and a row; `columns` is the list's default choice; `order` its default sort; `labels`
and `help` speak of one column, `about` of a section of the form; `name` lists the columns that name a row, `told` those
that a picker tells beside its name, each with the words not worth telling; `groups` orders the form; `related` names
the tables whose rows a record's page shows first; `fills` what choosing a parent says of other columns; `pictures` the
file columns that take no PDF.
"""

from __future__ import annotations

from typing import Any

# By the module that holds the models, in the menu's order: the group's name, and its tables from the one most used on.
# A table that is not named follows by its own name, so does the group of a module that is not.
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

OVERRIDES: dict[str, dict[str, Any]] = {
    "patients": {
        "icon": "user-circle",
        "related": ("visit_services", "caregiver_assignments", "invoices"),
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
            "geolocation": "Such as 9.0227 and 38.7468, typed or pasted from a map.",
        },
        "about": {
            "Reach": "A phone number or an e-mail address belongs to one patient alone.",
            "How they came": "Campaigns are judged by this. Leave open what nobody knows.",
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
        "pictures": ("photo",),
        "columns": ("first_name", "role", "status", "position", "department", "phone", "hire_date"),
        "told": {"role": (), "status": ("Active",)},
        "labels": {"last_name": "Father's name", "user_id": "User in the other application"},
        "help": {
            "email": "What the person signs in with.",
            "role": "Decides what the person may do here.",
            "status": "Only who is Active can sign in.",
            "user_id": "The person's number there. Leave empty what is not known.",
        },
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
        "told": {"staff_id": ()},
        "groups": (("Shift", ("patient_id", "staff_id", "shift_start", "shift_end", "status")),),
        "about": {"Shift": "A caregiver has one shift at a time."},
        "columns": ("patient_id", "staff_id", "shift_start", "shift_end", "status"),
        "labels": {"staff_id": "Caregiver"},
        "order": "-shift_start",
    },
    "visit_services": {
        "many": "Visits",
        "one": "Visit",
        "icon": "stethoscope",
        "name": ("patient_id", "scheduled_at"),
        "told": {"status": ()},
        "related": ("invoices", "admin_task_tracking"),
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
        "about": {
            "Visit": "Without staff it waits among the unassigned visits.",
            "At the home": "A check-in makes the visit In Progress, a check-out Completed; or the other way round, "
            "at the time of saving.",
        },
    },
    "messages": {
        "icon": "message",
        "name": ("receiver_id", "created_at"),
        "columns": ("receiver_id", "sender_id", "message", "type", "read_at", "created_at"),
        "labels": {"sender_id": "From", "receiver_id": "To", "attachment_path": "Attachment", "created_at": "Sent"},
        "help": {"attachment_path": "Sound and film cannot be kept: write down what was said."},
        "new": "Record message",
        "filled": ("attachment_filename", "attachment_mime_type"),
        "groups": (("Message", ("receiver_id", "sender_id", "type", "message", "attachment_path", "read_at")),),
        "about": {"Message": "What was said by phone or in another program. Nothing is sent from here."},
    },
    "invoices": {
        "icon": "receipt",
        "name": ("patient_id", "amount"),
        "columns": ("patient_id", "service_id", "amount", "status", "paid_at", "created_at"),
        "labels": {"service_id": "Visit"},
        "fills": {"service_id": ("patient_id",)},
        "groups": (("Invoice", ("service_id", "patient_id", "amount", "status", "paid_at")),),
        "about": {"Invoice": "The visit says whose invoice it is. Paid without a time is paid now."},
        "order": "-created_at",
    },
    "insurance_claims": {
        "icon": "shield-check",
        "name": ("patient_id", "insurance_company"),
        "groups": (
            ("Claim", ("patient_id", "insurance_company", "coverage_amount", "submitted_at")),
            ("Decision", ("claim_status", "processed_at")),
        ),
        "about": {"Decision": "Decided without a time is decided now."},
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
        "pictures": ("photo",),
        "columns": ("name", "status", "location", "expiry_date", "updated_at"),
    },
    "admin_task_tracking": {
        "many": "Office tasks",
        "one": "Office task",
        "icon": "clipboard-list",
        "name": ("staff_id", "assigned_date"),
        "columns": ("staff_id", "remarks", "visit_service_id", "task_status", "assigned_date", "completed_date"),
        "labels": {"visit_service_id": "Visit", "staff_id": "Assigned to"},
        "groups": (
            ("Task", ("staff_id", "visit_service_id", "assigned_date", "remarks")),
            ("Progress", ("task_status", "completed_date")),
        ),
        "about": {"Progress": "Completed without a time is completed now."},
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
        "help": {"revenue_share_ratio": "15, 15 % and 0.15 are the same share; 1 is all of it, one per cent is 1 %."},
    },
    "marketing_campaigns": {
        "many": "Campaigns",
        "one": "Campaign",
        "icon": "speakerphone",
        "related": ("marketing_leads", "campaign_contents", "campaign_metrics", "marketing_tasks"),
        "columns": ("campaign_name", "status", "platform_id", "start_date", "end_date", "budget"),
        "groups": (
            ("Campaign", ("campaign_name", "platform_id", "lead_source_id", "target_audience", "status")),
            ("When and for how much", ("start_date", "end_date", "budget")),
            ("Notes", ("notes",)),
        ),
        "order": "-start_date",
    },
    "campaign_patients": {
        "many": "Campaign touches",
        "one": "Campaign touch",
        "icon": "target",
        "name": ("campaign_id", "patient_id"),
        "help": {"touched_at": "Left empty, now."},
    },
    "campaign_metrics": {
        "icon": "chart-bar",
        "name": ("campaign_id", "metric_name"),
        "columns": ("campaign_id", "metric_name", "metric_value", "recorded_at"),
        "order": "-recorded_at",
    },
    "campaign_contents": {
        "icon": "file",
        "name": ("campaign_id", "content_type"),
        "labels": {"content_url": "Web address"},
    },
    "landing_pages": {
        "icon": "link",
        "related": ("marketing_leads",),
        "columns": ("name", "campaign_id", "url", "conversion_rate"),
        "labels": {"url": "Web address"},
    },
    "lead_sources": {"icon": "tag", "related": ("marketing_leads", "marketing_campaigns")},
    "marketing_platforms": {
        "icon": "device-desktop",
        "labels": {"api_key": "API key"},
        "help": {"api_key": "Stored encrypted and never shown again. Leave empty to keep the present one."},
    },
    "marketing_leads": {
        "many": "Leads",
        "one": "Lead",
        "icon": "user",
        "related": ("patients",),
        "columns": ("full_name", "phone_number", "status", "campaign_id", "lead_source_id", "created_at"),
        "labels": {"converted_to_patient_at": "Converted"},
        "groups": (
            ("Person", ("full_name", "phone_number", "email")),
            ("How they came", ("lead_source_id", "campaign_id", "landing_page_id")),
            ("Progress", ("status", "converted_to_patient_at", "notes")),
        ),
        "about": {"Progress": "Converted without a time is converted now."},
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
        "groups": (
            ("Task", ("title", "description", "campaign_id", "assigned_to_staff_id", "due_date", "priority")),
            ("Progress", ("status", "completed_at")),
        ),
        "about": {"Progress": "Completed without a time is completed now."},
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
