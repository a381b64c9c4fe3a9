"""Claims, messages, office tasks, referrals, the store, and whom the company knows."""

from homecare.local.bench.literals import share
from homecare.local.bench.loaders import Step
from homecare.models.choices import ENGAGEMENT_LEVELS, VISA_STATUSES

_DECIDED = {"Paid": 46, "Approved": 20, "Partially Approved": 15, "Rejected": 14, "Appealed": 5}

# Six to forty-six days are taken to decide; a patient has one that was submitted after the registration.
CLAIMS = f"""
    INSERT INTO insurance_claims (id, patient_id, insurance_company, claim_status, coverage_amount, submitted_at,
        processed_at, created_at)
    SELECT n, pg_temp.known(day) - floor(pg_temp.known(day) * power(pg_temp.u(n, 601), 2)),
        pg_temp.pick($insurers, fate), CASE WHEN decided < $now THEN {share("fate", _DECIDED)}
            ELSE {share("fate", {"Submitted": 55, "Under Review": 45})} END,
        1500 + 250 * floor(160 * fate), at, CASE WHEN decided < $now THEN decided END, at
    FROM (SELECT n, day, at, at + interval '1 minute' * floor(1440 * (6 + 40 * pg_temp.u(n, 602))) AS decided,
            pg_temp.u(n, 603) AS fate
        FROM (SELECT n, pg_temp.day(n / $claims::float8, $days - 2) AS day,
                pg_temp.at(pg_temp.day(n / $claims::float8, $days - 2), 480 + 540 * pg_temp.u(n, 604)) AS at
            FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) submitted OFFSET 0) claims
"""  # noqa: S608

MESSAGES = f"""
    INSERT INTO messages (id, sender_id, receiver_id, message, type, read_at, created_at)
    SELECT n, pg_temp.carer(floor($carers * fate)::bigint),
        pg_temp.known(day) - floor(pg_temp.known(day) * power(wait, 2)), pg_temp.pick($messages_said, fate),
        {share("wait", {"text": 94, "image": 3, "audio": 2, "file": 1})},
        CASE WHEN wait < 0.8 THEN least($now, at + interval '1 minute' * floor(2000 * wait * wait)) END, at
    FROM (SELECT n, day, pg_temp.at(day, 420 + 840 * pg_temp.u(n, 611)) AS at, pg_temp.u(n, 612) AS fate,
            pg_temp.u(n, 613) AS wait
        FROM (SELECT n, pg_temp.day(n / $messages::float8, $days - 1) AS day
            FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) days OFFSET 0) messages
"""  # noqa: S608

# Two in three belong to a visit of their day.
OFFICE_TASKS = f"""
    INSERT INTO admin_task_tracking (id, staff_id, visit_service_id, task_status, remarks, assigned_date,
        completed_date, created_at, updated_at)
    SELECT n, pg_temp.officer(pg_temp.u(n, 621)),
        CASE WHEN wait < 0.67 THEN greatest(1, floor($visits * power(day / $span, 1.25))) END, status,
        pg_temp.pick($remarks, fate), at, CASE WHEN status = 'Completed' THEN done END, at,
        CASE WHEN status = 'Completed' THEN done ELSE at END
    FROM (SELECT *, at + interval '1 minute' * floor(2000 * wait) AS done,
            CASE WHEN at + interval '2 days' < $now
                THEN {share("fate", {"Completed": 94, "Cancelled": 4, "Blocked": 2})}
                ELSE {share("fate", {"Assigned": 70, "In Progress": 30})} END AS status
        FROM (SELECT n, day, pg_temp.at(day, 480 + 540 * pg_temp.u(n, 622)) AS at, pg_temp.u(n, 623) AS fate,
                pg_temp.u(n, 624) AS wait
            FROM (SELECT n, pg_temp.day(n / $office_tasks::float8, $days - 1) AS day
                FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) days OFFSET 0) drawn OFFSET 0) tasks
"""  # noqa: S608

HOSPITALS = """
    INSERT INTO partner_hospitals (id, name, address, contact_email, contact_phone, created_at, updated_at)
    SELECT n, ($hospital_names)[1 + n % 12] || ' ' || n, ($hospital_places)[1 + n % 12],
        'desk' || n || '@hospital.example', '+2511155' || to_char(n, 'FM00000'), $start, $start
    FROM generate_series($first::int, $last::int) n
"""

_REFERRED = {"Completed": 55, "Scheduled": 12, "Accepted": 12, "Requested": 9, "Rejected": 7, "Cancelled": 5}
REFERRALS = f"""
    INSERT INTO referrals (id, patient_id, partner_hospital_id, reason, status, created_at, updated_at)
    SELECT n, pg_temp.known(day) - floor(pg_temp.known(day) * power(pg_temp.u(n, 631), 2)),
        1 + floor($hospitals * fate * fate), pg_temp.pick($reasons, pg_temp.u(n, 632)), {share("fate", _REFERRED)},
        at, at
    FROM (SELECT n, day, pg_temp.at(day, 480 + 540 * pg_temp.u(n, 633)) AS at, pg_temp.u(n, 634) AS fate
        FROM (SELECT n, pg_temp.day(n / $referrals::float8, $days - 2) AS day
            FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) days OFFSET 0) referrals
"""  # noqa: S608

ABROAD = f"""
    INSERT INTO international_referrals (id, patient_id, partner_country, hospital_name, visa_status,
        revenue_share_ratio, created_at, updated_at)
    SELECT n, 1 + floor($patients * pg_temp.u(n, 641)), pg_temp.pick($countries, fate),
        pg_temp.pick($hospitals_abroad, fate), {share("fate", dict.fromkeys(VISA_STATUSES, 1))},
        round((0.05 + 0.1 * fate)::numeric, 2), $now - interval '1 day' * floor(900 * fate), $now - interval '1 day'
    FROM (SELECT n, pg_temp.u(n, 642) AS fate FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) abroad
"""  # noqa: S608

NGOS = f"""
    INSERT INTO ngo_networks (id, name, org_type, engagement_level, referral_count, created_at, updated_at)
    SELECT n, ($ngo_names)[1 + n % 14] || ' ' || n, ($ngo_types)[1 + n % 14],
        {share("pg_temp.u(n, 651)", dict.fromkeys(ENGAGEMENT_LEVELS, 1))}, floor(90 * pg_temp.u(n, 652)), $start, $start
    FROM generate_series($first::int, $last::int) n
"""  # noqa: S608

EVENTS = """
    INSERT INTO events (id, title, description, event_date, is_free_service, broadcast_status, created_at, updated_at)
    SELECT n, ($event_titles)[1 + n % 15] || ', ' || n, ($event_words)[1 + n % 15], day, n % 3 > 0,
        CASE WHEN day > $today + 20 THEN 'Draft' WHEN day > $today THEN 'Scheduled' WHEN n % 19 = 0 THEN 'Cancelled'
            ELSE 'Broadcast' END, day - interval '30 days', day - interval '30 days'
    FROM (SELECT n, $today - 1000 + (n * 1050 / $events) AS day FROM generate_series($first::int, $last::int) n) events
"""

_LIVES = {"Available": 58, "In Use": 26, "Reserved": 6, "Maintenance": 5, "Lost": 2, "Retired": 3}
# One lot in twelve has expired, some do within the month; most things do not expire.
ITEMS = f"""
    INSERT INTO inventory_items (id, name, description, status, location, expiry_date, created_at, updated_at)
    SELECT n, ($item_names)[thing], ($item_words)[thing], CASE WHEN expires < $today THEN 'Expired'
            ELSE {share("fate", _LIVES)} END,
        pg_temp.pick($locations, pg_temp.u(n, 661)), expires, made, made
    FROM (SELECT n, thing, pg_temp.u(n, 662) AS fate,
            $now - interval '1 day' * floor(45 + 700 * pg_temp.u(n, 663)) AS made,
            CASE WHEN ($item_months)[thing] > 0
                THEN $today - 45 + floor((45 + 30 * ($item_months)[thing]) * pg_temp.u(n, 664))::int END AS expires
        FROM (SELECT n, (1 + n % 30)::int AS thing FROM generate_series($first::bigint, $last::bigint) n) things
        OFFSET 0) items
"""  # noqa: S608

STEPS = (
    Step("messages", MESSAGES, "messages"),
    Step("insurance_claims", CLAIMS, "claims"),
    Step("admin_task_tracking", OFFICE_TASKS, "office_tasks"),
    Step("partner_hospitals", HOSPITALS, "hospitals"),
    Step("referrals", REFERRALS, "referrals"),
    Step("international_referrals", ABROAD, "abroad"),
    Step("ngo_networks", NGOS, "ngos"),
    Step("events", EVENTS, "events"),
    Step("inventory_items", ITEMS, "items"),
)
