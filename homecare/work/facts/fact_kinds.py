"""The kinds of fact there are: a row each here, and a job that keeps it right."""

from __future__ import annotations

from homecare.queueing import PLACES
from homecare.work.facts import placing, publishing
from homecare.work.facts.draining import BATCH, Facts, drain
from homecare.work.workers_door import Work

FACTS: dict[str, Facts] = {
    "places": Facts(
        name="places",
        queue=PLACES,
        lock=4_815_162_346,
        work_out=placing.work_out,
        work_out_all=placing.work_out_all,
        due=lambda session: placing.due(session, BATCH),
        faults=placing.faults,
    ),
}


def places(work: Work) -> None:
    drain(work, FACTS["places"])
    publishing.renew(work)
