"""Ours: the trail of every change, what was done in one go, and the seals.

The triggers themselves are put on the company's tables by `homecare.covering`, after every upgrade, so that a table
that comes later is covered like the others. `overwritten` goes: it kept for an hour what the trail keeps.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE, JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"
MONTHS_AHEAD = 3

CHANGES = """
CREATE TABLE dashboard.changes (
    id bigint NOT NULL,
    made_at timestamp NOT NULL DEFAULT timezone('utc', now()),
    transaction_id bigint NOT NULL,
    resource text NOT NULL,
    row_id bigint NOT NULL,
    kind text NOT NULL,
    old jsonb,
    new jsonb,
    staff_id integer,
    staff_name text NOT NULL DEFAULT '',
    staff_email text NOT NULL DEFAULT '',
    as_staff_id integer,
    request_id varchar(64) NOT NULL DEFAULT '',
    change_set uuid,
    origin text NOT NULL,
    CONSTRAINT pk_changes PRIMARY KEY (id, made_at)
) PARTITION BY RANGE (made_at);
CREATE SEQUENCE dashboard.changes_id_seq OWNED BY dashboard.changes.id;
ALTER TABLE dashboard.changes ALTER COLUMN id SET DEFAULT nextval('dashboard.changes_id_seq');
CREATE INDEX ix_changes_resource_row_id_id ON dashboard.changes (resource, row_id, id);
CREATE INDEX ix_changes_change_set ON dashboard.changes (change_set) WHERE change_set IS NOT NULL;
CREATE INDEX ix_changes_staff_id_made_at ON dashboard.changes (staff_id, made_at) WHERE staff_id IS NOT NULL;
CREATE INDEX ix_changes_removed ON dashboard.changes (resource, id) WHERE kind = 'removed';
CREATE INDEX ix_changes_made_at ON dashboard.changes USING brin (made_at) WITH (autosummarize = on);
CREATE INDEX ix_changes_transaction_id ON dashboard.changes USING brin (transaction_id) WITH (autosummarize = on);
CREATE TABLE dashboard.changes_other PARTITION OF dashboard.changes DEFAULT;
"""

# Who did it stands in one setting of the transaction, as JSON of a change set; without it another application did.
# FULL JOIN is hashed or merged, never a loop in a loop: the plan of a single save is kept for a change of thousands.
WRITE_TRAIL = """
CREATE FUNCTION dashboard.write_trail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said text := nullif(current_setting('app.change_set', true), '');
    made dashboard.change_sets := jsonb_populate_record(NULL::dashboard.change_sets, coalesce(said::jsonb, '{}'));
    at timestamp := timezone('utc', now());
    xid bigint := pg_current_xact_id()::text::bigint;
BEGIN
    made.staff_name := coalesce(made.staff_name, '');
    made.staff_email := coalesce(made.staff_email, '');
    made.request_id := coalesce(made.request_id, '');
    made.origin := coalesce(made.origin, 'other application');
    IF TG_OP = 'INSERT' THEN
        INSERT INTO dashboard.changes (made_at, transaction_id, resource, row_id, kind, new,
            staff_id, staff_name, staff_email, as_staff_id, request_id, change_set, origin)
        SELECT at, xid, TG_TABLE_NAME, n.id, 'added', to_jsonb(n),
            made.staff_id, made.staff_name, made.staff_email, made.as_staff_id, made.request_id, made.id, made.origin
        FROM new_rows n;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO dashboard.changes (made_at, transaction_id, resource, row_id, kind, old, new,
            staff_id, staff_name, staff_email, as_staff_id, request_id, change_set, origin)
        SELECT at, xid, TG_TABLE_NAME, coalesce(n.id, o.id),
            CASE WHEN o.id IS NULL THEN 'added' WHEN n.id IS NULL THEN 'removed' ELSE 'changed' END,
            CASE WHEN o.id IS NOT NULL THEN to_jsonb(o) END, CASE WHEN n.id IS NOT NULL THEN to_jsonb(n) END,
            made.staff_id, made.staff_name, made.staff_email, made.as_staff_id, made.request_id, made.id, made.origin
        FROM old_rows o FULL JOIN new_rows n ON n.id = o.id;
    ELSE
        INSERT INTO dashboard.changes (made_at, transaction_id, resource, row_id, kind, old,
            staff_id, staff_name, staff_email, as_staff_id, request_id, change_set, origin)
        SELECT at, xid, TG_TABLE_NAME, o.id, 'removed', to_jsonb(o),
            made.staff_id, made.staff_name, made.staff_email, made.as_staff_id, made.request_id, made.id, made.origin
        FROM old_rows o;
    END IF;
    IF FOUND AND made.id IS NOT NULL THEN
        made.made_at := at;
        made.kind := coalesce(made.kind, '');
        made.resource := coalesce(made.resource, '');
        made.label := coalesce(made.label, '');
        INSERT INTO dashboard.change_sets VALUES (made.*) ON CONFLICT (id) DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
"""
REFUSE_TRUNCATE = """
CREATE FUNCTION dashboard.refuse_truncate() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'The rows of % are not truncated: the trail would not have them. Use DELETE.', TG_TABLE_NAME
        USING ERRCODE = '42501';
END $$;
"""

# What came into the partition of the rest before its month was made is moved; others are waited for only there.
MAKE_PARTITIONS = """
CREATE FUNCTION dashboard.make_trail_partitions(months integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first timestamp;
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4815162343);
    FOR first IN SELECT generate_series(
        date_trunc('month', timezone('utc', now())),
        date_trunc('month', timezone('utc', now())) + make_interval(months => least(months, 24)), '1 month'
    ) LOOP
        name := to_char(first, '"changes_"YYYY_MM');
        CONTINUE WHEN to_regclass('dashboard.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE dashboard.%I (LIKE dashboard.changes INCLUDING ALL)', name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM dashboard.changes_other WHERE made_at >= %L AND made_at < %L RETURNING *) '
            'INSERT INTO dashboard.%I SELECT * FROM moved', first, first + interval '1 month', name);
        EXECUTE format(
            'ALTER TABLE dashboard.changes ATTACH PARTITION dashboard.%I FOR VALUES FROM (%L) TO (%L)',
            name, first, first + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
"""
# Takes no argument: only the owner sets for how long.
DROP_MONTHS = """
CREATE FUNCTION dashboard.drop_old_months() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keep integer := (SELECT months FROM dashboard.trail_keeping);
    month record;
    dropped integer := 0;
BEGIN
    IF keep = 0 THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(4815162343);
    FOR month IN
        SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'dashboard.changes'::regclass AND c.relname ~ '^changes_[0-9]{4}_[0-9]{2}$'
            AND c.relname < to_char(timezone('utc', now()) - make_interval(months => keep), '"changes_"YYYY_MM')
    LOOP
        EXECUTE format(
            'INSERT INTO dashboard.dropped_months (month, ids) SELECT %L, '
            'coalesce(range_agg(int8range(id, id, ''[]'')), ''{}'') FROM dashboard.%I',
            month.name, month.name);
        EXECUTE format('DROP TABLE dashboard.%I', month.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""

# The times as epochs, because text of a moment depends on the session; the payload by its own digest, so that it can
# be taken out one day and the rest still be held to the seal. Without SET, so that it is worked out inline.
DIGESTS = """
CREATE FUNCTION dashboard.change_digest(c dashboard.changes) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(
        convert_to(jsonb_build_array(c.id, extract(epoch FROM c.made_at), c.transaction_id, c.resource, c.row_id,
            c.kind, c.staff_id, c.staff_name, c.staff_email, c.as_staff_id, c.request_id, c.change_set, c.origin
        )::text, 'UTF8')
        || sha256(convert_to(jsonb_build_array(c.old, c.new)::text, 'UTF8')))
$$;
CREATE FUNCTION dashboard.seal_digest(before bytea, horizon bigint, ids bigint[], digests bytea[]) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(before, '') || convert_to(horizon::text || ids::text, 'UTF8')
        || (SELECT coalesce(string_agg(one, '' ORDER BY place), '') FROM unnest(digests) WITH ORDINALITY u (one, place)))
$$;
"""
# By "id after the last" an entry that commits late would be lost. Transactions before the snapshot's xmin are over, so
# theirs is all that there will ever be: each is sealed once, and one that turns up later was put in.
SEAL = """
CREATE FUNCTION dashboard.seal_changes() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last dashboard.seals;
    batch dashboard.seals;
    horizon bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(4815162344) THEN
        RETURN 0;
    END IF;
    SELECT * INTO last FROM dashboard.seals ORDER BY id DESC LIMIT 1;
    horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    batch.horizon := coalesce(last.horizon, (SELECT min(transaction_id) FROM dashboard.changes));
    WHILE batch.horizon < horizon LOOP
        SELECT array_agg(c.id ORDER BY c.id), array_agg(dashboard.change_digest(c) ORDER BY c.id)
        INTO batch.ids, batch.digests FROM dashboard.changes c
        WHERE c.transaction_id >= batch.horizon AND c.transaction_id < batch.horizon + 1000
            AND c.transaction_id < horizon;
        batch.horizon := least(batch.horizon + 1000, horizon);
        IF batch.ids IS NULL THEN
            -- Other databases of the cluster use numbers too: on to the next of ours at once.
            batch.horizon := (SELECT min(c.transaction_id) FROM dashboard.changes c
                              WHERE c.transaction_id >= batch.horizon AND c.transaction_id < horizon);
            CONTINUE;
        END IF;
        INSERT INTO dashboard.seals (horizon, ids, digests, digest) VALUES (batch.horizon, batch.ids, batch.digests,
            dashboard.seal_digest(last.digest, batch.horizon, batch.ids, batch.digests));
        RETURN cardinality(batch.ids);
    END LOOP;
    RETURN 0;
END $$;
"""


def upgrade() -> None:
    create_change_sets()
    op.execute(CHANGES)
    create_seals()
    for statements in (WRITE_TRAIL, REFUSE_TRUNCATE, MAKE_PARTITIONS, DROP_MONTHS, DIGESTS, SEAL):
        op.execute(statements)
    op.execute(f"SELECT dashboard.make_trail_partitions({MONTHS_AHEAD})")
    op.drop_table("overwritten", schema=SCHEMA)


def create_change_sets() -> None:
    op.create_table(
        "change_sets",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("made_at", sa.DateTime, nullable=False, server_default=UTC_NOW, index=True),
        # Plain values without a key: they stay when the staff row goes.
        sa.Column("staff_id", sa.Integer),
        sa.Column("staff_name", sa.Text, nullable=False, server_default=""),
        sa.Column("staff_email", sa.Text, nullable=False, server_default=""),
        sa.Column("as_staff_id", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False, server_default=""),
        sa.Column("label", sa.Text, nullable=False, server_default=""),
        sa.Column("undoes", sa.Uuid),
        sa.Column("request_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Index("ix_change_sets_staff_id_made_at", "staff_id", "made_at"),
        sa.Index("ix_change_sets_undoes", "undoes", postgresql_where=sa.text("undoes IS NOT NULL")),
        schema=SCHEMA,
    )


def create_seals() -> None:
    op.create_table(
        "seals",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("sealed_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("horizon", sa.BigInteger, nullable=False),
        sa.Column("ids", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("digests", ARRAY(sa.LargeBinary), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "trail_keeping",
        sa.Column(
            "id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False
        ),
        sa.Column("months", sa.Integer, nullable=False, server_default="0"),
        schema=SCHEMA,
    )
    op.execute("INSERT INTO dashboard.trail_keeping (id) VALUES (1)")
    op.create_table(
        "dropped_months",
        sa.Column("month", sa.Text, primary_key=True),
        sa.Column("dropped_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("ids", INT8MULTIRANGE, nullable=False),
        schema=SCHEMA,
    )


def downgrade() -> None:
    # With the triggers that call them.
    op.execute("DROP FUNCTION dashboard.write_trail() CASCADE")
    op.execute("DROP FUNCTION dashboard.refuse_truncate() CASCADE")
    op.execute("DROP FUNCTION dashboard.seal_changes()")
    op.execute("DROP FUNCTION dashboard.drop_old_months()")
    op.execute("DROP FUNCTION dashboard.make_trail_partitions(integer)")
    op.execute("DROP FUNCTION dashboard.change_digest(dashboard.changes)")
    op.execute("DROP FUNCTION dashboard.seal_digest(bytea, bigint, bigint[], bytea[])")
    for table in ("changes", "change_sets", "seals", "trail_keeping", "dropped_months"):
        op.drop_table(table, schema=SCHEMA)
    op.create_table(
        "overwritten",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("column_name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("held", JSONB, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False, server_default=UTC_NOW, index=True),
        schema=SCHEMA,
    )
