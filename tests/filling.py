"""Rows for every table that there is: plain values by column type, so that no table is ever left untried."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from app.foundation import snapshot
from app.foundation.db import Base

ROWS = 4
"""How many rows each table gets; the last has NULL wherever it may."""

_JSON = ('{"ž": [1, 2.5, "Ђ"]}', "[]", "null", "{}")
_SELDOM = {("certificate", "erased_at")}
"""Columns that the first row alone has: other rows name files of the store."""
_FIXED_JSON = {("paper", "questions"): "[]"}
_FIXED = {("role_grant", "role"): "admin", ("person", "gender"): "f"}
_ALWAYS, _NEVER = ("certificate", "enrolment_id"), ("certificate", "programme_id")
"""A certificate is of one of both."""


def fill(engine: sa.Engine, digests: Mapping[tuple[str, str], str] | None = None) -> None:
    """Insert rows into every table; ``digests`` are the values of columns that name files of the store."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        with snapshot._references_at_rest(connection):
            _fill(connection, digests or {})
        snapshot._set_sequences(connection)


def _fill(connection: sa.Connection, digests: Mapping[tuple[str, str], str]) -> None:
    for table in Base.metadata.sorted_tables:
        for place in range(1, ROWS + 1):
            row = {
                column.name: _value(column, place, digests.get((table.name, column.name)))
                for column in table.columns
            }
            connection.execute(table.insert().values(row))


def _value(column: sa.Column[object], place: int, digest: str | None) -> object:
    name = (column.table.name, column.name)
    if name == _NEVER:
        return sa.null()
    is_left_out = place > 1 if name in _SELDOM else place == ROWS or (column.foreign_keys and place == 1)
    if column.nullable and name != _ALWAYS and is_left_out:
        return sa.null()
    if isinstance(column.type, sa.JSON):
        fixed = _FIXED_JSON.get(name, _json(place, digest))
        return sa.literal_column(f"'{fixed}'")
    return _FIXED.get(name, digest) or _plain(column, place)


def _json(place: int, digest: str | None) -> str:
    return _JSON[place % len(_JSON)] if digest is None else f'{{"a.md": "{digest}"}}'


def _plain(column: sa.Column[object], place: int) -> object:
    kind = column.type
    python = kind.impl_instance.python_type if isinstance(kind, TypeDecorator) else kind.python_type
    values = {
        int: place,
        bool: place % 2 == 0,
        str: f"žЂ {place}"[: getattr(kind, "length", None) or 99],
        datetime: datetime(2026, 3, 29, 1, 30, 0, place, tzinfo=UTC),
        date: date(2028, 2, 29),
        Decimal: Decimal("2.50"),
        UUID: UUID(int=place * 10**30),
    }
    return values[python]
