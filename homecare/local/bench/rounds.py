"""Visits and shifts: the day's rounds of every carer, most of them to people that the carer knows.

The n-th visit is of the carer n modulo their number, round after round, so that nobody is in two places. A patient
belongs to the carer of the same remainder; one in twenty of them has a third of all visits, and a handful thousands.
"""

from homecare.local.bench.literals import share
from homecare.local.bench.loaders import Step

_ROUNDS = "ARRAY[450, 525, 600, 675, 795, 870, 960, 1065]"

_AT = f"""
    SELECT n, n % $carers AS j, day, pg_temp.known(day) AS known,
        pg_temp.at(day, ({_ROUNDS})[1 + n / $carers % 8] + 5 * floor(3 * pg_temp.u(n, 101))) AS at
    FROM (SELECT n, floor(pg_temp.day(n / $visits::float8, $span)) AS day
        FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) days
"""  # noqa: S608 - constants of ours

# Drawn among those who were registered by then, the newer ones more often; q is the row in the carer's own list.
_DRAWN = f"""
    SELECT n, j, day, known, at, extract(epoch FROM $now - at) / 3600 AS hours_ago,
        pg_temp.u(n, 102) AS kind, pg_temp.u(n, 103) AS fate, pg_temp.u(n, 104) AS wait, pg_temp.u(n, 105) AS stay,
        ceil(known * (1 - power(pg_temp.u(n, 106), 1.7)))::bigint AS drawn
    FROM ({_AT}) at OFFSET 0
"""  # noqa: S608

_KNOWN = """CASE WHEN kind < 0.005 THEN drawn - drawn % 50000
    WHEN kind < 0.06 THEN (drawn / $carers) / 100 * 100 * $carers + j + 1
    WHEN kind < 0.40 THEN (drawn / $carers) / 20 * 20 * $carers + j + 1
    WHEN kind < 0.80 THEN (drawn / $carers) * $carers + j + 1
    ELSE drawn END"""

_OLD = {"Completed": 860, "Cancelled": 79, "Missed": 55, "Scheduled": 5, "In Progress": 1}
_TODAY = {"Completed": 88, "Cancelled": 6, "Missed": 3, "Pending": 2, "In Progress": 1}
_NOW = {"In Progress": 78, "Scheduled": 12, "Pending": 8, "Cancelled": 2}
_AHEAD = {"Scheduled": 66, "Pending": 29, "Cancelled": 5}

_FATES = f"""
    SELECT n, at, hours_ago, kind, wait, stay, j, least(greatest({_KNOWN}, 1), known) AS patient_id,
        CASE WHEN fate < 0.0005 THEN NULL
            WHEN hours_ago < 0 THEN {share("fate", _AHEAD)}
            WHEN hours_ago < 1.6 THEN {share("fate", _NOW)}
            WHEN hours_ago < 24 THEN {share("fate", _TODAY)}
            ELSE {share("fate", _OLD)} END AS status
    FROM ({_DRAWN}) drawn OFFSET 0
"""  # noqa: S608

_ROLES = """CASE WHEN j % 10 = 0 THEN pg_temp.pick($doctor_notes, stay) WHEN j % 10 < 4 THEN
    pg_temp.pick($nurse_notes, stay) ELSE pg_temp.pick($caregiver_notes, stay) END"""

VISITS = f"""
    INSERT INTO visit_services (id, patient_id, staff_id, scheduled_at, check_in_time, check_out_time, visit_notes,
        status, created_at, updated_at)
    SELECT n, patient_id,
        CASE WHEN status IN ('Pending', 'Scheduled', 'Missed') AND wait < 0.05 THEN NULL ELSE pg_temp.carer(j) END,
        at, check_in, check_out,
        CASE WHEN status = 'Completed' AND wait < 0.6 THEN {_ROLES}
            WHEN status = 'Missed' THEN pg_temp.pick($missed_notes, stay)
            WHEN status = 'Cancelled' THEN pg_temp.pick($cancelled_notes, stay) END,
        status, made, least($now, coalesce(check_out, check_in, greatest(made, CASE status
            WHEN 'Missed' THEN at + interval '1 hour' WHEN 'Cancelled' THEN at - interval '12 hours' END)))
    FROM (SELECT *, check_in + interval '1 minute' * floor(30 + 35 * stay)
            * CASE WHEN status = 'Completed' THEN 1 END AS check_out
        FROM (SELECT *, CASE WHEN status IN ('Completed', 'In Progress')
                THEN least($now, at + interval '1 minute' * floor(25 * wait - 8)) END AS check_in,
                least($now, at) - interval '1 minute' * floor(1440 + 20000 * kind) AS made
            FROM ({_FATES}) fates) arrived) left_again
"""  # noqa: S608

# One shift a day and carer at most; a patient of the carer's own list.
SHIFTS = f"""
    INSERT INTO caregiver_assignments (id, staff_id, patient_id, shift_start, shift_end, status, created_at, updated_at)
    SELECT n, pg_temp.carer(j), least($patients, greatest(1, known - 1 - j - stay) / $carers * $carers + j + 1), starts,
        starts + interval '1 hour' * (4 + n % 5),
        CASE WHEN starts > $now THEN {share("fate", {"Assigned": 55, "Confirmed": 41, "Cancelled": 4})}
            WHEN starts > $now - interval '9 hours' THEN 'In Progress'
            ELSE {share("fate", {"Completed": 90, "Cancelled": 6, "No Show": 4})} END,
        least($now, starts) - interval '3 days', least($now, starts)
    FROM (SELECT n, n % $carers AS j, pg_temp.u(n, 112) AS fate, pg_temp.known(day) AS known,
            floor(pg_temp.known(day) * power(pg_temp.u(n, 113), 2))::bigint AS stay,
            pg_temp.at(day, 450 + 15 * floor(8 * pg_temp.u(n, 111))) AS starts
        FROM (SELECT n, floor((n / $carers + 0.5) * $span / (($shifts / $carers) + 1)::float8) AS day
            FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) days OFFSET 0) shifts
"""  # noqa: S608

STEPS = (
    Step("visit_services", VISITS, "visits"),
    Step("caregiver_assignments", SHIFTS, "shifts"),
)
