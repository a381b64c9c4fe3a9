"""Whether the process is alive, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from homecare import covering, migrate
from homecare.db import db
from homecare.work.giving_up import failed
from homecare.work.lateness import late_s

page = Blueprint("health", __name__)


@page.get("/healthz")
def healthz() -> Response:
    """Whether the process answers. It does not query the database, so a database outage restarts no process."""
    return jsonify(status="alive")


@page.get("/readyz")
def readyz() -> Response:
    """Whether the database answers, has this program's schema, and the trail misses no table.
    `jobs` says by how many seconds each is late, `failed` how many of each were given up, if any were. Neither gives a
    503: pages are served without a worker.
    """
    late: dict[str, int | None] = {}
    lost: dict[str, int] = {}
    try:
        why = _why_not()
        if why is None:
            late, lost = late_s(db.engine), failed(db.engine)
    except SQLAlchemyError:
        why = "The database does not answer."
    if why is None:
        return jsonify(status="ready", jobs=late, **({"failed": lost} if lost else {}))
    answer = jsonify(status="not ready", why=why)
    answer.status_code = 503
    answer.headers["Retry-After"] = "5"
    return answer


def _why_not() -> str | None:
    if migrate.pending(db.engine):
        return "Run `flask --app app db upgrade`."
    with db.engine.connect() as connection:
        bare = covering.uncovered(connection)
    if bare:
        return f"Changes of {', '.join(bare)} are not in the trail. Run `flask --app app db upgrade`."
    return None
