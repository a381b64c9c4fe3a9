"""Stored secrets: encrypted with the installation's keys. No screen can read them."""

from __future__ import annotations

from cryptography.fernet import Fernet, MultiFernet
from flask import current_app

# The longest text whose ciphertext fits VARCHAR(255).
LONGEST_SECRET_BYTES = 127


def encrypt(text: str) -> str:
    """Ciphertext under the first of ENCRYPTION_KEYS. Raises ValueError if it does not fit its column."""
    plain = text.encode()
    if len(plain) > LONGEST_SECRET_BYTES:
        raise ValueError(f"At most {LONGEST_SECRET_BYTES} bytes; this has {len(plain)}.")
    return _keys().encrypt(plain).decode()


def decrypt(ciphertext: str) -> str:
    """Raises cryptography.fernet.InvalidToken if none of the keys made the ciphertext."""
    return _keys().decrypt(ciphertext.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current_app.config["HOMECARE"].encryption_keys])
