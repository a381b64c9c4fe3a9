"""Server time of the suggestions for a visit, and their statements: `python -m bench.suggestions [visits]`.

Of the demo company, or of one of `bench load` (PRIVATE_DATABASE): 1,000,000 patients have 2,000 staff.
"""

from __future__ import annotations

import sys

from sqlalchemy import create_engine, text

from bench.__main__ import signed_in
from bench.company import company
from bench.roster import counted
from bench.taken import asking, taken
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
        client = signed_in(create_app(config), "coordinator")
        urls = [f"/admin/assign/suggestions.json?visit={row_id}" for row_id in visits]
        print(f"{carers} active staff, at most {max(counted(client, url)[0] for url in urls)} statements")
        told = taken(owner, [asking(client, url) for url in urls * 3])
        told.told(f"suggestions of {len(visits)} visits", LIMIT_MS)
        owner.dispose()


if __name__ == "__main__":
    main()
