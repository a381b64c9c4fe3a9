"""Server time of the suggestions for a visit, and their statements: `python -m bench.suggestions [visits]`.

Of the demo company, or of one of `bench load` (PRIVATE_DATABASE): 1,000,000 patients have 2,000 staff.
"""

from __future__ import annotations

import statistics
import sys
import time

from sqlalchemy import create_engine, text

from bench.__main__ import signed_in
from bench.company import company
from bench.roster import counted
from homecare import create_app

VISITS, LIMIT_MS = 20, 100
# Of the next days, as a coordinator meets them.
WAITING = """SELECT id FROM visit_services WHERE status IN ('Pending', 'Scheduled') AND check_in_time IS NULL
    AND scheduled_at BETWEEN timezone('utc', now()) AND timezone('utc', now()) + interval '3 days'
    ORDER BY md5(id::text) LIMIT :most"""


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else VISITS
    with company() as config:
        owner = create_engine(config.owner_url or "")
        with owner.connect() as connection:
            visits = list(connection.scalars(text(WAITING), {"most": most}))
            carers = connection.scalar(text("SELECT count(*) FROM staff WHERE status = 'Active'"))
        owner.dispose()
        client = signed_in(create_app(config), "coordinator")
        urls = [f"/admin/assign/suggestions.json?visit={row_id}" for row_id in visits]
        numbers = [counted(client, url)[0] for url in urls]
        times = []
        for url in urls * 3:
            start = time.perf_counter()
            assert client.get(url).status_code == 200
            times.append((time.perf_counter() - start) * 1000)
        print(
            f"{carers} active staff, {len(visits)} visits: median {statistics.median(times):.0f} ms, 95 of 100 under "
            f"{statistics.quantiles(times, n=20)[-1]:.0f} ms, at most {max(numbers)} statements; limit {LIMIT_MS} ms"
        )


if __name__ == "__main__":
    main()
