"""One campaign: its own funnel, what was planned against what was spent, its landing pages, and its metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, not_found
from homecare.db import db
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.queries.figures import address, may_count
from homecare.queries.funnel import figures_of, one_campaign, question
from homecare.queries.funnel.figures_of import Line
from homecare.queries.funnel.lists_behind import Behind
from homecare.queries.funnel.one_campaign import OneCampaign
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.records import list_request
from homecare.records.counting import Count
from homecare.records.funnel.stages import STAGES
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError

# What else there is of a campaign: the words, the table, and what its rows are filtered by.
BESIDE = (
    ("Landing pages", "landing_pages", ()),
    ("Contents", "campaign_contents", ()),
    ("Tasks", "marketing_tasks", ()),
    ("Open tasks", "marketing_tasks", (("status__in", "Pending,In Progress"),)),
    ("Metrics", "campaign_metrics", ()),
    ("Budgets", "marketing_budgets", ()),
    ("Also touched", "campaign_patients", ()),
)


class FunnelCampaign(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"campaign_view": Action.VIEW}
    page = PAGES["funnel_campaign"]

    @expose("/")
    def campaign_view(self) -> ResponseReturnValue:
        """`id`, and the funnel's own words; the whole campaign where no days are given."""
        campaign = _campaign(request.args.get("id", ""))
        asked = _asked(campaign, {name: request.args[name] for name in request.args if name != "id"})
        who, session = acting(), db.session()
        behind = Behind(who, asked, Sight.of(who))
        return self.render(
            "pages/funnel_campaign/funnel_campaign.html",
            campaign=campaign,
            say_day=say.day,
            question=asked,
            line=_line(asked, campaign),
            stages=STAGES,
            behind=behind,
            pace=one_campaign.pace(session, campaign),
            rates=one_campaign.page_rates(session, who, campaign.id),
            metrics=one_campaign.metrics_by_month(session, campaign.id) if who.may("campaign_metrics") else ([], {}),
            beside=list(_beside(campaign)),
        )


def _campaign(text: str) -> OneCampaign:
    try:
        number = parse_id(text)
    except ValueError as error:
        raise SpokenError(400, f"id: {error}", back=(f"{urls.page('funnel')}/", "All campaigns")) from error
    found = one_campaign.find_campaign(db.session(), acting(), number)
    if found is None:
        not_found(PAGES["funnel_campaign"].resource, Action.VIEW, text)
    return found


def _asked(campaign: OneCampaign, words: Mapping[str, str]) -> Question:
    first = campaign.first if campaign.first and campaign.first <= clock.today() else None
    usual = {"from": first.isoformat()} if first and not words.get("from") and not words.get("to") else {}
    unknown = [name for name in words if name not in question.WORDS]
    try:
        if unknown:
            raise ValueError(f"There is no condition {unknown[0][:60]!r} on a campaign.")
        return question.parse({**words, **usual}).but(by="campaign")
    except (ValueError, OverflowError) as error:
        raise SpokenError(400, str(error), back=(f"{urls.page('funnel')}/", "All campaigns")) from error


def _line(asked: Question, campaign: OneCampaign) -> Line | None:
    found = figures_of.funnel(db.session(), acting(), asked)
    return next((line for line in found.lines if line.key == campaign.id), None)


def _beside(campaign: OneCampaign) -> list[tuple[str, Count, str]]:
    """How many of each there are, with the list, where it opens."""
    found = []
    for words, table, more in BESIDE:
        pairs = [("campaign_id__eq", str(campaign.id)), *more]
        if may_count(acting(), table, pairs):
            asked = list_request.read(Seen.of(acting(), shown_table(table)), MultiDict(pairs))
            found.append((words, asked.count(db.session()), address(table, pairs)))
    return found
