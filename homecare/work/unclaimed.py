"""Uploaded files that no row took within a day are removed, bytes and note."""

from __future__ import annotations

from homecare.actions.transaction import transaction
from homecare.files import keeping
from homecare.work.workers_door import Work


def run(work: Work) -> None:
    left = True
    while left:
        with transaction(work.session, by=work.by):
            left = keeping.purge(work.session, work.config.files_dir) > 0
        work.breathe()
