"""Ours: how names are compared and put in order, as functions, and the indexes of it on the company's tables.

The indexes are built beside the company's work: one statement a transaction, CONCURRENTLY. Every step may be repeated,
so an upgrade that was broken off goes on where it stopped.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from homecare.adoption import LOCK_TIMEOUT_MS, MigrationError, index_stands, is_adopted, quiet

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Everyday Amharic writes these alike, in every vowel: by the letter that stands for all of its sound.
SOUNDS = {
    "ሀ": "ሃሐሓኀኃኸኻ", "ሁ": "ሑኁኹኊኍዂዅ", "ሂ": "ሒኂኺ", "ሄ": "ሔኄኼኌዄ", "ህ": "ሕኅኽ", "ሆ": "ሖኆኾኈዀ", "ኋ": "ሗዃ",
    "ሰ": "ሠ", "ሱ": "ሡ", "ሲ": "ሢ", "ሳ": "ሣ", "ሴ": "ሤ", "ስ": "ሥ", "ሶ": "ሦ", "ሷ": "ሧ",
    "አ": "ኣዐዓ", "ኡ": "ዑ", "ኢ": "ዒ", "ኤ": "ዔ", "እ": "ዕ", "ኦ": "ዖ",
    "ጸ": "ፀ", "ጹ": "ፁ", "ጺ": "ፂ", "ጻ": "ፃ", "ጼ": "ፄ", "ጽ": "ፅ", "ጾ": "ፆ", "ጿ": "ፇ",
    "ቁ": "ቊቍ", "ቆ": "ቈ", "ኩ": "ኲኵ", "ኮ": "ኰ", "ጉ": "ጒጕ", "ጎ": "ጐ",
}  # fmt: skip
# Latin letters that are no letter with a mark, what passes for an apostrophe or a dash, and the Ethiopic space.
SIGNS = {
    "o": "ø", "l": "ł", "d": "đð", "h": "ħ", "t": "ŧ", "i": "ı", "n": "ŋ", "σ": "ς",
    "'": "`‘’‚‛′‵ʹʻʼʽʾʿˈˊˋ՚׳ߴߵ❛❜ꞌ",
    "-": "‐‑‒–—―⁃−﹘᠆־⸺⸻",
    " ": "፡",
}  # fmt: skip
DOUBLE = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
# Marks above and below letters of Latin, Greek, Cyrillic, Hebrew, Arabic and Ethiopic, and what is not seen at all.
MARKS = (
    r"[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u061C\u0640"
    r"\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u00AD\u034F\u115F\u1160\u135D-\u135F"
    r"\u17B4\u17B5\u180B-\u180F\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u202A-\u202E\u2060-\u206F\u20D0-\u20FF"
    r"\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFF9-\uFFFB\U000E0000-\U000E0FFF]+"
)
SPACES = r"[\t-\r\x1c-\x20\x85\u1680\u2028\u2029]+"
# What Python's str.strip takes away.
BLANKS = r"E'\t\n\x0B\x0C\r\x1C\x1D\x1E\x1F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007'"
MORE_BLANKS = r"E'\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'"


def _letters(pairs: dict[str, str]) -> tuple[str, str]:
    """Both arguments of translate(), as literals."""
    alike = [(other, one) for one, others in pairs.items() for other in others]
    return _quoted("".join(other for other, _ in alike)), _quoted("".join(one for _, one in alike))


def _quoted(letters: str) -> str:
    return "'" + letters.replace("'", "''") + "'"


def _fold() -> str:
    """Plain letters, of which most names are, take the short way: 2 µs; an Amharic name takes about 10.

    Everything in it is named with its schema: it means the same under any search_path, for whoever writes to a table
    that has it in an index, and when a dump is restored. Not in SQL, whose body the planner would copy into each
    comparison of a search. An acute accent is an apostrophe before it is a space with a mark.
    """
    found = "normalize(pg_catalog.translate(given, '´', ''''), NFKD)"
    found = f"pg_catalog.regexp_replace({found}, '{MARKS}', '', 'g')"
    found = f'pg_catalog.lower({found} COLLATE pg_catalog."und-x-icu")'
    for pairs in (SOUNDS, SIGNS):
        found = f"pg_catalog.translate({found}, {', '.join(_letters(pairs))})"
    for letter, two in DOUBLE.items():
        found = f"pg_catalog.replace({found}, '{letter}', '{two}')"
    found = f"pg_catalog.btrim(pg_catalog.regexp_replace({found}, '{SPACES}', ' ', 'g'))"
    return f"""CREATE OR REPLACE FUNCTION dashboard.fold(given text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        BEGIN
            IF given OPERATOR(pg_catalog.~) '^[!-_a-~]+( [!-_a-~]+)*$' THEN
                RETURN pg_catalog.lower(given COLLATE pg_catalog."C");
            END IF;
            RETURN {found};
        END $$"""


# What LIKE takes for text that holds, or begins with, the folded text: a wide percent sign is folded to a plain one.
PATTERN = r"""CREATE OR REPLACE FUNCTION dashboard.fold_pattern(given text, starts boolean) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN starts THEN '' ELSE '%' END
        || regexp_replace(dashboard.fold(given), '([\\%_])', '\\\1', 'g') || '%'
"""
# The same as homecare.access.policy.folded, letter by letter.
PLAIN_WORD = f"""CREATE OR REPLACE FUNCTION dashboard.plain_word(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(lower(btrim($1, {BLANKS} || {MORE_BLANKS}) COLLATE "und-x-icu"), 'ς', 'σ') COLLATE "default"
"""

# By table, the columns of names, codes, e-mails and short texts: found by any part of them however it is written.
FOLDED = {
    "staff": "first_name last_name email position department",
    "lead_sources": "name",
    "marketing_platforms": "name",
    "partner_hospitals": "name contact_email",
    "inventory_items": "name location",
    "events": "title",
    "ngo_networks": "name",
    "marketing_campaigns": "campaign_name",
    "landing_pages": "name",
    "marketing_leads": "full_name email",
    "patients": "patient_code full_name email",
    "messages": "attachment_filename attachment_mime_type",
    "insurance_claims": "insurance_company",
    "international_referrals": "partner_country hospital_name",
    "marketing_tasks": "title",
}
# Codes and addresses are plain letters and compared exactly too: their order stays the database's.
NOT_WORDS = ("patient_code", "email", "contact_email")
# The columns that had a trigram index of their own until here (0002).
SEARCHED = {
    "staff": "first_name last_name email",
    "lead_sources": "name",
    "marketing_platforms": "name",
    "partner_hospitals": "name contact_email",
    "inventory_items": "name",
    "events": "title",
    "ngo_networks": "name",
    "marketing_campaigns": "campaign_name",
    "landing_pages": "name",
    "marketing_leads": "full_name email",
    "patients": "patient_code full_name email",
    "marketing_tasks": "title",
}


# Who writes to the table does not wait behind an index that is built beside it, so it may wait for them a little.
INDEX_TIMEOUT_MS = 5000
FUNCTIONS = ("plain_word(text)", "fold_pattern(text, boolean)", "fold(text)")


def upgrade() -> None:
    connection = op.get_bind()
    if not connection.scalar(text("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")):
        raise MigrationError(
            "The database server was built without ICU, which puts names in order. Use one that has it, as those of "
            "Debian and of postgresql.org do."
        )
    for function in (_fold(), PATTERN, PLAIN_WORD):
        connection.execute(text(function))
    for name in FUNCTIONS:
        # Whoever writes to a table computes its indexes: the company's other application too.
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION dashboard.{name} TO PUBLIC"))
    say = op.get_context().opts["say"] if is_adopted(connection) else quiet
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
        for table, column in _folded():
            say(f"{table}: {column} as people read it.")
            _build(f"ix_{table}_{column}_fold", table, f"USING gin (dashboard.fold({column}) gin_trgm_ops)")
            _drop(f"ix_{table}_{column}_trgm")
            if column not in NOT_WORDS:
                _build(f"ix_{table}_{column}_order", table, f'({column} COLLATE "und-x-icu", id)')
                _drop(f"ix_{table}_{column}")
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table, column in _folded():
            if column in SEARCHED.get(table, "").split():
                _build(f"ix_{table}_{column}_trgm", table, f"USING gin ({column} gin_trgm_ops)")
            if column not in NOT_WORDS:
                _build(f"ix_{table}_{column}", table, f"({column}, id)")
            _drop(f"ix_{table}_{column}_order")
            _drop(f"ix_{table}_{column}_fold")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS dashboard.{name}")


def _folded() -> list[tuple[str, str]]:
    return [(table, column) for table, columns in FOLDED.items() for column in columns.split()]


def _build(name: str, table: str, definition: str) -> None:
    if not index_stands(op.get_bind(), name):
        op.execute(f"CREATE INDEX CONCURRENTLY {name} ON public.{table} {definition}")


def _drop(name: str) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}")
