"""Our own style sheets and scripts, at addresses that change when a file changes."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from homecare.config import ROOT

FOLDER = ROOT / "homecare" / "static"
ICON = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>')
ONE_YEAR_S = 365 * 24 * 3600
# Text compresses well. Fonts and pictures are compressed already, and a file under one packet gains nothing.
COMPRESSED = (".css", ".js", ".mjs", ".svg", ".json")
WORTH_IT_BYTES = 1024


def content_version(folder: Path) -> str:
    """Eight characters, the same on every machine of one release. Reads each file once, about 10 ms for 5 MB."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:8]


@lru_cache(maxsize=512)
def contents(path: Path, changed_ns: int, shrunk: bool) -> bytes:
    """The file, gzipped if `shrunk`. Cached per process: 60 ms once for Tabler's 600 kB, then nothing."""
    found = path.read_bytes()
    return gzip.compress(found, mtime=0) if shrunk else found


def file_answer(filename: str) -> Response:
    """The named file, compressed if the browser accepts it, because the server in front does not compress.
    Sent from memory: if a browser leaves the page, no open file is left behind.
    """
    found = safe_join(str(FOLDER), filename)
    # Not pathlib's is_file: it raises for a name that is too long.
    if found is None or not os.path.isfile(found):
        raise NotFound
    path = Path(found)
    compressible = path.suffix in COMPRESSED and path.stat().st_size >= WORTH_IT_BYTES
    shrunk = compressible and bool(request.accept_encodings["gzip"])
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer = Response(contents(path, path.stat().st_mtime_ns, shrunk), mimetype=kind)
    if compressible:
        answer.headers["Vary"] = "Accept-Encoding"
    if shrunk:
        answer.headers["Content-Encoding"] = "gzip"
    answer.add_etag()
    return answer


def init_app(app: Flask) -> None:
    version = content_version(FOLDER)

    def serve(version: str, filename: str) -> Response:
        answer = file_answer(filename)
        # An address of another release may name other bytes: served, so that an open page works, but not cached.
        answer.headers["Cache-Control"] = (
            f"public, max-age={ONE_YEAR_S}, immutable" if version == current else "no-store"
        )
        return answer

    def asset(filename: str) -> str:
        """The address of one of our files. Needs no request: the error page of a refused host name uses it too."""
        return f"/static/{current}/{filename}"

    def vendor(name: str) -> str:
        """The address of an installed file by its logical name. Raises KeyError for one that is not installed."""
        return asset(f"vendor/{installed[name]}")

    @cache
    def icon(name: str) -> Markup:
        """A decorative icon, hidden from screen readers because a word stands beside it. Pages have forty of them."""
        return ICON.format(vendor("icons.svg"), name)

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", current)

    current = version
    manifest = FOLDER / "vendor" / "manifest.json"
    installed: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    # The version is in the path, so that the relative imports of a module carry it too.
    app.add_url_rule("/static/<version>/<path:filename>", endpoint="static", view_func=serve)
    app.url_defaults(add_version)
    app.jinja_env.globals.update(asset=asset, vendor=vendor, icon=icon)
