"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from homecare import migrate
from homecare.db import db
from homecare.work.lateness import late_s

page = Blueprint("health", __name__)


@page.get("/healthz")
def healthz() -> Response:
    """The process answers; the database is not asked, so that its absence restarts nobody."""
    return jsonify(status="alive")


@page.get("/readyz")
def readyz() -> Response:
    """The database is there and has the schema of this program; `jobs` says by how many seconds each is late.

    Late jobs are no reason to send nobody here: the pages are served without a worker.
    """
    late: dict[str, int | None] = {}
    try:
        why = "Run `flask --app app db upgrade`." if migrate.pending(db.engine) else None
        if why is None:
            late = late_s(db.engine)
    except SQLAlchemyError:
        why = "The database does not answer."
    if why is None:
        return jsonify(status="ready", jobs=late)
    answer = jsonify(status="not ready", why=why)
    answer.status_code = 503
    answer.headers["Retry-After"] = "5"
    return answer
