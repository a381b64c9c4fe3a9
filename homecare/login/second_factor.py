"""The second factor: codes of an authenticator app (RFC 6238, 30 seconds, six digits), and recovery codes in its place.

A code is taken once, by the database: of two workers that are sent the same one at once only one takes it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pyotp
import segno
from cryptography.fernet import InvalidToken
from markupsafe import Markup
from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute

from homecare.login.browsers import keyed
from homecare.models import RecoveryCode, SecondFactor
from homecare.web.secrets import decrypt, encrypt

ISSUER = "Homecare Admin"
STEP_S = 30
# A telephone's clock may be half a minute off, either way.
DRIFT = (-1, 0, 1)
RECOVERY_CODES = 10
# Nothing that is read as something else; twelve of them are 59 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

_NOW = func.timezone("utc", func.now())


class Proof(StrEnum):
    """What was taken; the words are those of the sign-in's event."""

    APP = "with a code"
    RECOVERY = "with a recovery code"


@dataclass(frozen=True)
class State:
    """`since` is None where it is off; then `seed` is that of a set-up which waits for its first code."""

    since: datetime | None = None
    seed: str = ""
    codes_left: int = 0


def is_on(account_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Of an account in a statement."""
    return exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))


def state(connection: Connection, account_id: int) -> State:
    codes = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    asked = select(SecondFactor.seed, SecondFactor.confirmed_at, codes.scalar_subquery().label("left"))
    row = connection.execute(asked.where(SecondFactor.account_id == account_id)).one_or_none()
    if row is None:
        return State()
    return State(seed=_opened(row.seed)) if row.confirmed_at is None else State(row.confirmed_at, "", row.left)


def propose(connection: Connection, account_id: int) -> None:
    """A new seed, in place of one that was never confirmed; one that is in use stays as it is."""
    ciphertext = encrypt(pyotp.random_base32())
    added = postgresql.insert(SecondFactor).values(account_id=account_id, seed=ciphertext)
    waiting = SecondFactor.confirmed_at.is_(None)
    connection.execute(
        added.on_conflict_do_update(index_elements=["account_id"], set_={"seed": ciphertext}, where=waiting)
    )


def give_up(connection: Connection, account_id: int) -> None:
    """Takes away a set-up that was never confirmed."""
    waiting = SecondFactor.confirmed_at.is_(None)
    connection.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id, waiting))


def confirm(connection: Connection, account_id: int, typed: str) -> bool:
    """Turns the waiting set-up on where the code is of its app; False where it is not, or nothing waits."""
    seed = state(connection, account_id).seed
    step = _step(seed, plain(typed))
    if step is None:
        return False
    waiting = (SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None))
    turned_on = update(SecondFactor).where(*waiting).values(confirmed_at=_NOW, last_step=step)
    return connection.execute(turned_on).rowcount == 1


def accept(connection: Connection, account_id: int, typed: str) -> Proof | None:
    """Takes a code of the app or a recovery code, each once; None where it is none of theirs, or was taken before."""
    code = plain(typed)
    if code.isascii() and code.isdigit():
        return Proof.APP if _accept_of_app(connection, account_id, code) else None
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    taken = update(RecoveryCode).where(*unused, RecoveryCode.code_hash == _hashed(account_id, code))
    return Proof.RECOVERY if connection.execute(taken.values(used_at=_NOW)).rowcount == 1 else None


def _accept_of_app(connection: Connection, account_id: int, code: str) -> bool:
    mine = (SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    stored = connection.execute(select(SecondFactor.seed).where(*mine)).scalar_one_or_none()
    step = _step(_opened(stored), code) if stored else None
    if step is None:
        return False
    newer = update(SecondFactor).where(*mine, SecondFactor.seed == stored, SecondFactor.last_step < step)
    return connection.execute(newer.values(last_step=step)).rowcount == 1


def turn_off(connection: Connection, account_id: int) -> bool:
    """Whether it was on. The recovery codes go with it."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    mine = delete(SecondFactor).where(SecondFactor.account_id == account_id)
    return any(connection.execute(mine.returning(SecondFactor.confirmed_at)).scalars())


def make_codes(connection: Connection, account_id: int) -> list[str]:
    """New recovery codes in place of all before; this is the only time that anybody sees them."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    connection.execute(
        insert(RecoveryCode), [{"account_id": account_id, "code_hash": _hashed(account_id, code)} for code in codes]
    )
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def qr(seed: str, email: str) -> Markup:
    """What the app reads with its camera, as SVG without any style; dark on light in every theme."""
    address = pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=ISSUER)
    drawn = segno.make(address, error="m").svg_inline(scale=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - of the library's making: a path and two colours


def plain(typed: str) -> str:
    """A code however it was typed: spaces, hyphens and capitals make no difference."""
    return "".join(letter for letter in typed.lower() if not letter.isspace() and letter != "-")


def _step(seed: str, code: str) -> int | None:
    """The time that the app makes this code at, among those around now."""
    if not seed or not code.isascii():
        return None
    now, app = int(time.time()) // STEP_S, pyotp.TOTP(seed)
    return next((now + off for off in DRIFT if hmac.compare_digest(app.generate_otp(now + off), code)), None)


def _opened(ciphertext: str) -> str:
    """Empty where none of ENCRYPTION_KEYS made it: then no code is right, and the factor is to be reset."""
    try:
        return decrypt(ciphertext)
    except InvalidToken:
        return ""


def _hashed(account_id: int, code: str) -> bytes:
    return keyed("recovery", f"{account_id}:{code}")
