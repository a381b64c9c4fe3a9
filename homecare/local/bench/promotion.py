"""Campaigns one after the other over three years, their pages, figures, budgets, tasks, and whom they touched."""

from homecare.local.bench.literals import share
from homecare.local.bench.loaders import Step

PLATFORMS = """
    INSERT INTO marketing_platforms (id, name, description, created_at, updated_at)
    SELECT n, name, ($platform_words)[n], $start, $start FROM unnest($platform_names) WITH ORDINALITY named(name, n)
"""
SOURCES = """
    INSERT INTO lead_sources (id, name, description, created_at, updated_at)
    SELECT n, name, ($source_words)[n], $start, $start FROM unnest($source_names) WITH ORDINALITY named(name, n)
"""

# The c-th begins when that share of the days has gone and runs eleven to twenty weeks.
_RUNS = """
    SELECT c, starts, starts + 77 + floor(63 * pg_temp.u(c, 501))::int AS ends, pg_temp.u(c, 502) AS size,
        pg_temp.u(c, 503) AS fate, 1 + floor(9 * pg_temp.u(c, 504))::int AS platform
    FROM (SELECT c, $today - $days + 1 + floor(c * $days / $campaigns::float8)::int AS starts
        FROM generate_series(1, $campaigns) c OFFSET 0) begun OFFSET 0
"""

# One platform in nine is none: events and leaflets.
CAMPAIGNS = f"""
    INSERT INTO marketing_campaigns (id, platform_id, lead_source_id, campaign_name, start_date, end_date, budget,
        target_audience, status, created_at, updated_at)
    SELECT c, nullif(platform, 9), 1 + c % 14, pg_temp.pick($campaign_names, fate) || ' ' || c, starts, ends,
        20000 + 1000 * floor(120 * size), pg_temp.pick($audiences, fate),
        CASE WHEN starts > $today THEN 'Planned' WHEN fate < 0.05 THEN 'Cancelled' WHEN ends < $today THEN 'Completed'
            WHEN fate < 0.1 THEN 'Paused' ELSE 'Active' END,
        starts - interval '10 days', starts - interval '10 days'
    FROM ({_RUNS}) runs
"""  # noqa: S608

PAGES = """
    INSERT INTO landing_pages (id, campaign_id, name, url, conversion_rate, created_at, updated_at)
    SELECT n, (n + 1) / 2, pg_temp.pick($campaign_names, pg_temp.u((n + 1) / 2, 503)) || ', page ' || n,
        'https://www.$domain/p/' || n, round((1 + 11 * pg_temp.u(n, 511))::numeric, 2), $start, $start
    FROM generate_series($first::bigint, $last::bigint) n
"""

CONTENTS = """
    INSERT INTO campaign_contents (id, campaign_id, content_type, content_url, description, created_at, updated_at)
    SELECT n, 1 + n % $campaigns, pg_temp.pick($content_types, x), 'https://www.$domain/media/' || n,
        pg_temp.pick($content_words, x), made, made
    FROM (SELECT n, pg_temp.u(n, 521) AS x, pg_temp.at((n % $campaigns) * $days / $campaigns, 600) AS made
        FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) contents
"""

# Every day of a campaign that has come: views fall with its age, and clicks with them.
METRICS = f"""
    INSERT INTO campaign_metrics (id, campaign_id, metric_name, metric_value, recorded_at, created_at, updated_at)
    SELECT row_number() OVER (ORDER BY c, day, name), c, name, round((size * (0.4 + pg_temp.u(c * 1000 + day, 531))
            / (1 + day / 30.0) * CASE name WHEN 'impressions' THEN 9000 WHEN 'clicks' THEN 260 WHEN 'spend' THEN 1400
            ELSE 12 END)::numeric, 0), told, told, told
    FROM (SELECT c, day, name, size, (starts + day)::timestamp + interval '17 hours' AS told
        FROM ({_RUNS}) runs CROSS JOIN LATERAL generate_series(0, ends - starts) day
        CROSS JOIN unnest(ARRAY['impressions', 'clicks', 'spend', 'form_submissions']) name
        WHERE starts + day < $today) figures
"""  # noqa: S608

# One in eleven is of no campaign; some have no dates of their own.
BUDGETS = f"""
    INSERT INTO marketing_budgets (id, campaign_id, allocated_amount, spent_amount, start_date, end_date, created_at,
        updated_at)
    SELECT n, CASE WHEN n <= $campaigns THEN n END, 20000 + 1000 * floor(120 * size),
        CASE WHEN starts < $today THEN round((15000 + 130000 * size * fate)::numeric, 2) ELSE 0 END,
        CASE WHEN fate < 0.9 THEN starts END, CASE WHEN fate < 0.9 THEN ends END, starts::timestamp, starts::timestamp
    FROM generate_series($first::bigint, $last::bigint) n
    JOIN ({_RUNS}) runs ON runs.c = 1 + (n - 1) % $campaigns
"""  # noqa: S608

TASKS = f"""
    INSERT INTO marketing_tasks (id, campaign_id, assigned_to_staff_id, title, description, due_date, status, priority,
        completed_at, created_at, updated_at)
    SELECT n, c, CASE WHEN fate < 0.95 THEN pg_temp.officer(pg_temp.u(n, 541)) END, pg_temp.pick($task_titles, fate),
        pg_temp.pick($task_words, fate), due, status,
        {share("fate", {"Medium": 60, "Low": 20, "High": 15, "Urgent": 5})},
        CASE WHEN status = 'Completed' THEN due - interval '5 hours' END, due - interval '9 days',
        due - interval '1 day'
    FROM (SELECT n, c, due, fate, CASE WHEN due > $today THEN {share("fate", {"Pending": 70, "In Progress": 30})}
            ELSE {share("fate", {"Completed": 88, "Cancelled": 7, "Pending": 5})} END AS status
        FROM (SELECT n, c, starts + (n / $campaigns * 9)::int AS due, pg_temp.u(n, 542) AS fate
            FROM generate_series($first::bigint, $last::bigint) n
            JOIN ({_RUNS}) runs ON runs.c = 1 + n % $campaigns) planned OFFSET 0) tasks
"""  # noqa: S608

# Whom a campaign brought it touched, and three in ten of them the one before it too.
TOUCHED = """
    INSERT INTO campaign_patients (id, campaign_id, patient_id, touched_at, created_at, updated_at)
    SELECT p.id * 2 - nth, p.initial_campaign_id - nth, p.id, touched, touched, touched
    FROM patients p CROSS JOIN generate_series(0, 1) nth
    CROSS JOIN LATERAL (SELECT p.created_at - interval '1 day' * (2 + 9 * nth) AS touched) moments
    WHERE p.initial_campaign_id > nth AND (nth = 0 OR pg_temp.u(p.id, 551) < 0.3)
"""

STEPS = (
    Step("marketing_platforms", PLATFORMS),
    Step("lead_sources", SOURCES),
    Step("marketing_campaigns", CAMPAIGNS),
    Step("landing_pages", PAGES, "pages"),
    Step("campaign_contents", CONTENTS, "contents"),
    Step("campaign_metrics", METRICS),
    Step("marketing_budgets", BUDGETS, "budgets"),
    Step("marketing_tasks", TASKS, "marketing_tasks"),
)
TOUCHES = (Step("campaign_patients", TOUCHED),)
