"""A scratch application with a 25th table, in a process of its own so that no other test sees the table.

Prints as JSON what its screens answer. Arguments: the socket folder, the database's name.
"""

import json
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from clusters import DEMO_PASSWORD, Database
from conftest import Visitor, configured
from doors import Walker
from forms import form_with
from geoalchemy2 import Geography
from sqlalchemy import Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare import create_app, migrate
from homecare.db import Model
from homecare.models.columns import Kind, Stamped, link, plain

GRANT = "INSERT INTO dashboard.grants (role, resource, action) VALUES ('Manager', 'vehicles', 'view')"
ENTRY = (
    "SELECT new ->> 'name' FROM dashboard.changes WHERE resource = 'vehicles' AND kind = 'added' AND origin = 'page'"
)


class Vehicle(Stamped, Model):
    __tablename__ = "vehicles"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    price: Mapped[Decimal | None] = mapped_column(Numeric(15, 2), info=plain(Kind.MONEY))
    driver_id: Mapped[int | None] = link("staff.id", "SET NULL")
    garage: Mapped[Any | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False), info=plain(Kind.POINT)
    )


def main(database: Database, files: Path) -> dict[str, object]:
    with database.owner_engine() as engine, engine.begin() as connection:
        Vehicle.metadata.create_all(connection, [Vehicle.__table__])  # type: ignore[list-item]
    migrate.migrate(database.owner_url, database.serving_url)
    app = create_app(configured(database, files))
    app.test_client_class = Visitor
    admin, manager = (entered(app, role) for role in ("admin", "manager"))
    form = form_with(admin.get("/admin/vehicles/new/").get_data(as_text=True), "_token")
    picked = admin.get("/admin/vehicles/ajax/lookup/", name="driver_id", query="").json[0]
    place = {"garage-lat": "9.0023", "garage-lon": "38.7564"}
    new = {"name": "Ambulance", "price": "1500", "driver_id": picked[0]}
    made = admin.post("/admin/vehicles/new/", form | new | place)
    details = admin.get(made.location).get_data(as_text=True)
    refused = manager.get("/admin/vehicles/").status_code
    with database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(text(GRANT))
        in_the_trail = connection.scalar(text(ENTRY))
    return {
        "trail": in_the_trail,
        "menu": 'href="/admin/vehicles/"' in admin.get("/admin/").get_data(as_text=True),
        "fields": sorted(set(form) - {"csrf_token", "_token"}),
        "made": made.status_code,
        "list": "Ambulance" in admin.get("/admin/vehicles/?search=ambul").get_data(as_text=True),
        "filtered": admin.get("/admin/vehicles/?price__gte=2000&sort=-price").get_data(as_text=True).count("data-id="),
        "parent": picked[1].split(" · ")[0] in details,
        "drawn": 'aria-label="In Kirkos, 0.0 km from its centre"' in details,
        "export": admin.get("/admin/vehicles/export/csv/?columns=name,price").get_data(as_text=True),
        "without a grant": refused,
        "with a grant": manager.get("/admin/vehicles/").status_code,
        "no more than granted": manager.get("/admin/vehicles/new/").status_code,
    }


def entered(app: object, role: str) -> Walker:
    visitor = app.test_client()  # type: ignore[attr-defined]
    visitor.sign_in(f"{role}@homecare.example", DEMO_PASSWORD)
    return Walker(role, 0, visitor, visitor.token("/admin/"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(Database(sys.argv[1], sys.argv[2]), Path(folder))))
