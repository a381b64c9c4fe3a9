"""Server time of one search over everything, for each role, over words, codes and phones: `python -m bench.search`."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from sqlalchemy import create_engine, text

from bench.__main__ import signed_in
from bench.company import company
from homecare import create_app
from homecare.config import Config

ROLES = ("admin", "coordinator", "nurse", "finance", "auditor")
ROUNDS = 120
LIMIT_MS = 100


def words(config: Config) -> list[str]:
    """What people type: parts of names, codes, phones as they are spoken and stored, and what is not there."""
    engine = create_engine(config.owner_url)
    with engine.connect() as connection:
        people = connection.execute(
            text("SELECT full_name, patient_code, phone_number FROM patients ORDER BY id LIMIT 100000")
        ).all()
    engine.dispose()
    dice = random.Random(7)
    return [word for person in dice.sample(people, ROUNDS // 4) for word in _typed(*person)]


def _typed(name: str, code: str, phone: str | None) -> Iterator[str]:
    phone = phone or "+251911000000"
    yield from (name.split()[0][:3], name, code.lower(), f"0{phone[4:]}"[:7])


def main() -> None:
    with company() as config:
        app = create_app(config)
        typed = words(config)
        for role in ROLES:
            client = signed_in(app, role)
            client.get("/admin/search", query_string={"q": "warm"})
            times = []
            for word in typed:
                start = time.perf_counter()
                assert client.get("/admin/search", query_string={"q": word}).status_code == 200
                times.append((time.perf_counter() - start) * 1000)
            median, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{role:12} median {median:5.1f} ms   95 of 100 under {most:5.1f} ms   limit {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
