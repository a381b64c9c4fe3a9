"""Passwords: argon2id with OWASP's parameters, and the same work for accounts that do not exist."""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Per process: how many hashes run at once, how many more may wait, and for how long. A flood of sign-ins then takes
# neither the memory nor the threads that serve everybody else.
AT_ONCE = 2
WAITING = 6
PATIENCE_S = 1.5

_hashing = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class PasswordError(Exception):
    """A new password is not accepted. The message says what is."""


class BusyError(Exception):
    """Too many passwords are being hashed; this one was not checked. Try again after `RETRY_AFTER_S`."""


RETRY_AFTER_S = 5


def _made_up_hash() -> str:
    """A hash of no password. Making it up costs less than hashing, so a process's first sign-in is not slower."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}${salt}${digest}"


NOBODYS_HASH = _made_up_hash()


@contextmanager
def _turn() -> Iterator[None]:
    """Raises BusyError if no turn is free in time."""
    if not _room.acquire(blocking=False):
        raise BusyError
    try:
        if not _hashing.acquire(timeout=PATIENCE_S):
            raise BusyError
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _room.release()


def hashed(password: str) -> str:
    """About 20 ms and 19 MB of memory. Raises BusyError."""
    with _turn():
        return HASHER.hash(_bytes(password))


def check_new(password: str) -> None:
    """Raises PasswordError if the password is too short to resist guessing or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.")


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a stored hash it does the same work and answers no.
    Raises BusyError.
    """
    with _turn():
        try:
            right = HASHER.verify(password_hash or NOBODYS_HASH, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with parameters other than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    # A form can contain half of a surrogate pair. That is a wrong password, not an error.
    return password.encode("utf-8", "surrogatepass")
