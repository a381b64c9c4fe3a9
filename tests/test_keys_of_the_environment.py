"""Guessable or invalid keys stop the start with one sentence, which does not contain the key."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import urlsafe_b64encode

import pytest

from homecare.config import ROOT, ConfigError, PrivateInstallation, read

GOOD = urlsafe_b64encode(bytes(range(32))).decode()
SECRET = "0123456789abcdef" * 4
REAL = {"DATABASE_URL": "postgresql://127.0.0.1:1/company", "SECRET_KEY": SECRET, "ENCRYPTION_KEYS": GOOD}
KEPT = PrivateInstallation("postgresql://a", "postgresql://b", "k" * 64, (GOOD,))
BAD_SECRETS = [
    "x",
    "changeme",
    "a" * 31,
    "change-me-change-me-change-me-change-me",
    "…" * 40,
    "<your secret key of 32 letters>!!",
]
BAD_KEYS = [
    "garbage", "e" * 44, GOOD[:-1], GOOD + "=", "A" * 43 + "=", f"{GOOD},garbage", f"garbage,{GOOD}",
    f"{GOOD},{GOOD[:20]}", ",", "é" * 44,
]  # fmt: skip


@pytest.mark.parametrize("key", BAD_SECRETS)
@pytest.mark.parametrize("private", [True, False], ids=["private", "real"])
def test_a_secret_that_can_be_guessed_does_not_start(key: str, private: bool) -> None:
    with pytest.raises(
        ConfigError, match=r"^SECRET_KEY (has \d+ characters|contains a word from an example); it must"
    ) as told:
        read({"SECRET_KEY": key} if private else REAL | {"SECRET_KEY": key}, KEPT if private else None)

    assert len(key) < 2 or key not in str(told.value)


@pytest.mark.parametrize("keys", BAD_KEYS)
@pytest.mark.parametrize("private", [True, False], ids=["private", "real"])
def test_what_is_no_fernet_key_does_not_start(keys: str, private: bool) -> None:
    with pytest.raises(ConfigError, match=r"^ENCRYPTION_KEYS") as told:
        read({"ENCRYPTION_KEYS": keys} if private else REAL | {"ENCRYPTION_KEYS": keys}, KEPT if private else None)

    assert not any(key and key in str(told.value) for key in keys.split(","))


def test_one_bad_key_among_several_is_named_by_its_place() -> None:
    with pytest.raises(ConfigError, match=r"^ENCRYPTION_KEYS: key 2 of 3 is no Fernet key"):
        read(REAL | {"ENCRYPTION_KEYS": f"{GOOD},garbage,{GOOD}"}, None)


def test_good_keys_start() -> None:
    config = read(REAL | {"ENCRYPTION_KEYS": f"{GOOD}, {GOOD}"}, None)

    assert (config.secret_key, config.encryption_keys) == (SECRET, (GOOD, GOOD))


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS"])
def test_the_program_says_it_in_one_sentence(name: str) -> None:
    command = [sys.executable, "-m", "homecare.local.run"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | {name: "x"}, capture_output=True, text=True)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(name)
    assert told.stderr.count("\n") == 1
