"""The jobs there are: a row each here, a function of a module beside it.

The function takes what the door hands it, and may be run again after a worker was killed in the middle of it. A new
job that recurs is a module, and a row that the workers find by themselves:

    # work/sealed.py
    def run(work: Work) -> None:
        while piece := find_unsealed(work.session):
            with transaction(work.session, by=work.by):
                seal(work.session, piece)
            work.breathe()

    "seal": Job(sealed.run, because="entries of the trail are sealed", every_s=60),

One that is asked for has no `every_s`, and is left in the transaction of a change by `actions.later.enqueue`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homecare.work import forgotten, over, sealed, unclaimed
from homecare.work.facts import fact_kinds
from homecare.work.workers_door import Work

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Job:
    """`because` completes "as system, because …"; `every_s` is how long after it was done it is due again."""

    run: Callable[[Work], None]
    because: str
    every_s: int | None = None


JOBS: dict[str, Job] = {
    # Due as soon as the worker looks: what a change made stale is right again within seconds.
    "leads": Job(fact_kinds.leads, "how far leads came is kept", 5),
    "places": Job(fact_kinds.places, "places follow the company's rows", 2),
    "sessions": Job(over.run, "the time of sessions is up", MINUTE),
    "files": Job(unclaimed.run, "no row took these files within a day", 10 * MINUTE),
    "sign_in_failures": Job(forgotten.sign_in_failures, "guesses of yesterday no longer count", HOUR),
    "form_tokens": Job(forgotten.form_tokens, "forms of yesterday are not sent again", HOUR),
    "one_time_links": Job(forgotten.one_time_links, "links of the day before yesterday open nothing", HOUR),
    "seal": Job(sealed.seal, "entries of the trail are sealed", MINUTE),
    "months": Job(sealed.turn_months, "the trail has its next months", HOUR),
    "refused_tries": Job(forgotten.refused_tries, "tries of yesterday no longer count", HOUR),
    "notifications": Job(forgotten.notifications, "these were read long ago", HOUR),
    "refused_uploads": Job(forgotten.refused_uploads, "uploads of yesterday no longer count", HOUR),
}
