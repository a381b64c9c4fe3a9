"""The private cluster: made once, used again, closed to strangers, and repaired after failures."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from clusters import FAST

from homecare.config import ROOT, ConfigError
from homecare.local import place as places
from homecare.local.cluster import Cluster
from homecare.local.processes import account, wait_until, working_in

IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """An installation that was started once and stopped in order; tests work on copies of it."""
    with tempfile.TemporaryDirectory(prefix="homecare-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Cluster(folder, settings=FAST) as cluster, connect(cluster.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        yield folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the server's account can reach; pytest's own tmp_path is for one account alone."""
    with tempfile.TemporaryDirectory(prefix="homecare-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def used(made: Path, folder: Path) -> Path:
    subprocess.run(["cp", "-a", f"{made}/.", str(folder)], check=True)
    return folder


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5)


def start(folder: Path) -> Cluster:
    return Cluster(folder, settings=FAST)


def answer(cluster: Cluster) -> object:
    with connect(cluster.owner_url) as connection:
        row = connection.execute("SELECT answer FROM kept").fetchone()
    return row and row[0]


def data_of(folder: Path) -> Path:
    return folder / "postgresql" / "data"


def test_the_first_start_gives_a_utf8_database_in_utc_with_every_extension(used: Path) -> None:
    with start(used) as cluster, connect(cluster.owner_url) as connection:
        names = ("server_encoding", "timezone", "listen_addresses")
        shown = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names]
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert shown == [("UTF8",), ("UTC",), ("",)]
    assert extensions >= {"postgis", "pg_trgm", "btree_gist"}


def test_a_second_start_finds_the_data_again(used: Path) -> None:
    with start(used) as cluster:
        assert answer(cluster) == 42


def test_the_serving_role_owns_nothing_and_cannot_read_what_it_was_not_given(used: Path) -> None:
    with (
        start(used) as cluster,
        connect(cluster.serving_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM kept")


def test_nobody_can_connect_as_the_superuser(used: Path) -> None:
    with start(used) as cluster, pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        connect(cluster.url("homecare_super"))


def test_only_the_account_of_the_program_is_let_in(used: Path) -> None:
    with start(used) as cluster:
        assert cluster.socket_folder is not None
        assert cluster.socket_folder.stat().st_mode & 0o077 == 0
        lines = (data_of(used) / "pg_ident.conf").read_text().splitlines()
    assert {line.split()[1].strip('"') for line in lines} == {account(os.geteuid()).name}


if IS_ROOT:  # Only root can become somebody else.

    def test_another_account_is_refused_even_where_it_reaches_the_socket(used: Path) -> None:
        with start(used) as cluster:
            assert cluster.socket_folder is not None
            for path in (used / "postgresql", cluster.socket_folder, *cluster.socket_folder.iterdir()):
                path.chmod(0o777)
            told = subprocess.run(
                ["psql", cluster.owner_url.replace("+psycopg", ""), "-c", "SELECT 1"],
                user="nobody",
                group="nogroup",
                extra_groups=[],
                cwd="/",
                capture_output=True,
                text=True,
            )
        assert told.returncode == 2
        assert "Peer authentication failed" in told.stderr


@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_server_starts_again(used: Path, reaped: bool) -> None:
    first = start(used)
    first.start()
    assert first.process is not None
    first.process.kill()
    if reaped:
        first.process.wait()
    with start(used) as second:
        assert answer(second) == 42
    first.process.wait()


def test_a_server_that_lost_its_program_is_stopped_by_the_kernel(used: Path) -> None:
    program = orphaned_program(used, keep_server=False)
    program.kill()
    program.wait()
    assert wait_until(lambda: not working_in(data_of(used), "postgres"), 10)
    log = (used / "postgresql" / "server.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_a_server_that_outlived_its_program_is_replaced(used: Path) -> None:
    program = orphaned_program(used, keep_server=True)
    program.kill()
    program.wait()
    assert working_in(data_of(used), "postgres")
    with start(used) as cluster:
        assert answer(cluster) == 42


def orphaned_program(folder: Path, *, keep_server: bool) -> subprocess.Popen[str]:
    """Another Python that has the cluster of `folder` running, until it is killed."""
    without_death_signal = "import homecare.local.processes as p; p.die_with_parent = lambda number: None"
    code = f"""
{without_death_signal if keep_server else ""}
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs behind a shell ignores it
from pathlib import Path
from homecare.local.cluster import Cluster
Cluster(Path({str(folder)!r})).start()
print("ready", flush=True)
import time; time.sleep(60)
"""
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with program.stdout as output:  # type: ignore[union-attr]
        assert output.readline() == "ready\n"
    return program


def test_a_pid_file_that_names_another_process_is_forgotten(used: Path) -> None:
    (data_of(used) / "postmaster.pid").write_text(f"{os.getpid()}\n{data_of(used)}\n")
    with start(used) as cluster:
        assert answer(cluster) == 42


def test_data_of_another_major_version_is_refused_in_a_sentence(used: Path) -> None:
    (data_of(used) / "PG_VERSION").write_text("11\n")
    with pytest.raises(
        ConfigError, match=r"was written by PostgreSQL 11, and this machine has PostgreSQL \d+\. Install"
    ):
        start(used).start()


def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    half = folder / "postgresql" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    with start(folder) as cluster, connect(cluster.serving_url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("homecare_app",)
    assert not half.exists()


def test_a_data_folder_that_lost_its_permissions_is_closed_again(used: Path) -> None:
    data_of(used).chmod(0o777)
    with start(used) as cluster:
        assert answer(cluster) == 42
    assert data_of(used).stat().st_mode & 0o777 == 0o700


def test_an_installation_that_was_moved_keeps_its_data(used: Path, folder: Path) -> None:
    moved = folder.with_name(folder.name + "-moved")
    shutil.move(used, moved)
    try:
        with start(moved) as cluster:
            assert answer(cluster) == 42
    finally:
        shutil.move(moved, used)


def test_a_long_path_gets_a_socket_elsewhere(used: Path) -> None:
    deep = used / ("d" * 100)
    deep.mkdir()
    shutil.move(used / "postgresql", deep / "postgresql")
    with start(deep) as cluster:
        assert cluster.socket_folder is not None
        assert len(os.fsencode(cluster.socket_folder)) < 90
        assert answer(cluster) == 42


def test_the_server_reaches_its_data_under_a_folder_for_one_account(
    used: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="homecare-test-") as elsewhere:
        Path(elsewhere).chmod(0o755)
        monkeypatch.setattr(places, "ELSEWHERE", Path(elsewhere))
        folder.chmod(0o700)
        for _ in range(2):
            with start(used) as cluster:
                assert answer(cluster) == 42


def test_stopping_does_not_wait_for_those_who_are_connected(used: Path) -> None:
    cluster = start(used)
    cluster.start()
    with connect(cluster.owner_url) as connection:
        cluster.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert not working_in(data_of(used), "postgres")


def test_an_interrupted_stop_of_the_program_ends_the_server(used: Path) -> None:
    program = orphaned_program(used, keep_server=False)
    program.send_signal(signal.SIGINT)
    assert program.wait() == -signal.SIGINT
    assert wait_until(lambda: not working_in(data_of(used), "postgres"), 10)
