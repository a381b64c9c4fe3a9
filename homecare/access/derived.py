"""Values derived from one policy version: computed once and dropped with that version."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from homecare.access.policy import Policy

Made = TypeVar("Made")
# A person's draft settings and freely chosen list columns create new keys without end.
MOST_CACHED = 2000

_cached: WeakKeyDictionary[Policy, dict[Hashable, Any]] = WeakKeyDictionary()


def once_per(policy: Policy, key: Hashable, make: Callable[[], Made]) -> Made:
    """The result of `make`, cached under `key` while this policy version is in use.
    The key names the value and everything it depends on besides the policy. A hit costs one dictionary look-up. After
    MOST_CACHED keys the cache is cleared. Two threads may both call `make`, so the value must be immutable.
    """
    known = _cached.setdefault(policy, {})
    try:
        found: Made = known[key]
    except KeyError:
        if len(known) >= MOST_CACHED:
            known.clear()
        found = known[key] = make()
    return found
