"""What follows from one version of the policy, worked out once and thrown away with that version."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from homecare.access.policy import Policy

Made = TypeVar("Made")
# A person's unpublished draft of tables and lists of freely chosen columns make ever new keys.
MOST_KEPT = 2000

_kept: WeakKeyDictionary[Policy, dict[Hashable, Any]] = WeakKeyDictionary()


def once_per(policy: Policy, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, kept under `key` as long as this version of the policy is used.

    The key names what is kept and everything it depends on besides the policy. One dictionary look-up where it is
    known; after MOST_KEPT keys all are forgotten. Two threads may make the same thing once each: it must be immutable.
    """
    known = _kept.setdefault(policy, {})
    try:
        found: Made = known[key]
    except KeyError:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[key] = make()
    return found
