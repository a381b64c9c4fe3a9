"""IT at the roles page: the matrix opened, cells changed, previewed and saved, all as a browser without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from conftest import Visitor
from forms import Forms

# A select that is sent empty and a checkbox that is not sent are the same to the page.
CLEARED = ""


def forms_in(html: str) -> list[dict[str, str]]:
    parser = Forms()
    parser.feed(html)
    return [dict(form) for form in parser.forms]


@dataclass
class RolesPage:
    visitor: Visitor

    def url(self, role: str) -> str:
        return "/admin/roles/edit?" + urlencode({"role": role})

    def form(self, role: str) -> dict[str, str]:
        answer = self.visitor.get(self.url(role))
        assert answer.status_code == 200, answer.text[:300]
        return next(form for form in forms_in(answer.text) if "complete" in form)

    def send(self, role: str, changes: dict[str, str], do: str, form: dict[str, str] | None = None) -> Any:
        """Posts the matrix with some cells changed."""
        sent = (form or self.form(role)) | changes | {"_do": do}
        return self.visitor.post(self.url(role), data={name: value for name, value in sent.items() if value != CLEARED})

    def preview(self, role: str, changes: dict[str, str]) -> Any:
        return self.send(role, changes, "preview")

    def save(self, role: str, changes: dict[str, str]) -> None:
        answer = self.send(role, changes, "save")
        assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.text)[:1500]

    def make(self, name: str, like: str = "") -> None:
        form = next(f for f in forms_in(self.visitor.get("/admin/roles/").text) if "like" in f)
        answer = self.visitor.post("/admin/roles/new", data=form | {"name": name, "like": like})
        assert answer.status_code == 302, answer.text[:500]

    def version(self) -> str:
        return self.form("Admin")["_version"]
