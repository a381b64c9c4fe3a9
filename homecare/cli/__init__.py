"""The command line: `flask --app app …`."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from homecare.cli.account_commands import account_commands
from homecare.cli.fact_commands import fact_commands
from homecare.cli.role_commands import role_commands
from homecare.cli.row_commands import bench_commands, demo_commands
from homecare.cli.trail_commands import audit_commands
from homecare.cli.work_command import work
from homecare.config import ROOT
from homecare.db import db


def init_app(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"))
    app.cli.add_command(account_commands)
    app.cli.add_command(audit_commands)
    app.cli.add_command(bench_commands)
    app.cli.add_command(demo_commands)
    app.cli.add_command(fact_commands)
    app.cli.add_command(role_commands)
    app.cli.add_command(work)
