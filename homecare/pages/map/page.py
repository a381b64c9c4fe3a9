"""The map of patients: its page, the card of a patient, and the operator's streets."""

from __future__ import annotations

import os
from datetime import datetime
from typing import ClassVar

from flask import flash, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.access.precision import Precision
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.on_map import area_saving
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, not_found, note_missing, refuse
from homecare.admin.list import own_views
from homecare.db import db
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.models.ours.sub_cities import CENTRES
from homecare.pages.map import map_card, map_data, map_screen, map_words
from homecare.pages.map.map_screen import PATIENTS, MapScreen
from homecare.queries.map import nearest
from homecare.records import lookup
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.on_map import map_request
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError
from homecare.web.settings import current_config

WITHOUT_CONDITIONS = (urls.patients_map([("all", "1")]), "Open the map without conditions")


class PatientsMap(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = dict.fromkeys(
        ("map_view", "ground_view", "card_view", "save_view", "remove_view", "streets_view"), Action.VIEW
    )
    page = PAGES["map"]

    @expose("/")
    def map_view(self) -> ResponseReturnValue:
        """The conditions of the patient list; `layer`, `colour`, `day`, `at` and `around` as `map_words` reads them."""
        if default := own_views.default_address(urls.patients_map(), self._screen):
            return redirect(default)
        screen = self._screen(request.args)
        return self.render(
            "pages/map/map.html",
            screen=screen,
            data=map_data.load(db.session(), screen),
            colours=map_screen.colours_offered(acting()),
            sub_cities=(*CENTRES, "Outside"),
            patients=_lookup("visit_services", "patient_id"),
            campaigns=_lookup("marketing_leads", "campaign_id"),
            sources=shown_table(PATIENTS).fields["source"].choices,
            list_of=map_screen.list_of,
            day_words=say.day,
            when=say.when,
            hour=_hour,
            record=urls.record,
        )

    @expose("/ground.json")
    def ground_view(self) -> ResponseReturnValue:
        """What a map in a form draws: no patient is on it."""
        return jsonify(map_data.ground(db.session()))

    @expose("/card.json")
    def card_view(self) -> ResponseReturnValue:
        """`id` of a patient: what their card says, and where it leads."""
        if acting().decide(self.resource, Action.VIEW).level == Precision.CELLS:
            refuse(self.resource, Action.VIEW, "see single patients on the map")
        card = map_card.load(db.session(), acting(), self._id())
        if card is None:
            not_found(PATIENTS, Action.VIEW, request.args.get("id"))
        return jsonify(card)

    @expose("/areas/", methods=("POST",))
    def save_view(self) -> ResponseReturnValue:
        """`name` and `shape`, as the condition `area` spells one; then the map of that area."""
        name, shape = request.form.get("name", ""), request.form.get("shape", "")
        try:
            area_id = area_saving.save(session=db.session(), by=acting(), name=name, shape=shape)
        except RuleError as error:
            back = (urls.patients_map([("area", shape)]), "Back to the map")
            raise SpokenError(422, error.message, back=back) from error
        except NotAllowedError as error:
            refuse(self.resource, Action.VIEW, str(error))
        flash(f"The area {name.strip()} is saved.", "success")
        return redirect(urls.patients_map([("area", str(area_id))]))

    @expose("/areas/<int:area_id>/delete/", methods=("POST",))
    def remove_view(self, area_id: int) -> ResponseReturnValue:
        try:
            area_saving.remove(session=db.session(), by=acting(), area_id=parse_id(str(area_id)))
        except (LookupError, ValueError):
            not_found(self.resource, Action.DELETE, str(area_id))
        except NotAllowedError:
            refuse(self.resource, Action.DELETE, "delete an area of somebody else", str(area_id))
        flash("The area is deleted. The patients stay.", "success")
        return redirect(urls.patients_map())

    @expose("/streets.pmtiles")
    def streets_view(self) -> ResponseReturnValue:
        """The operator's file in the ranges that are asked for, never compressed: a range counts the file's bytes."""
        path = current_config().basemap_pmtiles
        if not os.path.isfile(path) or not os.access(path, os.R_OK):
            raise SpokenError(404, "This installation has no file of streets that can be read.")
        return send_file(path, mimetype="application/octet-stream", conditional=True)

    def _screen(self, args: MultiDict[str, str]) -> MapScreen:
        by = acting()
        try:
            asked = map_request.read(by, args)
            words = map_words.read(args, asked.precision)
            return map_screen.load(db.session(), by, asked, words)
        except (UnknownConditionError, ValueError) as error:
            raise SpokenError(400, str(error), back=WITHOUT_CONDITIONS) from error
        except ForbiddenConditionError as error:
            refuse(PATIENTS, "filter", f"filter patients by {error.column}", column=error.column)
        except nearest.NoPlaceError as error:
            note_missing(PATIENTS, Action.VIEW, args.get("around"))
            raise SpokenError(404, str(error), back=WITHOUT_CONDITIONS) from error
        except nearest.PlaceHiddenError as error:
            refuse(error.table, Action.VIEW, "see who is near whom", column=error.column)

    def _id(self) -> int:
        try:
            return parse_id(request.args.get("id", ""))
        except ValueError:
            not_found(PATIENTS, Action.VIEW, request.args.get("id"))


def _hour(moment: datetime | str | None) -> str:
    """A moment as queries have it, or as the roster writes it for scripts."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment.removesuffix("Z"))
    return f"{clock.to_addis(moment):%H:%M}" if moment else "open"


def _lookup(table: str, column: str) -> str:
    """Where a picker looks for parents by the column of that table. Empty for who may not."""
    by = acting()
    if not by.may(table):
        return ""
    seen = Seen.of(by, shown_table(table))
    return urls.lookup(table, column) if lookup.may_look_up(seen, seen.table.fields[column]) else ""
