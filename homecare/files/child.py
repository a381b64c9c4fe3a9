"""The child process that parses one upload: bounded in memory and time, able to open no further file for writing.

Bytes come on standard input; the answer is one line of JSON and, where the file is taken, the bytes to keep.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 1_500_000_000
PROCESSOR_SECONDS = 20


def bound() -> None:
    """What a hostile file can take is this much of this process; the parent outlives it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(media_type: str) -> None:
    from homecare.files import images, pdfs
    from homecare.files.kinds import PDF, RefusedFileError

    data = sys.stdin.buffer.read()
    try:
        kept_type, kept = (PDF, pdfs.rewrite(data)) if media_type == PDF else images.reencode(data, media_type)
    except RefusedFileError as refused:
        answer, kept = {"refused": str(refused)}, b""
    else:
        answer = {"media_type": kept_type}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + kept)
