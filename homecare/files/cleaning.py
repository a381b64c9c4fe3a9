"""Turns an upload into bytes we wrote ourselves, or refuses it with a sentence."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from homecare.config import ROOT
from homecare.files.kinds import EXTENSIONS, RefusedFileError, recognised, without_lead

LARGEST_BYTES = 10_000_000
LONGEST_NAME = 120
TIME_LIMIT_S = 20
WAIT_S = 4
# How a process ends when it has used up its processor time.
OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
BROKEN = "The file is damaged or not what its first bytes say. Open it, save it again and choose it again."
TOO_LONG = "The file takes too long to read. Make it smaller, or print it to a plain PDF, and choose it again."
CROWDED = "Too many files are being read right now. Nothing you typed is lost: choose the file again in a minute."

# The parser runs without our environment, our working folder and the site's start-up files.
START = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from homecare.files import child
child.bound()
child.main(sys.argv[1])"""
# At most two at once, however many people upload: each may briefly take a gigabyte. A third waits a little. A fourth is
# refused at once, so that threads stay free for everybody else.
_PLACES = threading.BoundedSemaphore(2)
_LINE = threading.BoundedSemaphore(3)

# Control characters and marks that change the reading direction: they make "gpj.exe" read as "exe.jpg".
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]")


class BusyError(Exception):
    """The file was not checked because others are being read. The message asks to choose it again."""


@dataclass(frozen=True)
class CleanFile:
    """What is stored: always bytes that we wrote, never the bytes that came."""

    name: str
    media_type: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def clean(data: bytes, name: str, accepted: tuple[str, ...]) -> CleanFile:
    """Takes about 0.3 s in a child process, at most WAIT_S plus TIME_LIMIT_S.

    Raises RefusedFileError with the sentence for the person, BusyError.
    """
    if len(data) > LARGEST_BYTES:
        raise RefusedFileError(f"A file may have {LARGEST_BYTES // 1_000_000} MB. Make it smaller and choose it again.")
    data = without_lead(data)
    media_type, clean = _parsed(data, recognised(data, accepted))
    if len(clean) > LARGEST_BYTES:
        raise RefusedFileError("The file is too large once it is unpacked. Make it smaller and choose it again.")
    return CleanFile(safe_name(name, media_type), media_type, clean)


def _parsed(data: bytes, claimed: str) -> tuple[str, bytes]:
    with _place():
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", START, claimed],
                input=data, capture_output=True, timeout=TIME_LIMIT_S, env={}, cwd="/", check=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise RefusedFileError(TOO_LONG) from error
        except subprocess.CalledProcessError as error:
            raise RefusedFileError(TOO_LONG if error.returncode in OUT_OF_TIME else BROKEN) from error
    first, _, clean = done.stdout.partition(b"\n")
    answer = json.loads(first)
    if "refused" in answer:
        raise RefusedFileError(answer["refused"])
    return answer["media_type"], clean


@contextmanager
def _place() -> Iterator[None]:
    """Holds one of the places for reading while the block runs. Raises BusyError if none is free in time."""
    if not _LINE.acquire(blocking=False):
        raise BusyError(CROWDED)
    try:
        if not _PLACES.acquire(timeout=WAIT_S):
            raise BusyError(CROWDED)
        try:
            yield
        finally:
            _PLACES.release()
    finally:
        _LINE.release()


def safe_name(name: str, media_type: str) -> str:
    """The file's name without folders and invisible characters, with the extension of what it now is."""
    last = re.split(r"[/\\]", name)[-1]
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", last)).split()).lstrip(".")
    stem = text.rpartition(".")[0] or text
    return (stem[:LONGEST_NAME].strip(" .") or "file") + EXTENSIONS[media_type]
