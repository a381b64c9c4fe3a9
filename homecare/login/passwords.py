"""Passwords: argon2id with the parameters OWASP names, and the same work for accounts that do not exist."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class PasswordError(Exception):
    """A new password that is not accepted; the message says what is."""


def hashed(password: str) -> str:
    """About 20 ms and 19 MB of memory."""
    return HASHER.hash(_bytes(password))


def check_new(password: str) -> None:
    """Raises PasswordError where the password is too short to resist guessing, or longer than we take."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.")


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; without a stored hash the same work is done and the answer is no."""
    try:
        right = HASHER.verify(password_hash or _nobodys_hash(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    # A form can carry half of a surrogate pair; it is a wrong password, not an error.
    return password.encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return hashed("the password of nobody")
