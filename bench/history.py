"""Server time of the history of a record that changed a thousand times: `python -m bench.history`."""

from __future__ import annotations

import statistics
import time

from sqlalchemy import create_engine, text

from bench.__main__ import signed_in
from bench.company import demo_company
from homecare import create_app

CHANGES, ROUNDS, LIMIT_MS = 1000, 50, 50


def main() -> None:
    with demo_company() as config:
        owner = create_engine(config.owner_url)
        for number in range(CHANGES):
            with owner.begin() as connection:
                connection.execute(text("UPDATE visit_services SET visit_notes = :note WHERE id = 1"), {"note": number})
        owner.dispose()
        app = create_app(config)
        for role in ("admin", "coordinator"):
            client, times = signed_in(app, role), []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                assert client.get("/admin/visit_services/history/?id=1").status_code == 200
                times.append((time.perf_counter() - start) * 1000)
            median, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{role:12} median {median:5.1f} ms   95 of 100 under {most:5.1f} ms   limit {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
