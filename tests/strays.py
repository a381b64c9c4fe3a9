"""Values that a column's type permits but no form accepts. Another application or manual SQL can store them."""

from __future__ import annotations

from typing import Any

from doors import Company
from sqlalchemy import Column, Date, DateTime, Integer, Numeric, String, text
from sqlalchemy.exc import DBAPIError

from homecare.models import business_models
from homecare.models.columns import Kind, kind_of

NUMBERS = ["NaN", "Infinity", "-Infinity", "1e40", "0.12345678901234567890", "-12345678.5", "0"]
WHOLE = ["-2147483648", "2147483647", "0"]
MOMENTS = [
    "infinity", "-infinity", "0044-03-15 12:00 BC", "12026-03-09 14:30", "2026-03-09 10:11:12.123456",
    "9999-12-31 23:59:59.999999", "0001-01-01",
]  # fmt: skip
DAYS = ["infinity", "-infinity", "0044-03-15 BC", "12026-03-09", "0001-01-01", "9999-12-31", "1899-12-31"]
TEXTS = [
    "", " ", "\u200b", "Sche\u202eduled ", "👩\u200d⚕️ \u1340\u1210\u12ed", "x" * 100_000, "two\r\nlines\t",
    "NaN", "Zu\u0308rich ~1^",
]  # fmt: skip
PLACES = ["POINT EMPTY", "POINT(500 400)", "POINT(NaN NaN)", "POINT(0 0)", "POINT(38.7 91)", "POINT(180 -90)"]


def values_for(column: Column[Any]) -> list[str]:
    if column.foreign_keys or column.primary_key:
        return []
    if kind_of(column) is Kind.POINT:
        return PLACES
    for type_, found in ((Numeric, NUMBERS), (Integer, WHOLE), (DateTime, MOMENTS), (Date, DAYS)):
        if isinstance(column.type, type_):
            return found
    if isinstance(column.type, String):
        return [value[: column.type.length] if column.type.length else value for value in TEXTS]
    return []


def scatter(company: Company, table: str) -> list[int]:
    """Puts every value that the database takes into the newest rows of the table; returns these rows' ids.

    Of staff not into those who sign in: a stray role would shut their pages by right.
    """
    columns = [(column, values_for(column)) for column in business_models()[table].__table__.columns]
    most = max(len(values) for _, values in columns)
    where = "WHERE id NOT IN (SELECT staff_id FROM dashboard.accounts)" if table == "staff" else ""
    ids = [row.id for row in company.rows(f"SELECT id FROM {table} {where} ORDER BY id DESC LIMIT {most}")]
    for column, values in columns:
        for row_id, value in zip(ids, values, strict=False):
            _put(company, table, column.name, row_id, value)
    return sorted(ids)


def _put(company: Company, table: str, column: str, row_id: int, value: str) -> None:
    with company.engine.connect() as connection:
        try:
            connection.execute(text(f"UPDATE {table} SET {column} = '{value}' WHERE id = {row_id}"))
            connection.commit()
        except DBAPIError:
            # A check, a length or a double: the database itself keeps it out.
            connection.rollback()
