"""What counts for a while is taken out by a job of the workers; until then it counts no longer all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from jobs_done import worked
from sqlalchemy import Engine, text

from homecare.config import ROOT, Config

AsRole = Callable[..., Visitor]
STAFF = "(SELECT min(id) FROM staff)"
# By job: how to keep a row of each age, where it is kept, and for how long.
FORGOTTEN = {
    "sign_in_failures": ("sign_in_failures (email_hash, failed_at) VALUES ('x', {at})", timedelta(days=1)),
    "form_tokens": (
        f"form_tokens (token, staff_id, resource, used_at) VALUES (gen_random_uuid(), {STAFF}, 'visits', {{at}})",
        timedelta(days=1),
    ),
    "notifications": (f"notifications (staff_id, kind, read_at) VALUES ({STAFF}, 'x', {{at}})", timedelta(days=90)),
    "refused_tries": (f"refused_tries (staff_id, tried_at) VALUES ({STAFF}, {{at}})", timedelta(days=1)),
    "refused_uploads": ("refused_uploads (staff_id, bytes, refused_at) VALUES (1, 1, {at})", timedelta(days=1)),
}


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


@pytest.mark.parametrize("name", FORGOTTEN)
def test_what_no_longer_counts_is_taken_out_and_nothing_else(
    as_role: AsRole, config: Config, owner_engine: Engine, name: str
) -> None:
    as_role("Nurse")
    added, kept = FORGOTTEN[name]
    table = added.split()[0]
    run(owner_engine, f"DELETE FROM dashboard.{table}")
    for age in (kept - timedelta(minutes=5), kept + timedelta(minutes=5), kept * 10):
        run(owner_engine, f"INSERT INTO dashboard.{added.format(at=':at')}", at=run(
            owner_engine, "SELECT timezone('utc', now()) - CAST(:age AS interval)", age=age))  # fmt: skip

    worked(config, name)

    assert run(owner_engine, f"SELECT count(*) FROM dashboard.{table}") == 1


def test_a_session_that_is_over_is_taken_out_and_told_once(
    as_role: AsRole, config: Config, owner_engine: Engine
) -> None:
    over, open_ = as_role("Nurse"), as_role("Nurse")
    mine = "account_id = (SELECT id FROM dashboard.accounts WHERE staff_id = :id)"
    aged = "last_used_at = last_used_at - interval '25 min'"
    run(owner_engine, f"UPDATE dashboard.sessions SET {aged} WHERE {mine}", id=over.staff_id)

    worked(config, "sessions")
    worked(config, "sessions")

    count = f"SELECT count(*) FROM dashboard.sessions WHERE {mine}"
    assert (run(owner_engine, count, id=over.staff_id), run(owner_engine, count, id=open_.staff_id)) == (0, 1)
    told = "SELECT count(*) FROM dashboard.sign_in_events WHERE kind = 'ended' AND staff_id = :id"
    assert run(owner_engine, told, id=over.staff_id) == 1


def test_a_session_that_is_over_is_refused_before_any_job_ran(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    run(owner_engine, "UPDATE dashboard.sessions SET last_used_at = last_used_at - interval '25 min'")

    assert nurse.get("/admin/").status_code == 302


def test_signing_in_takes_nothing_out(
    client: Visitor, new_person: Callable[..., tuple[int, str]], as_role: AsRole, owner_engine: Engine
) -> None:
    as_role("Nurse")
    run(owner_engine, "UPDATE dashboard.sessions SET last_used_at = last_used_at - interval '25 min'")
    before = run(owner_engine, "SELECT count(*) FROM dashboard.sessions")

    client.sign_in(new_person("Nurse")[1], PASSWORD)

    assert run(owner_engine, "SELECT count(*) FROM dashboard.sessions") == before + 1


def test_more_files_than_one_piece_are_purged_at_once(config: Config, owner_engine: Engine, tmp_path: Path) -> None:
    files = config.files_dir / "aa"
    files.mkdir(parents=True, exist_ok=True)
    for number in range(450):
        (files / f"aa{number:046x}").write_bytes(b"x")
        run(owner_engine, "INSERT INTO dashboard.files (key, resource, column_name, original_name, media_type, bytes,"
            " sha256, created_at) VALUES (:key, 'invoices', 'file', 'a', 'a/b', 1, '', now() - interval '25 hours')",
            key=f"aa{number:046x}")  # fmt: skip

    worked(config, "files")

    assert run(owner_engine, "SELECT count(*) FROM dashboard.files") == 0
    assert list(files.iterdir()) == []


def test_no_request_forgets_for_the_workers() -> None:
    """The sweeps are called by jobs alone."""
    for name in ("endings.sweep(", "keeping.purge("):
        calling = {path.parent.name for path in (ROOT / "homecare").rglob("*.py") if name in path.read_text()}
        assert calling == {"work"}
