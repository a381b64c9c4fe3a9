"""The first page after signing in."""

from __future__ import annotations

from typing import ClassVar

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose

from homecare.access.policy import Action
from homecare.admin.guard import GuardedView

page = Blueprint("start", __name__)


@page.get("/")
def start() -> ResponseReturnValue:
    return redirect("/admin/")


class Home(GuardedView, AdminIndexView):
    """Open to everybody who is signed in, those signed in to nothing included: it says so."""

    needs: ClassVar[dict[str, Action | None]] = {"index": None}
    resource = "page:home"
    roleless = frozenset({"index"})

    def __init__(self) -> None:
        # No static folder: nothing of Flask-Admin's own front end is ever served.
        super(AdminIndexView, self).__init__(name="Home", endpoint="admin", url="/admin")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        return self.render("pages/home.html")
