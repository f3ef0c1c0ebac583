"""A database as lines of JSON: every table at one moment, the same bytes from every engine, and back again.

A line is a row with its columns by name; rows stand in the order of their primary key. Moments are ISO 8601
in UTC, numbers with a fraction and identifiers are texts, bytes are Base64, and a JSON column is the text of
its JSON, so that an empty column and a JSON ``null`` stay apart.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    String,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.foundation import schema
from app.foundation.db import Base
from app.foundation.errors import AppError, Conflict

_AT_ONCE = 1000


class UnknownTable(AppError):
    """The database holds a table that the code does not know, so that a snapshot would silently lack it."""


class BrokenReference(AppError):
    """A row of the snapshot points to one that is not there."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was written: the migration that the tables stand at, and how many rows each has."""

    head: str
    rows: Mapping[str, int]


def dump(engine: Engine, folder: Path) -> Snapshot:
    """Write every table as ``folder/TABLE.jsonl``, all of one moment, while others go on writing."""
    with _one_moment(engine) as connection:
        head = schema.present(connection)
        if head is None:
            raise Conflict("the database has no tables yet: run flask db upgrade")
        _refuse_unknown_tables(connection)
        rows = {table.name: _dump_table(connection, table, folder) for table in _tables()}
    return Snapshot(head, rows)


def load(engine: Engine, folder: Path) -> None:
    """Fill every table of an empty database from ``folder/TABLE.jsonl``, wholly or not at all.

    Raises Conflict where a table has rows, BrokenReference where a row points to nothing.
    """
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _lock(connection)
        if filled := find_filled(connection):
            raise Conflict(f"the database is not empty: table {filled} has rows")
        with _references_at_rest(connection):
            for table in _tables():
                _load_table(connection, table, folder)
        _set_sequences(connection)


def find_filled(connection: Connection) -> str | None:
    """Return the name of a table that has rows; None where all are empty or there are none."""
    known = set(inspect(connection).get_table_names())
    for table in _tables():
        if table.name in known and connection.scalar(select(literal(1)).select_from(table).limit(1)):
            return table.name
    return None


def _tables() -> list[Table]:
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    is_sqlite = engine.dialect.name == "sqlite"
    options = {} if is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _refuse_unknown_tables(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names()) - {schema.VERSION_TABLE}
    if connection.dialect.name == "sqlite":
        there -= _search_tables(connection)
    if unknown := sorted(there - set(Base.metadata.tables)):
        raise UnknownTable(f"table {unknown[0]} belongs to no model; a backup would lack it")


def _search_tables(connection: Connection) -> set[str]:
    """Return SQLite's full-text tables with their shadows: triggers fill them from the tables themselves."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    virtual = tuple(name for name, source in rows if source and source.startswith("CREATE VIRTUAL TABLE"))
    return {name for name, _ in rows if name in virtual or name.startswith(tuple(f"{v}_" for v in virtual))}


def _dump_table(connection: Connection, table: Table, folder: Path) -> int:
    columns = [_readable(column) for column in table.columns]
    names = [column.name for column in table.columns]
    query = select(*columns).order_by(*(_ordered(key, connection) for key in table.primary_key.columns))
    count = 0
    with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for row in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
            lines.write(_line(dict(zip(names, row, strict=True))))
            count += 1
    return count


def _readable(column: Column[object]) -> ColumnElement[Any]:
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def _ordered(column: Column[object], connection: Connection) -> ColumnElement[Any]:
    is_text = isinstance(column.type, String) and connection.dialect.name == "postgresql"
    return column.collate("C") if is_text else column


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_encoded) + "\n"


def _encoded(value: object) -> str:
    if isinstance(value, date):  # A datetime is one too.
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"no line for a {type(value).__name__}")


_DECODE: Mapping[type, Callable[[str], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    bytes: b64decode,
    Decimal: Decimal,
    UUID: UUID,
}


def _load_table(connection: Connection, table: Table, folder: Path) -> None:
    places = {column.name: _place(column, connection) for column in table.columns}
    decoders = {column.name: _DECODE.get(_python_type(column.type)) for column in table.columns}
    statement = insert(table).values(places)
    with (folder / f"{table.name}.jsonl").open(encoding="utf-8", newline="\n") as lines:
        while chunk := [_values(line, decoders) for line in islice(lines, _AT_ONCE)]:
            connection.execute(statement, chunk)


def _place(column: Column[object], connection: Connection) -> ColumnElement[Any]:
    """Return where a value goes: a JSON column takes its text, and PostgreSQL wants to be told."""
    if not isinstance(column.type, JSON):
        return bindparam(column.name, type_=column.type)
    given = bindparam(column.name, type_=Text())
    return cast(given, column.type) if connection.dialect.name == "postgresql" else given


def _python_type(kind: TypeEngine[object]) -> type:
    if isinstance(kind, JSON):
        return str
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return plain.python_type


def _values(line: str, decoders: Mapping[str, Callable[[str], object] | None]) -> dict[str, object]:
    row = json.loads(line)
    return {
        name: decode(row[name]) if decode is not None and row[name] is not None else row[name]
        for name, decode in decoders.items()
    }


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in _tables())
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")


@contextmanager
def _references_at_rest(connection: Connection) -> Iterator[None]:
    """Let rows arrive in any order; at the end every reference must hold."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BrokenReference(f"table {broken[0]}: row {broken[1]} points to nothing in {broken[2]}")
        return
    keys = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()
    for table, key, _ in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
    yield
    try:
        for table, key, definition in keys:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition}")
    except IntegrityError as error:
        raise BrokenReference(str(error.orig).splitlines()[0]) from error


def _set_sequences(connection: Connection) -> None:
    """Let PostgreSQL count on after the highest identifier that was loaded."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        for key in table.primary_key.columns:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', key.name)))
            if sequence is not None:
                highest = connection.scalar(select(func.max(key))) or 0
                connection.execute(select(func.setval(sequence, highest + 1, literal(False))))
