"""The kinds of fact there are: a row each here, and a job that keeps it right."""

from __future__ import annotations

from homecare.queueing import LEADS, PLACES
from homecare.work.facts import lead_stages, lead_stages_plain, placing, publishing
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
    "leads": Facts(
        name="leads",
        queue=LEADS,
        lock=4_815_162_347,
        work_out=lead_stages.work_out,
        work_out_all=lead_stages.work_out_all,
        due=lambda _session: (),
        faults=lead_stages_plain.faults,
    ),
}


def places(work: Work) -> None:
    drain(work, FACTS["places"])
    publishing.renew(work)


def leads(work: Work) -> None:
    drain(work, FACTS["leads"])
