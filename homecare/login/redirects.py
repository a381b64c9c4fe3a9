"""Where a person goes after signing in: never to another site."""

from __future__ import annotations

from homecare.web.urls import HOME

LONGEST = 2000


def safe_next(target: str | None, otherwise: str = HOME) -> str:
    """`target` if it is a path of this site, else `otherwise`.
    A path starts with one slash and has no scheme, host, backslash, control character, or anything that a browser would
    read as another host. The sign-in and sign-out pages also give `otherwise`, because they would redirect in a circle.
    """
    if not target or len(target) > LONGEST or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or not target.isprintable() or any(letter.isspace() for letter in target):
        return otherwise
    path = target.partition("?")[0].partition("#")[0].rstrip("/")
    return otherwise if path in ("", "/login", "/login/code", "/logout") else target
