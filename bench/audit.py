"""Server time of the audit page over many entries, one filter at a time: `python -m bench.audit [changes] [reads]`.

Entries are written by the owner, set-based, into months of the trail; ten million of each unless said.
"""

from __future__ import annotations

import sys
import time

from sqlalchemy import Connection, create_engine, text

from bench.__main__ import signed_in
from bench.company import company
from bench.taken import asking, taken
from homecare import create_app

MONTHS = 36
ROUNDS = 10
LIMIT_MS = 200
# Most of it is visits; one table, one person and one kind are rare.
OF_A_MONTH = """
    INSERT INTO dashboard.{name} (made_at, transaction_id, resource, row_id, kind, old, new,
        staff_id, staff_name, origin)
    SELECT first + (last - first) * (n - 1) / :many, 1,
        CASE WHEN n % 50000 = 7 THEN 'events' WHEN r < 0.6 THEN 'visit_services' WHEN r < 0.8 THEN 'patients'
            WHEN r < 0.9 THEN 'invoices' ELSE 'messages' END,
        1 + floor(power(random(), 2) * 1000000),
        CASE WHEN n % 100 = 3 THEN 'removed' WHEN n % 10 < 3 THEN 'added' ELSE 'changed' END,
        jsonb_build_object('id', n, 'status', 'Scheduled', 'patient_id', n, 'visit_notes', md5(n::text)),
        jsonb_build_object('id', n, 'status', 'Completed', 'patient_id', n, 'visit_notes', md5(n::text)),
        CASE WHEN n % 50000 = 9 THEN 4242 ELSE 1 + floor(power(random(), 2) * 60) END, 'Somebody', 'page'
    FROM (SELECT n, random() AS r, CAST(:first AS timestamp) AS first, CAST(:last AS timestamp) AS last
          FROM generate_series(1, :many) AS n) AS numbered
"""
READS = """
    INSERT INTO dashboard.reads (read_at, kind, resource, ids, columns, staff_id, staff_name, reason)
    SELECT timezone('utc', now()) - interval '1 month' * :months * (1 - n::float / :many),
        CASE WHEN n % 50000 = 7 THEN 'reveal' WHEN n % 200 = 3 THEN 'export' WHEN n % 4 = 0 THEN 'list'
            ELSE 'details' END,
        CASE WHEN n % 50000 = 9 THEN 'events' WHEN n % 3 = 0 THEN 'visit_services' ELSE 'patients' END,
        CASE WHEN n % 4 = 0 THEN ARRAY(SELECT generate_series(at, at + 49)) ELSE ARRAY[at] END, '{full_name,gender}',
        CASE WHEN n % 50000 = 11 THEN 4242 ELSE 1 + floor(power(random(), 2) * 60) END, 'Somebody', ''
    FROM (SELECT n, 1 + floor(power(random(), 2) * 200000)::bigint AS at
          FROM generate_series(1, :many) AS n) AS numbered
"""
ASKED = (
    "", "?staff_id__eq=5", "?staff_id__eq=4242", "?resource__eq=visit_services", "?resource__eq=events",
    "?resource__eq=patients&row_id__eq=12", "?kind__eq=changed", "?kind__eq=removed", "?at__gte=-29d&at__lte=today",
    "?at__gte=-400d&at__lte=-370d", "?staff_id__isnull=1",
    "reads/", "reads/?staff_id__eq=5", "reads/?staff_id__eq=4242", "reads/?resource__eq=events",
    "reads/?resource__eq=patients&row_id__eq=12", "reads/?kind__eq=details", "reads/?kind__eq=reveal",
    "reads/?at__gte=-400d&at__lte=-370d", "who/?patient_id__eq=12", "who/?patient_id__eq=12&at__gte=-29d&at__lte=today",
)  # fmt: skip


def fill(owner: Connection, entries: int, reads: int) -> None:
    """Each month is filled before it is part of the trail, which then builds its indexes."""
    owner.execute(text("SET maintenance_work_mem = '1GB'"))
    months = "SELECT date_trunc('month', timezone('utc', now())) - interval '1 month' * n AS first "
    for month in owner.execute(text(f"{months} FROM generate_series(:many, 1, -1) AS n"), {"many": MONTHS}).all():
        name = f"changes_{month.first:%Y_%m}"
        last = owner.scalar(text("SELECT CAST(:first AS timestamp) + interval '1 month'"), {"first": month.first})
        values = {"first": month.first, "last": last, "many": entries // MONTHS}
        owner.execute(text(f"CREATE TABLE dashboard.{name} (LIKE dashboard.changes INCLUDING DEFAULTS)"))
        owner.execute(text(OF_A_MONTH.format(name=name)), values)
        bounds = f"FROM ('{month.first}') TO ('{last}')"
        owner.execute(text(f"ALTER TABLE dashboard.changes ATTACH PARTITION dashboard.{name} FOR VALUES {bounds}"))
        owner.commit()
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'reads' AND indexname LIKE 'ix_%'"
    found = owner.execute(text(indexes)).all()
    for index in found:
        owner.execute(text(f"DROP INDEX dashboard.{index.indexname}"))
    owner.execute(text(READS), {"many": reads, "months": MONTHS})
    for index in found:
        owner.exec_driver_sql(index.indexdef)
    owner.execute(text("ANALYZE dashboard.changes"))
    owner.execute(text("ANALYZE dashboard.reads"))
    owner.commit()


def main() -> None:
    entries, reads = (int(word) for word in (*sys.argv[1:], *(["10000000"] * 2)[len(sys.argv) - 1 :]))
    with company() as config:
        start = time.monotonic()
        engine = create_engine(config.owner_url)
        with engine.connect() as owner:
            fill(owner, entries, reads)
        print(f"{entries:,} changes and {reads:,} reads in {time.monotonic() - start:.0f} s", flush=True)
        client = signed_in(create_app(config), "auditor")
        for asked in ASKED:
            taken(engine, [asking(client, f"/admin/audit/{asked}")] * ROUNDS).told(asked, LIMIT_MS)
        engine.dispose()


if __name__ == "__main__":
    main()
