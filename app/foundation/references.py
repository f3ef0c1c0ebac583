"""Which rows name a stored file."""

from collections.abc import Collection

from sqlalchemy import JSON, Text, cast, literal, select

from app.foundation.db import Base, session


def is_named(columns: Collection[tuple[str, str]], digest: str) -> bool:
    """Tell whether a row names a digest in one of the columns (table, column); one of JSON has it in its text."""
    return any(_names(table, column, digest) for table, column in columns)


def _names(table: str, name: str, digest: str) -> bool:
    column = Base.metadata.tables[table].c[name]
    holds = cast(column, Text).contains(digest) if isinstance(column.type, JSON) else column == digest
    return session().scalar(select(literal(1)).where(holds).limit(1)) is not None
