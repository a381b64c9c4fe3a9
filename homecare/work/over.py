"""Sessions whose time was up are taken out, and each end is written down; they opened nothing any more before."""

from __future__ import annotations

from homecare.actions.transaction import transaction
from homecare.login import endings
from homecare.work.workers_door import Work


def run(work: Work) -> None:
    with transaction(work.session, by=work.by):
        endings.sweep(work.session)
