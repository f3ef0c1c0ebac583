"""The tables' state: which migration a database stands at, and which one the code wants."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def wanted() -> str | None:
    """Return the number of the newest migration of the code; None where there is none yet."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def present(connection: Connection) -> str | None:
    """Return the number of the migration that the database stands at; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database up to a migration."""
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring a database back to a migration; ``base`` is before the first."""
    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Config:
    config = Config(MIGRATIONS / "alembic.ini")
    config.attributes["engine"] = engine
    return config
