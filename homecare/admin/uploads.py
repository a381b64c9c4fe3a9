"""The field of a file column: chosen in the form, kept at once, and taken by the row when the form is saved.

What was uploaded survives a form that comes back: it is kept unclaimed, and its key travels in `<column>-kept`, which
is worth something only to the person who uploaded it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from homecare.access.acting import Acting
from homecare.access.fields import TableAccess
from homecare.admin.fields import ColumnField
from homecare.admin.overrides import OVERRIDES
from homecare.admin.tables import TableInfo
from homecare.db import db
from homecare.files import keeping
from homecare.files.keeping import Kept, QuotaError
from homecare.files.kinds import ALSO_CALLED, DOCUMENTS, FILLED, IMAGES, RefusedFileError, takes
from homecare.files.reading import LARGEST_BYTES, BusyError, CleanFile, clean
from homecare.files.store import StoreFullError
from homecare.models.columns import Kind
from homecare.settings import current_config

if TYPE_CHECKING:
    from homecare.admin.editing import Stored

NO_ROOM = "There is no room left for files. Nothing you typed is lost: save without the file, and tell IT."
GONE = "The uploaded file is no longer there. Choose it again."


class FileField(ColumnField):
    """`data` is the key of a stored file; `kept` that of one uploaded but not saved yet; `stored_name` of the saved."""

    largest = LARGEST_BYTES

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if isinstance(data, str) else None)
        self.upload: FileStorage | None = None
        self.kept: Kept | None = None
        self.kept_key, self.removed, self.stored_name, self.removable = "", False, "", False
        if formdata is None:
            return
        sent = formdata.getlist(self.name)
        self.upload = next((one for one in sent if isinstance(one, FileStorage) and one.filename), None)
        typed = next((str(one) for one in sent if not isinstance(one, FileStorage)), "")
        if typed and typed != data:
            self.process_errors = ["Choose the file with the button of the form."]
        self.kept_key = str(formdata.get(f"{self.name}-kept", ""))
        self.removed = bool(formdata.get(f"{self.name}-remove"))
        if self.removed:
            self.data = None

    @property
    def accepted(self) -> tuple[str, ...]:
        pictures = OVERRIDES.get(self.spec.column.table.name, {}).get("pictures", ())
        return IMAGES if self.spec.name in pictures else DOCUMENTS

    @property
    def accept(self) -> str:
        """For the browser's own choice of files."""
        return ",".join(name for kind in self.accepted for name in (kind, *ALSO_CALLED.get(kind, ())))

    @property
    def takes(self) -> str:
        return takes(self.accepted)

    @property
    def shown_name(self) -> str:
        return self.kept.original_name if self.kept else self.stored_name

    def text(self) -> str:
        return self.shown_name

    def take(self, session: Session, by: Acting) -> int | None:
        """Keep what was sent, or find what was kept before; refusals stand at the field.

        Returns the status that the page must have: 429 where others are being read, 507 where there is no room.
        """
        self.kept = self._found(session, by)
        if self.upload is not None:
            try:
                self.kept = self._keep(self.upload, by)
            except (RefusedFileError, QuotaError) as refused:
                self.process_errors = [str(refused)]
            except BusyError as busy:
                self.process_errors = [str(busy)]
                return 429
            except StoreFullError:
                self.process_errors = [NO_ROOM]
                return 507
        if self.kept is not None:
            self.data = self.kept.key
        return None

    def _found(self, session: Session, by: Acting) -> Kept | None:
        if not self.kept_key:
            return None
        found = keeping.find_mine(session, self.kept_key[:64], **self._of(), staff_id=by.person.staff_id)
        if found is None and self.upload is None:
            self.process_errors = [GONE]
        return found

    def _keep(self, upload: FileStorage, by: Acting) -> Kept:
        config = current_config()
        with keeping.one_at_a_time(db.engine, by.person.staff_id):
            keeping.purge(db.engine, config.files_dir)
            keeping.check_day(db.engine, config, by.person.staff_id)
            return keeping.keep(db.engine, config, self._read(upload, by), **self._of(), by=by.person)

    def _read(self, upload: FileStorage, by: Acting) -> CleanFile:
        # One byte more than is allowed tells that it is too large; the rest is never read into memory.
        sent = upload.stream.read(LARGEST_BYTES + 1)
        try:
            return clean(sent, upload.filename or "", self.accepted)
        except RefusedFileError:
            keeping.note_refused(db.engine, len(sent), by.person.staff_id)
            raise

    def _of(self) -> dict[str, str]:
        return {"resource": self.spec.column.table.name, "column": self.spec.name}


def sent_form(info: TableInfo) -> MultiDict[str, Any]:
    """The text of the request with the files of its file columns; a file sent under another name is not looked at."""
    both: MultiDict[str, Any] = MultiDict(request.form.items(multi=True))
    for name, file in request.files.items(multi=True):
        if name in info.fields and info.fields[name].kind is Kind.FILE:
            both.add(name, file)
    return both


def take_all(fields: Iterable[ColumnField], session: Session, by: Acting) -> int | None:
    """Every file of the form; returns the status the page must have where one was not looked at or had no room."""
    statuses = [field.take(session, by) for field in fields if isinstance(field, FileField)]
    return next((status for status in statuses if status), None)


def filled(fields: Iterable[ColumnField]) -> dict[str, Any]:
    """The columns that tell of a file, where one was chosen or removed by this form."""
    found: dict[str, Any] = {}
    for field in fields:
        if not isinstance(field, FileField) or not (field.kept or field.removed):
            continue
        told = FILLED.get((field.spec.column.table.name, field.spec.name), {})
        found |= {column: getattr(field.kept, fact) if field.kept else None for column, fact in told.items()}
    return found


def name_stored(fields: Iterable[ColumnField], access: TableAccess, stored: Stored | None) -> None:
    """Tell the fields what their saved files are called, as far as the role sees it."""
    for field in fields:
        if isinstance(field, FileField) and stored is not None:
            field.stored_name = stored.text(field.spec)
            field.removable = bool(field.stored_name) and access.sees(field.spec.name)
