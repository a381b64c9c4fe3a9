"""Staff, patients and the leads that some of them were."""

from homecare.local.bench.literals import share
from homecare.local.bench.loaders import Step

_AWAY = {"Active": 91, "On Leave": 4, "Suspended": 1, "Inactive": 2, "Terminated": 2}

# Carers in tens: a doctor, three nurses, six caregivers; behind them the offices.
STAFF = f"""
    INSERT INTO staff (id, first_name, last_name, email, phone, position, department, role, status, hire_date,
        created_at, updated_at)
    SELECT n, first_name, last_name,
        CASE WHEN n <= 10 THEN lower(role) ELSE lower(first_name || '.' || last_name) || n END || '@$domain',
        pg_temp.phone($leads + $patients + n),
        CASE role WHEN 'Doctor' THEN 'General Practitioner' WHEN 'Nurse' THEN 'Clinical Nurse'
            WHEN 'Caregiver' THEN 'Home Caregiver' ELSE role || ' Officer' END,
        CASE role WHEN 'Doctor' THEN 'Medical' WHEN 'Nurse' THEN 'Nursing' WHEN 'Caregiver' THEN 'Home Care'
            ELSE 'Operations' END,
        role, CASE WHEN n <= 10 THEN 'Active' ELSE {share("fate", _AWAY)} END,
        $today - 1100 - floor(1500 * fate)::int, $start - interval '1 day' * floor(1000 * fate),
        $start - interval '1 day' * floor(900 * fate)
    FROM (SELECT n, pg_temp.u(n, 201) AS fate,
            CASE WHEN n <= 10 THEN ($demo_first_names)[n] ELSE pg_temp.given($leads + $patients + n) END AS first_name,
            CASE WHEN n <= 10 THEN ($demo_last_names)[n]
                ELSE pg_temp.part($leads + $patients + n, 13, $men) END AS last_name,
            CASE WHEN n <= 10 THEN ($demo_roles)[n]
                WHEN n - 8 < $carers THEN CASE WHEN (n - 8) % 10 = 0 THEN 'Doctor'
                    WHEN (n - 8) % 10 < 4 THEN 'Nurse' ELSE 'Caregiver' END
                ELSE ($demo_roles)[(ARRAY[3, 3, 3, 7, 8, 2, 9, 3, 1, 10])[1 + n % 10]] END AS role
        FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) people
"""  # noqa: S608

# By the age of the lead in days: the newest are still being called, the oldest are decided.
_STATUSES = f"""CASE WHEN converted THEN CASE WHEN fate < 0.002 THEN 'Qualified' ELSE 'Converted' END
    WHEN age < 3 THEN {share("fate", {"New": 66, "Contacted": 28, "Qualified": 4, "Unqualified": 2})}
    WHEN age < 15 THEN {share("fate", {"New": 16, "Contacted": 41, "Qualified": 22, "Unqualified": 11, "Lost": 10})}
    WHEN age < 45 THEN {share("fate", {"New": 5, "Contacted": 25, "Qualified": 24, "Unqualified": 18, "Lost": 28})}
    ELSE {share("fate", {
        "New": 10, "Contacted": 105, "Qualified": 130, "Unqualified": 240, "Lost": 512, "Converted": 3,
    })} END"""  # fmt: skip

# A lead that becomes a patient does so a few days after it came; the patient's moment is the one that is fixed.
LEADS = f"""
    INSERT INTO marketing_leads (id, lead_source_id, campaign_id, landing_page_id, full_name, email, phone_number,
        status, notes, converted_to_patient_at, created_at, updated_at)
    SELECT n, 1 + CASE WHEN campaign IS NULL THEN floor(14 * pg_temp.u(n, 211)) ELSE campaign % 14 END, campaign,
        CASE WHEN page < 0.005 THEN 1 + floor($pages * pg_temp.u(n, 212))
            WHEN page < 0.8 THEN campaign * 2 - floor(2 * pg_temp.u(n, 212)) END,
        pg_temp.full_name(twin), CASE WHEN pg_temp.u(n, 213) < 0.35 THEN pg_temp.email(n) END,
        CASE WHEN pg_temp.u(n, 214) < 0.95 THEN pg_temp.phone(twin) END,
        status, CASE WHEN page < 0.7 THEN pg_temp.pick($lead_notes, fate) END,
        CASE WHEN status = 'Converted' THEN coalesce(converted_at, created_at + interval '6 days') END, created_at,
        CASE WHEN status = 'New' THEN created_at
            ELSE coalesce(converted_at, least($now, created_at + interval '1 hour' * floor(400 * fate))) END
    FROM (SELECT *, {_STATUSES} AS status
        FROM (SELECT *, extract(epoch FROM $now - created_at) / 86400 AS age
            FROM (SELECT *, CASE WHEN converted THEN converted_at - interval '1 minute'
                        * floor(1440 * least(60, exp(1.5 + 0.5 * ln((fate + 0.001) / (1.001 - fate)))))
                    ELSE least(pg_temp.at(pg_temp.day(n / $leads::float8, $days - 1), 420 + 900 * fate),
                        $now - interval '1 minute' * floor(90 * page)) END AS created_at
                FROM (SELECT n, pg_temp.campaign(n) AS campaign, pg_temp.converts(n) AS converted,
                        CASE WHEN pg_temp.converts(n) THEN pg_temp.registered_at(n / 2) END AS converted_at,
                        -- One in 997 wrote twice.
                        CASE WHEN n % 997 = 0 THEN n - 1 ELSE n END AS twin,
                        pg_temp.u(n, 215) AS fate, pg_temp.u(n, 216) AS page
                    FROM generate_series($first::bigint, $last::bigint) n OFFSET 0) drawn OFFSET 0) made OFFSET 0) aged
        OFFSET 0) leads
"""  # noqa: S608

_AGES = """CASE WHEN old < 0.06 THEN 1 + 11 * old / 0.06 WHEN old < 0.18 THEN 20 + 20 * (old - 0.06) / 0.12
    WHEN old < 0.40 THEN 35 + 25 * (old - 0.18) / 0.22 ELSE 60 + 34 * power((old - 0.40) / 0.60, 1.3) END"""
_SOURCES = {"Walk-in": 22, "Phone Call": 24, "Referral": 22, "Hospital Discharge": 20, "NGO": 7, "Event": 5}
_LEAD_SOURCES = {"Facebook": 38, "Website": 30, "Telegram": 18, "Phone Call": 14}
_CHANNELS = """CASE source WHEN 'Facebook' THEN 'Paid Social' WHEN 'Telegram' THEN 'Organic'
    WHEN 'Website' THEN CASE WHEN way < 0.6 THEN 'Paid Search' ELSE 'Organic' END WHEN 'Referral' THEN 'Referral'
    WHEN 'Hospital Discharge' THEN 'Partner Hospital' WHEN 'NGO' THEN 'NGO' WHEN 'Event' THEN 'Event'
    ELSE 'Direct' END"""

# Most around the centres of the sub-cities, a quarter in the middle of the city, one in five in a block of flats whose
# homes share their point, some in other towns, a few where no patient can be, and some without a place.
_PLACES = """CASE WHEN kind < 0.03 THEN NULL
    WHEN kind < 0.031 THEN ST_MakePoint(9 + far, 38.7)
    WHEN kind < 0.08 THEN ST_MakePoint(($town_longitudes)[1 + floor(area * cardinality($town_longitudes))::int]
        + 0.012 * far * cos(turn), ($town_latitudes)[1 + floor(area * cardinality($town_latitudes))::int]
        + 0.012 * far * sin(turn))
    WHEN kind < 0.31 THEN ST_MakePoint(38.752 + 0.010 * far * cos(turn), 9.022 + 0.010 * far * sin(turn))
    ELSE ST_MakePoint(
        round((($city_longitudes)[1 + floor(area * cardinality($city_longitudes))::int] + 0.011 * far * cos(turn))
            ::numeric, CASE WHEN kind > 0.8 THEN 3 ELSE 6 END)::float8,
        round((($city_latitudes)[1 + floor(area * cardinality($city_latitudes))::int] + 0.011 * far * sin(turn))
            ::numeric, CASE WHEN kind > 0.8 THEN 3 ELSE 6 END)::float8) END"""

PATIENTS = f"""
    INSERT INTO patients (id, patient_code, full_name, fayda_id, date_of_birth, gender, address, phone_number, email,
        emergency_contact, source, geolocation, registered_by_staff_id, registered_by_caregiver_id, marketing_lead_id,
        acquisition_channel, initial_campaign_id, created_at, updated_at)
    SELECT m, 'HHC-' || to_char(m, 'FM999999999000000'), pg_temp.full_name(k),
        CASE WHEN pg_temp.u(m, 301) < 0.6 THEN '9999' || to_char(m, 'FM00000000') END,
        $today - floor(365.25 * ({_AGES}))::int, CASE WHEN old < 0.995 THEN
            CASE WHEN pg_temp.is_woman(k) THEN 'Female' ELSE 'Male' END ELSE 'Unknown' END,
        CASE WHEN kind >= 0.08 THEN pg_temp.pick($city_names, area) || ', Addis Ababa'
            WHEN kind >= 0.031 THEN pg_temp.pick($town_names, area) END,
        CASE WHEN kind < 0.04 OR kind > 0.96 THEN NULL ELSE pg_temp.phone(k) END,
        CASE WHEN pg_temp.u(m, 303) < 0.3 THEN pg_temp.email(k) END,
        pg_temp.given(k + 7) || ' (family), ' || pg_temp.phone($leads + $patients + $staff + m),
        source, ST_SetSRID({_PLACES}, 4326)::geography, pg_temp.officer(pg_temp.u(m, 305)),
        CASE WHEN pg_temp.u(m, 306) < 0.1 THEN 1 + floor($shifts * pg_temp.u(m, 307)) END,
        CASE WHEN converted THEN m * 2 END, {_CHANNELS}, campaign, registered, registered
    FROM (SELECT *, CASE WHEN converted THEN m * 2 ELSE $leads + m END AS k,
            CASE WHEN converted THEN pg_temp.campaign(m * 2) END AS campaign,
            CASE WHEN converted THEN {share("way", _LEAD_SOURCES)} ELSE {share("way", _SOURCES)} END AS source
        FROM (SELECT m, pg_temp.converts(m * 2) AS converted, pg_temp.registered_at(m) AS registered,
                pg_temp.u(m, 311) AS old, pg_temp.u(m, 312) AS kind, pg_temp.u(m, 313) AS area,
                pg_temp.u(m, 316) AS way,
                sqrt(-2 * ln(1 - 0.99 * pg_temp.u(m, 314))) AS far, 6.2831853 * pg_temp.u(m, 315) AS turn
            FROM generate_series($first::bigint, $last::bigint) m OFFSET 0) drawn OFFSET 0) people
"""  # noqa: S608

STEPS = (
    Step("marketing_leads", LEADS, "leads"),
    Step("patients", PATIENTS, "patients"),
    Step("staff", STAFF, "staff"),
)
