"""A page for who plans everybody's work, and no other level of the right."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from homecare.access.policy import Action
from homecare.actions.assigning.rights import plans_everybody
from homecare.admin.door import GuardedView, acting, refuse


class PlanningView(GuardedView):
    def is_accessible(self) -> bool:
        return bool(super().is_accessible() and plans_everybody(acting()))

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        answer = super()._handle_view(name, **kwargs)
        if answer is None and not plans_everybody(acting()):
            refuse(self.resource, Action.VIEW, "plan everybody's work")
        return answer
