"""The tables' state: which migration a database stands at, and which one the code wants."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parents[2] / "migrations"
VERSION_TABLE = "alembic_version"


def wanted() -> str | None:
    """Return the number of the newest migration of the code; None where there is none yet."""
    return max((path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")), default=None)


def present(connection: Connection) -> str | None:
    """Return the number of the migration that the database stands at; None for an empty database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    number: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 -- Own word.
    return number
