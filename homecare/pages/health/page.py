"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from homecare import covering, migrate
from homecare.db import db

page = Blueprint("health", __name__)


@page.get("/healthz")
def healthz() -> Response:
    """The process answers; the database is not asked, so that its absence restarts nobody."""
    return jsonify(status="alive")


@page.get("/readyz")
def readyz() -> Response:
    """Two short statements: the database is there, has the schema of this program, and the trail misses nothing."""
    try:
        why = _why_not()
    except SQLAlchemyError:
        why = "The database does not answer."
    if why is None:
        return jsonify(status="ready")
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
