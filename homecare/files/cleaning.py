"""An upload as it arrives, turned into bytes of our own making, or refused in words."""

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
# How a process ends that has used the time of the processor it may have.
OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
BROKEN = "The file is damaged or not what its first bytes say. Open it, save it anew and choose it again."
TOO_LONG = "The file takes too long to be read. Make it smaller, or print it to a plain PDF, and choose it again."
CROWDED = "Too many files are being read at this moment. Nothing you typed is lost: choose the file again in a minute."

# Parsing runs apart from us: without our environment, our folder or the site's start-up files.
START = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from homecare.files import child
child.bound()
child.main(sys.argv[1])"""
# Two at once and no more, however many upload: each may take a gigabyte for a moment. A third waits a little; a fourth
# is told at once, so that threads are left for everybody who uploads nothing.
_PLACES = threading.BoundedSemaphore(2)
_LINE = threading.BoundedSemaphore(3)

# Controls, and the marks that turn the reading direction: with them "gpj.exe" reads as "exe.jpg".
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]")


class BusyError(Exception):
    """The file was not looked at, because others are; the message is a sentence that says to choose it again."""


@dataclass(frozen=True)
class CleanFile:
    """What is kept: never the bytes that came, always those we wrote."""

    name: str
    media_type: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def clean(data: bytes, name: str, accepted: tuple[str, ...]) -> CleanFile:
    """Takes some 0.3 s in a child process, and at most WAIT_S and TIME_LIMIT_S.

    Raises RefusedFileError with the sentence for the person, BusyError.
    """
    if len(data) > LARGEST_BYTES:
        raise RefusedFileError(f"A file may have {LARGEST_BYTES // 1_000_000} MB. Make it smaller and choose it again.")
    data = without_lead(data)
    media_type, kept = _parsed(data, recognised(data, accepted))
    if len(kept) > LARGEST_BYTES:
        raise RefusedFileError("The file is too large once it is unpacked. Make it smaller and choose it again.")
    return CleanFile(safe_name(name, media_type), media_type, kept)


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
    first, _, kept = done.stdout.partition(b"\n")
    answer = json.loads(first)
    if "refused" in answer:
        raise RefusedFileError(answer["refused"])
    return answer["media_type"], kept


@contextmanager
def _place() -> Iterator[None]:
    """One of the places for reading, for as long as it takes. Raises BusyError when none is to be had in time."""
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
    """The name as people know it, without folders and unseen marks, and with the ending of what the file now is."""
    last = re.split(r"[/\\]", name)[-1]
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", last)).split()).lstrip(".")
    stem = text.rpartition(".")[0] or text
    return (stem[:LONGEST_NAME].strip(" .") or "file") + EXTENSIONS[media_type]
