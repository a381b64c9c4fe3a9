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
    """Who asks: the address, the cookie of sign-ins before, and which browser it says it is."""

    address: str | None = None
    known: str = ""
    browser: str = ""

    @classmethod
    def of_request(cls) -> Caller:
        browser = described(request.user_agent.string)
        return cls(client_address(), request.cookies.get(cookie_name(), ""), browser)


# The first that is found; each browser also names those before it that it descends from.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "Mac"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def described(user_agent: str) -> str:
    """Enough for its owner to know it again, "Firefox on Windows"; empty where it says nothing that we know."""
    browser, system = (next((said for word, said in words if word in user_agent), "") for words in (BROWSERS, SYSTEMS))
    return f"{browser or 'A browser'} on {system}" if system else browser


def bucket(known: str, account_id: int, password_hash: str) -> bytes | None:
    """Under which this browser's guesses for the account are counted; None where it never signed in to it."""
    mark = mark_of(password_hash)
    for one, number, its_mark in _read(known):
        if one == account_id and hmac.compare_digest(its_mark, mark):
            return keyed("browser", f"{account_id}:{number}")
    return None


def remembering(known: str, account_id: int, password_hash: str) -> str:
    """The cookie once the browser has signed in. Its number stays: another would hand out ten guesses more."""
    mark, entries = mark_of(password_hash), _read(known)
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


def mark_of(password_hash: str) -> str:
    """Tells that the password is still the same one, and nothing else of it."""
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
