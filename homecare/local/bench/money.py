"""Invoices of completed visits, about one for every second visit. An invoice has its visit's number."""

from homecare.local.bench.literals import share
from homecare.local.bench.loaders import Step

_OLD = {"Paid": 900, "Overdue": 52, "Pending": 12, "Cancelled": 24, "Refunded": 12}
_YOUNG = {"Paid": 62, "Pending": 36, "Cancelled": 2}

# Tariffs in ETB by the role that visits, as in the demo company.
_BILLED = f"""
    SELECT id, issued, wait, CASE WHEN pg_temp.u(id, 405) < 0.0002 THEN 1 ELSE patient_id END AS patient_id,
        CASE role WHEN 'Doctor' THEN 2000 + 50 * floor(41 * size) WHEN 'Nurse' THEN 900 + 50 * floor(19 * size)
            ELSE 600 + 50 * floor(13 * size) END AS amount,
        issued + interval '1 minute' * floor(least(42000, exp(8.3 + 0.65 * ln((wait + 0.001) / (1.001 - wait)))))
            AS paid,
        CASE WHEN issued < $now - interval '30 days' THEN {share("fate", _OLD)}
            ELSE {share("fate", _YOUNG)} END AS status
    FROM (SELECT v.id, v.patient_id, s.role, v.check_out_time + interval '1 minute' * floor(40 + 300 * size) AS issued,
            fate, size, wait
        FROM (SELECT *, pg_temp.u(id, 401) AS fate, pg_temp.u(id, 402) AS size, pg_temp.u(id, 403) AS wait
            FROM visit_services WHERE id BETWEEN $first AND $last AND status = 'Completed' AND pg_temp.u(id, 404) < 0.61
            OFFSET 0) v
        JOIN staff s ON s.id = v.staff_id) billed
    WHERE issued < $now
"""  # noqa: S608

_KEPT = f"""
    SELECT id, patient_id, amount, issued, paid,
        CASE WHEN status IN ('Paid', 'Refunded') AND paid > $now THEN 'Pending' ELSE status END AS status, wait
    FROM ({_BILLED}) billed OFFSET 0
"""  # noqa: S608

# One paid invoice in a thousand lacks its moment. Every second cancelled one was written again, behind all the others.
INVOICES = f"""
    INSERT INTO invoices (id, patient_id, service_id, amount, status, paid_at, created_at, updated_at)
    SELECT id + again * $visits, patient_id, id, amount - 50 * again, CASE again WHEN 1 THEN 'Paid' ELSE status END,
        CASE WHEN again = 1 THEN issued + interval '1 day'
            WHEN status IN ('Paid', 'Refunded') AND wait < 0.999 THEN paid END,
        issued + interval '3 hours' * again,
        least($now, CASE status WHEN 'Paid' THEN paid WHEN 'Refunded' THEN paid + interval '2 days'
            WHEN 'Overdue' THEN issued + interval '30 days' WHEN 'Cancelled' THEN issued + interval '2 hours'
            ELSE issued END)
    FROM ({_KEPT}) kept CROSS JOIN LATERAL generate_series(0, CASE
        WHEN status = 'Cancelled' AND wait < 0.5 AND issued < $now - interval '1 day' THEN 1 ELSE 0 END) again
"""  # noqa: S608

STEPS = (Step("invoices", INVOICES, "visits"),)
