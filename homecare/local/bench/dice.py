"""What rows are drawn by: functions of a row's number, gone with the session. PostgreSQL writes them into its plans.
So it does only with what it holds immutable: a number becomes text by a cast, not by `||` or to_char.

A number is 0 to 1 and depends on the row's number, the salt and the seed alone. Times are in order of the numbers, so
that a table lies on the disk as it would after years.
"""


def _function(head: str, returns: str, body: str) -> str:
    return f"CREATE FUNCTION pg_temp.{head} RETURNS {returns} LANGUAGE sql IMMUTABLE AS $$$$SELECT {body}$$$$"


FUNCTIONS = (
    _function(
        "u(n bigint, salt int)", "float8", "(hashint8extended(n, $seed + salt) & 1073741823) / 1073741824::float8"
    ),
    _function("pick(list text[], x float8)", "text", "list[1 + floor(x * cardinality(list))::int]"),
    # A minute of a day in Addis Ababa, day 0 being the first that there are records of.
    _function(
        "at(day float8, minute float8)", "timestamp",
        "$start + (floor(day) * 1440 + floor(minute)) * interval '1 minute'",
    ),
    # The company grows: the days before the present have more of everything.
    _function("day(share float8, days int)", "float8", "days * power(share, 0.8)"),
    # How many patients were registered by that day.
    _function(
        "known(day float8)", "bigint",
        "greatest(1, floor($patients * power(least(day, $days) / $days, 1.25)))::bigint",
    ),
    _function(
        "registered_at(m bigint)", "timestamp",
        """least(pg_temp.at(pg_temp.day(m / $patients::float8, $days - 1), 480 + 600 * pg_temp.u(m, 1)),
            $now - interval '1 minute' * floor(60 * pg_temp.u(m, 2)))""",
    ),
    # The j-th of those who visit, from 0: the demo doctor, nurse and caregiver, then those behind the demo people.
    _function("carer(j bigint)", "bigint", "CASE WHEN j < 3 THEN 4 + j ELSE 8 + j END"),
    # Somebody of the offices, the demo coordinator among them.
    _function(
        "officer(x float8)", "bigint",
        """CASE WHEN x < 0.02 THEN 3
            ELSE least($staff, $carers + 8 + floor(x * ($staff - $carers - 7)))::bigint END""",
    ),
    # Names as they are: a few are very common. People are counted by k: a lead's number, and behind the leads a
    # patient's.
    _function(
        "part(k bigint, salt int, list text[])", "text",
        "list[1 + floor(cardinality(list) * power(pg_temp.u(k, salt), 1.4))::int]",
    ),
    _function("is_woman(k bigint)", "boolean", "pg_temp.u(k, 11) < 0.54"),
    _function(
        "given(k bigint)", "text",
        "CASE WHEN pg_temp.is_woman(k) THEN pg_temp.part(k, 12, $women) ELSE pg_temp.part(k, 12, $men) END",
    ),
    _function(
        "full_name(k bigint)", "text",
        """CASE WHEN pg_temp.u(k, 15) < 0.14 THEN
            CASE WHEN pg_temp.is_woman(k) THEN pg_temp.part(k, 12, $women_geez) ELSE pg_temp.part(k, 12, $men_geez) END
            || ' ' || pg_temp.part(k, 13, $men_geez) || ' ' || pg_temp.part(k, 14, $men_geez)
        ELSE pg_temp.given(k) || ' ' || pg_temp.part(k, 13, $men) || ' ' || pg_temp.part(k, 14, $men) END""",
    ),
    _function(
        "email(k bigint)", "text",
        "lower(pg_temp.given(k) || '.' || pg_temp.part(k, 13, $men)) || k::text || '@mail.example'",
    ),
    # Each given out once: k times a number that shares no factor with how many there are. One in six is Safaricom's.
    _function(
        "phone(k bigint)", "text",
        """CASE WHEN k % 6 = 0 THEN '+25171' || lpad((k / 6 * 7368787 % 9000000)::text, 7, '0')
            ELSE '+2519' || (10000000 + k * 15485863 % 60000000)::text END""",
    ),
    # The campaign of a lead: one that had begun two to eleven weeks before, or none.
    _function(
        "campaign(n bigint)", "bigint",
        """CASE WHEN pg_temp.u(n, 21) < 0.13 THEN NULL ELSE nullif(greatest(0, floor($campaigns / $days::float8
            * (pg_temp.day(n / $leads::float8, $days - 1) - 14 - 63 * power(pg_temp.u(n, 22), 2))))::bigint, 0) END""",
    ),
    # Every other lead has a patient of its number; whether it became that patient depends on how good the campaign is.
    _function(
        "converts(n bigint)", "boolean",
        """n % 2 = 0 AND pg_temp.u(n, 23)
            < coalesce(0.08 + 0.6 * power(pg_temp.u(pg_temp.campaign(n), 24), 1.5), 0.4)""",
    ),
)  # fmt: skip
