"""Server time of the history of a record that changed a thousand times: `python -m bench.history`."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from bench.__main__ import signed_in
from bench.company import demo_company
from bench.taken import asking, taken
from homecare import create_app

CHANGES, ROUNDS, LIMIT_MS = 1000, 50, 50


def main() -> None:
    with demo_company() as config:
        owner = create_engine(config.owner_url)
        for number in range(CHANGES):
            with owner.begin() as connection:
                connection.execute(text("UPDATE visit_services SET visit_notes = :note WHERE id = 1"), {"note": number})
        app = create_app(config)
        for role in ("admin", "coordinator"):
            ask = asking(signed_in(app, role), "/admin/visit_services/history/?id=1")
            taken(owner, [ask] * ROUNDS).told(f"history of {CHANGES:,} changes, {role}", LIMIT_MS)
        owner.dispose()


if __name__ == "__main__":
    main()
