"""Creates the data folder of a private cluster: initdb, the two roles, the database and its extensions.
All of it happens in a draft folder, which is renamed only when everything is done. The superuser acts only here, in
single-user mode; it can never connect.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from homecare.config import ConfigError
from homecare.local import debian
from homecare.local.place import Place
from homecare.local.processes import run_as

DATABASE = "homecare"
OWNER = "homecare_owner"
SERVING = "homecare_app"
EXTENSIONS_SQL = tuple(f"CREATE EXTENSION {name}" for name in debian.EXTENSIONS)
# The extensions are in the template and the owner may create databases, so that a backup can be restored beside the
# live database without a superuser.
ROLES_SQL = (
    f"CREATE ROLE {OWNER} LOGIN CREATEDB",
    f"CREATE ROLE {SERVING} LOGIN",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
    f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
    f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {SERVING}",
)


def create(place: Place, programs: Path, *, sync: bool) -> None:
    """About 3 s. First removes what an interrupted attempt left."""
    draft = place.home / "data.new"
    if draft.exists():
        shutil.rmtree(draft)
    options = ["--username=homecare_super", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=reject"]
    if not sync:
        options.append("--no-sync")
    made = run_as(place.server, [str(programs / "initdb"), "-D", str(draft), *options])
    if made.returncode:
        raise ConfigError(f"The private database could not be created: {made.stderr.strip().splitlines()[-1]}")
    single_user(place, programs, draft, "template1", EXTENSIONS_SQL, sync=sync)
    single_user(place, programs, draft, "postgres", ROLES_SQL, sync=sync)
    draft.rename(place.data)


def single_user(
    place: Place, programs: Path, data: Path, database: str, statements: Iterable[str], *, sync: bool
) -> None:
    command = [str(programs / "postgres"), "--single", "-D", str(data), *([] if sync else ["-F"]), database]
    ran = run_as(place.server, command, input="".join(f"{statement}\n" for statement in statements))
    # Single-user mode continues after errors and reports success. "exit_on_error" would stop at errors PostGIS catches.
    complaints = [line for line in ran.stderr.splitlines() if re.search(r"\b(ERROR|FATAL|PANIC):", line)]
    if ran.returncode or complaints:
        raise ConfigError(f"The private database could not be set up: {(complaints or ['it stopped early'])[0]}")
