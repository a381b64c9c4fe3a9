"""The funnel's data quality: each figure opens the list of the rows to be put right."""

from __future__ import annotations

from typing import ClassVar

from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting
from homecare.db import db
from homecare.queries.funnel.flaws_found import flaws_found, undated_spend


class FunnelQuality(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"quality_view": Action.VIEW}
    page = PAGES["funnel_quality"]

    @expose("/")
    def quality_view(self) -> ResponseReturnValue:
        session = db.session()
        return self.render(
            "pages/funnel_quality/funnel_quality.html",
            here="funnel_quality",
            found=list(flaws_found(session, acting())),
            undated=undated_spend(session),
        )
