"""Files made in code, and forms sent with them, for the tests of uploads."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from conftest import Visitor
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from sqlalchemy import Engine, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

HIDDEN = re.compile(r'<input type="hidden" name="(_token|_version|[a-z_]+-kept)" value="([^"]*)">')
SCRIPT = b"<script>alert(document.cookie)</script>"
PHP = b"<?php system($_GET['c']); ?>"


def picture(format_: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else None).save(written, format_, **options)
    return written.getvalue()


def photograph_with_secrets() -> bytes:
    """A JPEG lying on its side, whose camera noted a place and whose owner hid a program in the notes."""
    return picture(size=(400, 200), exif=notes(), comment=PHP)


def notes() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PHP.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int = 50_000) -> bytes:
    """A few kilobytes that say they are two and a half thousand million pixels."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )


def gif_and_script() -> bytes:
    """A GIF that is a program too: its first bytes are a JavaScript variable, its tail the rest."""
    return picture("GIF", mode="P") + b"=1;" + SCRIPT


def pdf(**root: Any) -> bytes:
    """One empty page; `root` adds to the document's own dictionary."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for key, value in root.items():
        writer.root_object[NameObject(f"/{key}")] = value
    return written_pdf(writer)


def written_pdf(writer: PdfWriter) -> bytes:
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def action(kind: str, **more: Any) -> DictionaryObject:
    found = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    found.update({NameObject(f"/{key}"): value for key, value in more.items()})
    return found


def pdf_with_script() -> bytes:
    return pdf(OpenAction=action("JavaScript", JS=TextStringObject("app.alert(1)")))


def pdf_with_launch() -> bytes:
    return pdf(OpenAction=action("Launch", F=TextStringObject("/bin/sh")))


def pdf_with_attachment() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment("x.exe", b"MZ")
    return written_pdf(writer)


def pdf_with_link() -> bytes:
    """A page whose link, when clicked, runs a script."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action("URI")})
    page[NameObject("/Annots")] = ArrayObject([link])
    return written_pdf(writer)


def pdf_locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    return written_pdf(writer)


def pdf_bomb() -> bytes:
    """An object stream of a gigabyte of spaces, in a megabyte."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    stream = StreamObject()
    stream[NameObject("/Type")] = NameObject("/ObjStm")
    stream.set_data(b" ")
    writer._add_object(stream)
    bomb = zlib.compress(bytes(10**8), 9)
    body = b"1 0 obj<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (
        len(bomb), bomb,
    )  # fmt: skip
    return b"%PDF-1.5\n" + body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"


def pdf_of_cycles() -> bytes:
    """Pages that are each other's parents and children."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 9/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Pages/Count 9/Kids[2 0 R]/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def zip_bomb(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(10**7))
    return written.getvalue()


def send_form(visitor: Visitor, url: str, files: dict[str, tuple[bytes, str]], **values: Any) -> Any:
    """Opens the form at `url` and sends it with `files` (column: bytes and name) and what its hidden fields held."""
    page = visitor.get(url).get_data(as_text=True)
    return post_page(visitor, url, page, files, **values)


def post_page(visitor: Visitor, url: str, page: str, files: dict[str, tuple[bytes, str]], **values: Any) -> Any:
    data: dict[str, Any] = dict(HIDDEN.findall(page)) | values | {"csrf_token": visitor.token("/admin/")}
    data |= {column: FileStorage(io.BytesIO(content), name) for column, (content, name) in files.items()}
    # Encoded here, because the test client leaves the temporary file of a large form open.
    boundary, body = encode_multipart(data)
    return visitor.post(url, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def stored(engine: Engine, table: str, column: str, row_id: int) -> str | None:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {column} FROM {table} WHERE id = :id"), {"id": row_id}).scalar_one()
    return None if found is None else str(found)


def one(engine: Engine, sql: str, **values: Any) -> Any:
    with engine.begin() as connection:
        return connection.execute(text(sql), values).scalar()


def new_item(engine: Engine) -> int:
    return int(one(engine, "INSERT INTO inventory_items (name) VALUES ('Wheelchair') RETURNING id"))


def new_patient(engine: Engine) -> int:
    return int(one(engine, "INSERT INTO patients (full_name) VALUES ('Hana Girma') RETURNING id"))


def new_referral(engine: Engine) -> int:
    hospital = one(engine, "INSERT INTO partner_hospitals (name) VALUES ('Black Lion') RETURNING id")
    sql = "INSERT INTO referrals (patient_id, partner_hospital_id) VALUES (:patient, :hospital) RETURNING id"
    return int(one(engine, sql, patient=new_patient(engine), hospital=hospital))


def new_visit(engine: Engine, staff_id: int | None) -> int:
    sql = (
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at) "
        "VALUES (:patient, :staff, timezone('utc', now())) RETURNING id"
    )
    return int(one(engine, sql, patient=new_patient(engine), staff=staff_id))


def edit(table: str, row_id: int) -> str:
    return f"/admin/{table}/edit/?id={row_id}"


def file_of(table: str, row_id: int, column: str) -> str:
    return f"/admin/{table}/file/?id={row_id}&name={column}"


def preview_of(table: str, row_id: int, column: str) -> str:
    return f"/admin/{table}/file/preview/?id={row_id}&name={column}"


def add_photo(visitor: Visitor, item: int, name: str = "chair.jpg", **values: Any) -> Any:
    return send_form(visitor, edit("inventory_items", item), {"photo": (picture(), name)}, **values)


def photo(engine: Engine, item: int) -> str | None:
    return stored(engine, "inventory_items", "photo", item)


def kept_key(answer: Any) -> str:
    """The key that a form carries of a file that is not saved yet."""
    return dict(HIDDEN.findall(answer.get_data(as_text=True)))["photo-kept"]


def on_disk(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}
