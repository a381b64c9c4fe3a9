"""Known browsers: each that signed in before has guesses of its own, so strangers cannot use up the owner's guesses.
The cookie opens nothing. It lists the accounts this browser signed in to, each with a number and a mark of the password
at that time. A new password makes the entry worthless, so nobody can collect browsers with an old one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from homecare.login.addresses import client_address
from homecare.web.settings import behind_tls, current_config

REMEMBERED_S = 180 * 24 * 3600
# For a browser that many people share. The cookie stays under one kilobyte.
MOST_ACCOUNTS = 20

Entry = tuple[int, str, str]


@dataclass(frozen=True)
class Caller:
    """Who sends the request: the address, and the known-browser cookie."""

    address: str | None = None
    known: str = ""

    @classmethod
    def of_request(cls) -> Caller:
        return cls(client_address(), request.cookies.get(cookie_name(), ""))


def bucket(known: str, account_id: int, password_hash: str) -> bytes | None:
    """The key under which this browser's guesses for the account are counted. None if it never signed in to it."""
    mark = _mark(password_hash)
    for one, number, its_mark in _read(known):
        if one == account_id and hmac.compare_digest(its_mark, mark):
            return keyed("browser", f"{account_id}:{number}")
    return None


def remembering(known: str, account_id: int, password_hash: str) -> str:
    """The cookie value after a sign-in. The number stays the same: a new one would allow ten more guesses."""
    mark, entries = _mark(password_hash), _read(known)
    number = next((n for one, n, m in entries if (one, m) == (account_id, mark)), secrets.token_hex(8))
    others = [entry for entry in entries if entry[0] != account_id]
    return str(_serializer().dumps([(account_id, number, mark), *others[: MOST_ACCOUNTS - 1]]))


def set_cookie(answer: Response, value: str) -> None:
    secure = behind_tls(current_config())
    answer.set_cookie(
        cookie_name(), value, max_age=REMEMBERED_S, path="/", secure=secure, httponly=True, samesite="Lax"
    )


def cookie_name() -> str:
    return "__Host-homecare-known" if behind_tls(current_config()) else "homecare-known"


def keyed(use: str, text: str) -> bytes:
    """A digest that reveals nothing about the text without the key."""
    key = str(current_app.secret_key).encode()
    return hmac.digest(key, f"{use}:{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def _mark(password_hash: str) -> str:
    return keyed("password", password_hash).hex()[:16]


def _read(known: str) -> list[Entry]:
    try:
        return [
            (int(one), str(number), str(mark)) for one, number, mark in _serializer().loads(known, max_age=REMEMBERED_S)
        ]
    except BadSignature:
        return []


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known browser")
