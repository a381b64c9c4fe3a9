"""What opens an account beside its password: a second factor, recovery codes, and the link for a new password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, plain, secret
from homecare.models.ours.dashboard import SCHEMA


class SecondFactor(Model):
    """The seed an authenticator app makes codes of, as ciphertext; it counts once a code showed that the app has it.

    `last_step` is that of the newest code that was taken (its time in units of 30 seconds): none as old is taken again.
    """

    __tablename__ = "second_factors"
    __table_args__ = ({"schema": SCHEMA},)

    account_id: Mapped[int] = mapped_column(
        ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, info=plain()
    )
    seed: Mapped[str] = mapped_column(Text, info=secret())
    confirmed_at: Mapped[datetime | None] = mapped_column(info=plain())
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0", info=plain())


class RecoveryCode(Model):
    """Stands in for the app once; kept as a keyed hash of the code."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        Index("uq_recovery_codes_account_id_code_hash", "account_id", "code_hash", unique=True),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE"), info=plain())
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, info=secret())
    used_at: Mapped[datetime | None] = mapped_column(info=plain())


class OneTimeLink(Model):
    """Lets who has it set the account's password, once; `token_hash` is SHA-256 of what its address holds.

    An account has at most one: a new one takes the place of the one before.
    """

    __tablename__ = "one_time_links"
    __table_args__ = ({"schema": SCHEMA},)

    account_id: Mapped[int] = mapped_column(
        ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, info=plain()
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=secret())
    made_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    expires_at: Mapped[datetime] = mapped_column(info=plain())
