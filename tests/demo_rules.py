"""What the demo company must never contain and must always show: each a count by tables and condition.

`:now` is the moment that the company is relative to, in UTC.
"""

from homecare.models.choices import ROLES

CONTRADICTIONS = {
    "a live invoice of a visit that is not completed": (
        "invoices i JOIN visit_services v ON v.id = i.service_id WHERE v.status <> 'Completed'"
    ),
    "an invoice of another patient than its visit's": (
        "invoices i JOIN visit_services v ON v.id = i.service_id WHERE v.patient_id <> i.patient_id"
    ),
    "two live invoices of one visit": (
        "(SELECT service_id FROM invoices WHERE status <> 'Cancelled' GROUP BY 1 HAVING count(*) > 1) AS twice"
    ),
    "Paid and paid_at apart": (
        "invoices WHERE (status IN ('Paid', 'Refunded')) <> (paid_at IS NOT NULL) OR paid_at < created_at"
    ),
    "a converted lead without its patient": (
        "marketing_leads l LEFT JOIN patients p ON p.marketing_lead_id = l.id "
        "WHERE (l.status = 'Converted') <> (p.id IS NOT NULL) OR (l.status = 'Converted') <> "
        "(l.converted_to_patient_at IS NOT NULL)"
    ),
    "a patient unlike their lead": (
        "marketing_leads l JOIN patients p ON p.marketing_lead_id = l.id "
        "WHERE (p.full_name, p.phone_number, p.created_at) <> (l.full_name, l.phone_number, l.converted_to_patient_at) "
        "OR p.initial_campaign_id IS DISTINCT FROM l.campaign_id"
    ),
    "a visit done by nobody": (
        "visit_services WHERE status IN ('Completed', 'In Progress') AND (staff_id IS NULL OR check_in_time IS NULL)"
    ),
    "a visit's check-out without Completed": (
        "visit_services WHERE (status = 'Completed') <> (check_out_time IS NOT NULL)"
    ),
    "a visit still open a day later": (
        "visit_services WHERE status IN ('Pending', 'Scheduled', 'In Progress') "
        "AND scheduled_at < :now - interval '1 day'"
    ),
    "a visit before its patient was registered": (
        "visit_services v JOIN patients p ON p.id = v.patient_id WHERE v.scheduled_at < p.created_at"
    ),
    "a visit by somebody who cannot do it": (
        "visit_services v JOIN staff s ON s.id = v.staff_id WHERE s.role NOT IN ('Doctor', 'Nurse', 'Caregiver') "
        "OR s.status <> 'Active' AND v.scheduled_at > :now"
    ),
    "two overlapping live shifts": (
        "caregiver_assignments a JOIN caregiver_assignments b ON a.staff_id = b.staff_id AND a.id < b.id "
        "AND tsrange(a.shift_start, a.shift_end) && tsrange(b.shift_start, b.shift_end) "
        "WHERE a.status <> 'Cancelled' AND b.status <> 'Cancelled'"
    ),
    "a coming visit inside a shift with somebody else": (
        "visit_services v JOIN caregiver_assignments a ON a.staff_id = v.staff_id AND a.patient_id <> v.patient_id "
        "AND v.scheduled_at >= a.shift_start AND v.scheduled_at < a.shift_end "
        "WHERE a.status IN ('Assigned', 'Confirmed', 'In Progress') AND v.status IN ('Pending', 'Scheduled')"
    ),
    "a decided claim without its time": (
        "insurance_claims WHERE (claim_status IN ('Submitted', 'Under Review')) <> (processed_at IS NULL)"
    ),
    "a finished task without its time": (
        "admin_task_tracking WHERE (task_status = 'Completed') <> (completed_date IS NOT NULL)"
    ),
    "a home outside Ethiopia": (
        "patients WHERE NOT ST_Within(geolocation::geometry, ST_MakeEnvelope(33, 3, 48, 15, 4326))"
    ),
    "a secret made up": "marketing_platforms WHERE api_key IS NOT NULL",
    "a Fayda number somebody could have": "patients WHERE fayda_id !~ '^9999([0-9]{8}|[0-9]{12})$'",
}


# States of visits around now.
BOARD = {
    "late": "status = 'Scheduled' AND check_in_time IS NULL "
    "AND scheduled_at BETWEEN :now - interval '59 min' AND :now - interval '15 min'",
    "without check-in for an hour": "status = 'Scheduled' "
    "AND scheduled_at BETWEEN :now - interval '3 h' AND :now - interval '1 h'",
    "missed": "status = 'Missed' AND scheduled_at BETWEEN :now - interval '6 h' AND :now",
    "stuck": "status = 'In Progress' AND scheduled_at < :now - interval '3 h'",
    "in progress": "status = 'In Progress' AND check_in_time > :now - interval '90 min'",
    "completed": "status = 'Completed' AND check_out_time BETWEEN :now - interval '6 h' AND :now",
    "unassigned": "staff_id IS NULL AND scheduled_at BETWEEN :now AND :now + interval '6 h'",
    "to come": "status = 'Scheduled' AND scheduled_at BETWEEN :now AND :now + interval '8 h'",
}


# Lists that somebody in the office works off.
WORK = {
    "to invoice": "visit_services v WHERE status = 'Completed' "
    "AND NOT EXISTS (SELECT FROM invoices WHERE service_id = v.id)",
    "pending for over a month": "invoices WHERE status = 'Pending' AND created_at < :now - interval '30 days'",
    "overdue": "invoices WHERE status = 'Overdue'",
    "refunded": "invoices WHERE status = 'Refunded'",
    "expiring stock": "inventory_items WHERE expiry_date BETWEEN date :now AND date :now + 30",
    "expired stock": "inventory_items WHERE status = 'Expired'",
    "staff of an unknown role": f"staff WHERE role NOT IN {ROLES}",
    "staff who are away": "staff WHERE status <> 'Active'",
    "shifts that need cover": "caregiver_assignments WHERE status = 'Cancelled' AND shift_start > :now",
    "shifts under way": "caregiver_assignments WHERE status = 'In Progress'",
    "patients without a place": "patients WHERE geolocation IS NULL",
    "patients registered through an assignment": "patients WHERE registered_by_caregiver_id IS NOT NULL",
    "visits planned in three weeks": "visit_services WHERE scheduled_at > :now + interval '21 days'",
    "visits of a year ago": "visit_services WHERE scheduled_at < :now - interval '330 days'",
}
