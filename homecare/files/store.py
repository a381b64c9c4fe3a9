"""Bytes on disk, one file per key: `<folder>/<first two letters>/<key>`, readable only by this system user."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from pathlib import Path

KEY = re.compile(r"[0-9a-f]{48}")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StoreFullError(Exception):
    """The disk has no room. Nothing of the file is left behind."""


def new_key() -> str:
    return secrets.token_hex(24)


def path_of(folder: Path, key: str) -> Path:
    """Raises LookupError for anything that is not our key, such as a path."""
    if not KEY.fullmatch(key):
        raise LookupError("not a key of the private store")
    return folder / key[:2] / key


def check_room(folder: Path, wanted_bytes: int, reserve_bytes: int) -> None:
    """Raises StoreFullError if less than `reserve_bytes` would stay free: the database needs the space."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - wanted_bytes < reserve_bytes:
        raise StoreFullError


def write(folder: Path, key: str, data: bytes) -> None:
    """Durable when it returns. Raises StoreFullError; other disk errors pass as OSError."""
    path = path_of(folder, key)
    partial = path.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        if error.errno in _NO_ROOM:
            raise StoreFullError from error
        raise


def read(folder: Path, key: str) -> bytes:
    """Raises FileNotFoundError where the bytes are gone."""
    return path_of(folder, key).read_bytes()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(folder: Path, key: str) -> None:
    """Does nothing if there is no such file."""
    path = path_of(folder, key)
    for left in (path, path.with_suffix(".part")):
        left.unlink(missing_ok=True)
