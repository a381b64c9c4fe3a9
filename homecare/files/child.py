"""The child process that parses one upload: bounded in memory and time, and able to write no file.

Bytes come on standard input; the answer is one line of JSON and, where the file is taken, the bytes to keep.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 1_500_000_000
PROCESSOR_SECONDS = 12


def bound() -> None:
    """What a hostile file can take is this much of this process; the parent outlives it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut() -> None:
    """From here on nothing can be opened, to read or to send: a file that names another one or an address gets neither.

    For the decoders in C. pypdf is spared: it is Python, follows no names, and loads codecs of text when it meets them.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def rewritten(data: bytes, media_type: str) -> tuple[str, bytes]:
    """The media type and bytes to keep. Raises RefusedFileError, or anything for a broken file."""
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
        kept_type, kept = rewritten(data, media_type)
    except RefusedFileError as refused:
        answer, kept = {"refused": str(refused)}, b""
    else:
        answer = {"media_type": kept_type}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + kept)
