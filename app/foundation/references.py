"""Which rows name a stored file."""

from collections.abc import Collection, Mapping

from sqlalchemy import JSON, Text, cast, literal, select

from app.foundation.db import Base, session


def is_named(columns: Collection[tuple[str, str]], digest: str, freed_by: Mapping[str, str]) -> bool:
    """Tell whether a row names a digest in one of the columns (table, column); one of JSON has it in its text.

    ``freed_by``: table → column; rows in which that has a value name nothing any more.
    """
    return any(_names(table, column, digest, freed_by.get(table)) for table, column in columns)


def _names(table: str, name: str, digest: str, freed: str | None) -> bool:
    columns = Base.metadata.tables[table].c
    column = columns[name]
    holds = cast(column, Text).contains(digest) if isinstance(column.type, JSON) else column == digest
    found = select(literal(1)).where(holds)
    if freed is not None:
        found = found.where(columns[freed].is_(None))
    return session().scalar(found.limit(1)) is not None
