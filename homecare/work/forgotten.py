"""What counts for a while only is taken out when it no longer does; whoever counts goes by the time, not by this."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy.orm import InstrumentedAttribute

from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions import guesses
from homecare.actions.transaction import transaction
from homecare.files import keeping
from homecare.models import FormToken, Notification, OneTimeLink, RefusedTry, RefusedUpload, SignInFailure
from homecare.work.workers_door import Work

DAY = timedelta(days=1)
TOLD_FOR = timedelta(days=90)


def sign_in_failures(work: Work) -> None:
    _forget(work, SignInFailure.failed_at, DAY)


def form_tokens(work: Work) -> None:
    _forget(work, FormToken.used_at, DAY)


def refused_tries(work: Work) -> None:
    _forget(work, RefusedTry.tried_at, guesses.WINDOW)


def one_time_links(work: Work) -> None:
    _forget(work, OneTimeLink.expires_at, DAY)


def refused_uploads(work: Work) -> None:
    _forget(work, RefusedUpload.refused_at, keeping.DAY)


def notifications(work: Work) -> None:
    """Those that were read. What nobody has read stays."""
    _forget(work, Notification.read_at, TOLD_FOR)


def _forget(work: Work, at: InstrumentedAttribute[Any], kept: timedelta) -> None:
    with transaction(work.session, by=work.by):
        old = delete(at.class_).where(at < func.timezone("utc", func.now()) - kept)
        work.session.execute(old, execution_options=UNSCOPED_WRITE)
