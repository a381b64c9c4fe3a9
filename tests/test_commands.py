"""The commands behind the Makefile: what they find, what they share, and the sentences they stop with."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from homecare.config import ROOT, Config, ConfigError, read
from homecare.local import debian, keys, run, setup, vendor
from homecare.local.supervisor import SERVICE, supervise

FERNET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
REAL = {"SECRET_KEY": "s" * 40, "ENCRYPTION_KEYS": FERNET}


@pytest.fixture(scope="module")
def instance() -> Iterator[Path]:
    """An installation folder that the server's account can reach; each test leaves its cluster stopped."""
    with tempfile.TemporaryDirectory(prefix="homecare-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def settings(**environ: str) -> Config:
    return read(environ, run.NOTHING_YET)


def other_program(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_system_packages_that_are_there_are_found_with_the_standard_library_alone() -> None:
    found = subprocess.run([sys.executable, "-I", "-S", "homecare/local/debian.py", "postgresql", "venv"], cwd=ROOT)
    assert found.returncode == 0


def test_a_missing_package_is_named_with_the_command_where_there_is_no_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "CHROMIUM", Path("/nowhere/chromium"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(debian.MissingError, match=r"Chromium must be installed first.* sudo dnf install .*chromium"):
        debian.ensure(["chromium"])


def test_an_older_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(debian.MissingError, match=r"Python 3\.9; 3\.11 or newer is needed"):
        debian.ensure([])


def test_a_server_without_its_extensions_does_not_count(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "pg_config").symlink_to("/bin/true")
    assert debian.major_of(tmp_path) == 16
    assert debian.lacks(tmp_path, 16) == ["postgis", "pg_trgm", "btree_gist"]


def test_a_taken_port_is_told_in_a_sentence_that_names_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PORT_PATIENCE_S", 0)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"^Port {port} on 127\.0\.0\.1 cannot be used .* set PORT to another"):
            run.refuse_taken_port(settings(PORT=str(port)))


def test_an_address_of_another_machine_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PORT_PATIENCE_S", 0)
    with pytest.raises(ConfigError, match=r"BIND is '192\.0\.2\.1', which is not an address of this machine"):
        run.refuse_taken_port(settings(BIND="192.0.2.1"))


def test_an_unreachable_database_is_named_without_its_password() -> None:
    config = read(REAL | {"DATABASE_URL": "postgresql://clerk:hunter2@127.0.0.1:1/company"}, None)
    with pytest.raises(
        ConfigError, match=r"^DATABASE_URL is postgresql://clerk:\*\*\*@127\.0\.0\.1:1/company, and"
    ) as told:
        setup.check(config)
    assert "hunter2" not in str(told.value)


def test_the_demo_is_not_loaded_into_a_real_database() -> None:
    config = read(REAL | {"DATABASE_URL": "postgresql://127.0.0.1:1/company"}, None)
    assert setup.load_demo(config) is False


def test_run_stops_with_a_sentence_and_no_traceback() -> None:
    environ = os.environ | {"PORT": "many"}
    told = subprocess.run(
        [sys.executable, "-m", "homecare.local.run"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert told.stderr == "PORT is 'many'; it must be a whole number from 1 to 65535.\n"


def test_another_process_uses_the_cluster_that_is_running(instance: Path) -> None:
    code = f"from homecare.local.cluster import attach, Path; print(attach(Path({str(instance)!r})).serving_url)"
    with supervise(instance) as installation:
        assert other_program(code).stdout.strip() == installation.serving_url
        assert supervise(instance).installation is installation


def test_one_installation_is_served_once(instance: Path) -> None:
    code = f"""
from homecare.local.supervisor import *
supervise(Path({str(instance)!r}), purpose=SERVICE)
"""
    with supervise(instance, purpose=SERVICE):
        told = other_program(code).stderr
    assert f"Process {os.getpid()} already serves this installation." in told


def test_serving_waits_for_a_short_command(instance: Path) -> None:
    code = f"""
import time
from homecare.local.supervisor import *
supervise(Path({str(instance)!r}))
print("ready", flush=True)
time.sleep(1)
"""
    command = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with command, command.stdout as output:  # type: ignore[union-attr]
        assert output.readline() == b"ready\n"
        said: list[str] = []
        with supervise(instance, purpose=SERVICE, say=said.append):
            assert said == [f"Waiting for process {command.pid}, which is using the private database."]


def test_keys_are_made_once_and_for_this_account_alone(tmp_path: Path) -> None:
    first = keys.keep(tmp_path)
    assert keys.keep(tmp_path) == first
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_damaged_keys_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(ConfigError, match=r"keys\.json cannot be read"):
        keys.keep(tmp_path)


@pytest.mark.parametrize(
    "name", ["package-lock.json", "requirements.lock", "requirements-dev.lock", "requirements-assets.lock"]
)
def test_lock_files_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"index-url|find-links|\"resolved\"|registry", text)


def test_every_file_in_the_manifest_is_installed() -> None:
    manifest = json.loads((vendor.VENDOR / "manifest.json").read_text())
    assert {"tabler.css", "icons.svg", "noto-sans-ethiopic-400.woff2"} <= manifest.keys()
    assert all((vendor.VENDOR / path).stat().st_size for path in manifest.values())


def test_the_sprite_holds_the_named_icons_and_no_others() -> None:
    manifest = json.loads((vendor.VENDOR / "manifest.json").read_text())
    symbols = re.findall(r'<symbol id="([^"]+)"', (vendor.VENDOR / manifest["icons.svg"]).read_text())
    assert symbols == vendor.ICONS.read_text().split()
