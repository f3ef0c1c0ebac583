"""Brings a database's tables from one migration to another; web servers, which never do, need not load Alembic."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from app.foundation import schema


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database up to a migration."""
    command.upgrade(config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring a database back to a migration; ``base`` is before the first."""
    command.downgrade(config(engine), revision)


def config(engine: Engine) -> Config:
    """Return what Alembic is to know."""
    made = Config(schema.MIGRATIONS / "alembic.ini")
    made.attributes["engine"] = engine
    return made
