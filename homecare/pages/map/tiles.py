"""The map's tiles: `/<z>/<x>/<y>.mvt`, with the conditions of the list of patients."""

from __future__ import annotations

from typing import ClassVar

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.access.precision import Precision
from homecare.admin.door import GuardedView, acting, refuse
from homecare.audit import reads
from homecare.db import db
from homecare.queries.map import tile_cutting
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.on_map import map_request
from homecare.records.on_map.grid import read_tile
from homecare.web.errors import SpokenError

MIMETYPE = "application/vnd.mapbox-vector-tile"
UNKEPT = {"Cache-Control": "private, no-store"}
COME_NEARER = "These conditions take too long over so many patients. Come nearer, or use fewer conditions."


class Tiles(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"tile_view": Action.VIEW}
    page = PAGES["map_tiles"]

    @expose("/<z>/<x>/<y>.mvt")
    def tile_view(self, z: str, x: str, y: str) -> ResponseReturnValue:
        """204 where nobody is. Read-logged as the map as a whole: a point is nobody until its card is asked for."""
        try:
            tile = read_tile(z, x, y)
            asked = map_request.read(acting(), request.args)
            found = tile_cutting.cut(db.session(), asked, tile)
        except (ValueError, UnknownConditionError) as error:
            raise SpokenError(400, str(error)) from error
        except ForbiddenConditionError as error:
            reason = f"filter the map by {error.column}"
            refuse(map_request.TABLE, "filter", reason, column=error.column)
        except tile_cutting.TooManyError as error:
            raise SpokenError(422, COME_NEARER) from error
        if not found:
            return Response(status=204, headers=UNKEPT)
        if asked.precision is not Precision.CELLS:
            reads.note(map_request.TABLE, ())
        return Response(found, mimetype=MIMETYPE, headers=UNKEPT)
