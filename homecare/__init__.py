"""Homecare Admin: the back office of a home-to-home care company."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from homecare.config import Config


def create_app(config: Config | None = None) -> Flask:
    """The application, wired in dependency order.
    Without `config` it reads the environment. If DATABASE_URL is unset, that starts or joins the private cluster.
    Raises ConfigError with one sentence if a setting is missing or wrong.
    """
    # Imported here because the private cluster's supervisor is in this package too and must start fast.
    from flask import Flask

    from homecare import audit, cli, db, login, pages
    from homecare.access import row_scope
    from homecare.actions.told import moved_work
    from homecare.files import claiming
    from homecare.web import assets, deadline, errors, headers, hosts, incoming, settings

    config = config or configured()
    app = Flask("homecare", template_folder=settings.TEMPLATES, static_folder=None)
    settings.init_app(app, config)
    # First, because Flask runs after-request hooks in reverse order, so these run last.
    headers.init_app(app)
    errors.init_app(app)
    hosts.init_app(app)
    incoming.init_app(app)
    assets.init_app(app)
    db.init_app(app)
    deadline.init_app(app)
    # What protects rows and files listens to every session, whichever views there are.
    row_scope.listen()
    claiming.listen()
    moved_work.listen()
    login.init_app(app)
    audit.init_app(app)
    pages.init_app(app)
    cli.init_app(app)
    return app


def configured() -> Config:
    """The settings from this process's environment. The private cluster is used only if DATABASE_URL is unset."""
    from homecare import config

    if os.environ.get("DATABASE_URL", "").strip():
        return config.read(os.environ, None)
    from homecare.local import cluster

    return config.read(os.environ, cluster.attach(config.ROOT / "instance"))
