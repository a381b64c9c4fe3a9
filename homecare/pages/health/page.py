"""Whether the process is alive, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from homecare import migrate
from homecare.db import db

page = Blueprint("health", __name__)


@page.get("/healthz")
def healthz() -> Response:
    """Whether the process answers. It does not query the database, so a database outage restarts no process."""
    return jsonify(status="alive")


@page.get("/readyz")
def readyz() -> Response:
    """Whether the database answers and has this program's schema. One short statement."""
    try:
        why = "Run `flask --app app db upgrade`." if migrate.pending(db.engine) else None
    except SQLAlchemyError:
        why = "The database does not answer."
    if why is None:
        return jsonify(status="ready")
    answer = jsonify(status="not ready", why=why)
    answer.status_code = 503
    answer.headers["Retry-After"] = "5"
    return answer
