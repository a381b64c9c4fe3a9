"""The search behind Ctrl+K: JSON for the palette on every page."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.pages.search.everything import search
from homecare.web.errors import SpokenError


class Search(GuardedView):
    """Open to everybody with a role. It finds only what the role may open."""

    needs: ClassVar[dict[str, Action | None]] = {"find": None}
    page = PAGES["search"]

    # Both addresses, because a redirect would cost a second request per typed letter.
    @expose("/")
    @expose("")
    def find(self) -> ResponseReturnValue:
        """`q` → {"groups": [{"name", "items": [{"label", "hint", "url"}]}]}. Without `q`: all pages and actions."""
        try:
            groups = search(db.session(), acting(), request.args.get("q", ""))
        except ValueError as error:
            raise SpokenError(400, str(error)) from error
        return jsonify(groups=[{"name": name, "items": [asdict(one) for one in found]} for name, found in groups])
