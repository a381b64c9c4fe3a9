"""The keys of a private installation, created once in `instance/keys.json`, readable only by this account."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from homecare.config import ConfigError


@dataclass(frozen=True)
class Keys:
    secret_key: str
    encryption_keys: tuple[str, ...]


def keep(instance: Path) -> Keys:
    """The stored keys, created the first time.
    Raises ConfigError if the file is damaged: new keys could not read what the old ones encrypted.
    """
    path = instance / "keys.json"
    if not path.exists():
        write(path)
    try:
        stored = json.loads(path.read_text())
        return Keys(str(stored["secret_key"]), tuple(str(key) for key in stored["encryption_keys"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path} cannot be read. Restore it from a copy; without it the secrets stored in the database are lost."
        ) from error


def write(path: Path) -> None:
    """Writes the whole file or nothing: it gets its name when it is complete."""
    fernet_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"secret_key": secrets.token_urlsafe(48), "encryption_keys": [fernet_key]}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
