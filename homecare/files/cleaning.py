"""An upload as it arrives, turned into bytes of our own making, or refused in words."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from homecare.config import ROOT
from homecare.files.kinds import EXTENSIONS, RefusedFileError, recognised

LARGEST_BYTES = 10_000_000
LONGEST_NAME = 120
TIME_LIMIT_S = 30
BROKEN = "The file is damaged or not what its first bytes say. Open it, save it anew and choose it again."

# Parsing runs apart from us: without our environment, our folder or the site's start-up files.
START = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from homecare.files import child
child.bound()
child.main(sys.argv[1])"""
# Two at once and no more, however many upload: each may take a gigabyte for a moment.
_PLACES = threading.BoundedSemaphore(2)

# Controls, and the marks that turn the reading direction: with them "gpj.exe" reads as "exe.jpg".
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]")


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
    """Takes some 0.3 s in a child process. Raises RefusedFileError with the sentence for the person."""
    if len(data) > LARGEST_BYTES:
        raise RefusedFileError(f"A file may have {LARGEST_BYTES // 1_000_000} MB. Make it smaller and choose it again.")
    media_type, kept = _parsed(data, recognised(data, accepted))
    if len(kept) > LARGEST_BYTES:
        raise RefusedFileError("The file is too large once it is unpacked. Make it smaller and choose it again.")
    return CleanFile(safe_name(name, media_type), media_type, kept)


def _parsed(data: bytes, claimed: str) -> tuple[str, bytes]:
    with _PLACES:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", START, claimed],
                input=data, capture_output=True, timeout=TIME_LIMIT_S, env={}, cwd="/", check=True,
            )  # fmt: skip
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise RefusedFileError(BROKEN) from error
    first, _, kept = done.stdout.partition(b"\n")
    answer = json.loads(first)
    if "refused" in answer:
        raise RefusedFileError(answer["refused"])
    return answer["media_type"], kept


def safe_name(name: str, media_type: str) -> str:
    """The name as people know it, without folders and unseen marks, and with the ending of what the file now is."""
    last = re.split(r"[/\\]", name)[-1]
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", last)).split()).lstrip(".")
    stem = text.rpartition(".")[0] or text
    return (stem[:LONGEST_NAME].strip(" .") or "file") + EXTENSIONS[media_type]
