"""The child process that parses one upload: limited in memory and time, and unable to write files.
It reads the upload from standard input. It answers one line of JSON and, for an accepted file, the bytes to store.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 1_500_000_000
PROCESSOR_SECONDS = 12


def bound() -> None:
    """Limits what a hostile file can use of this process. The parent outlives it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut() -> None:
    """From here on nothing can be opened to read or send, so a file that names another file or an address gets neither.
    Only for the decoders written in C. pypdf is exempt: it is Python, follows no names, and loads codecs on demand.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def rewritten(data: bytes, media_type: str) -> tuple[str, bytes]:
    """The media type and bytes to store. Raises RefusedFileError, or anything else for a broken file."""
    from homecare.files.kinds import PDF

    if media_type == PDF:
        from homecare.files import pdfs

        return PDF, pdfs.rewrite(data)
    from homecare.files import images

    images.load_decoders()
    shut()
    return images.reencode(data, media_type)


def main(media_type: str) -> None:
    from homecare.files.kinds import RefusedFileError

    data = sys.stdin.buffer.read()
    try:
        clean_type, clean = rewritten(data, media_type)
    except RefusedFileError as refused:
        answer, clean = {"refused": str(refused)}, b""
    else:
        answer = {"media_type": clean_type}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + clean)
