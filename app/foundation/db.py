"""The database: one session, one way to write.

On SQLite (WAL, foreign keys, full synchronisation) a reading request sees one snapshot, and a writing
transaction begins IMMEDIATE, so that it waits for its turn instead of failing. On PostgreSQL each statement that
reads sees what is committed (READ COMMITTED), with or without a transaction around it; so reading goes without
one. A ROLLBACK at the end of every page would let psycopg forget what it prepared, and the planning of a page's
statements costs more than the page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, String, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.foundation.errors import AppError

_BUSY_TIMEOUT_MS = 20_000
_IDLE_SECONDS = 5


class Base(DeclarativeBase):
    """The root of every model; constraint names follow one convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, without a zone in SQLite, ``timestamptz`` in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return a moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def ordered_text(length: int) -> String:
    """Return a text type that is compared byte by byte on every engine: for paths and sort keys."""
    return String(length).with_variant(postgresql.TEXT(collation="C"), "postgresql")


class NestedTransaction(AppError):
    """A workflow was called inside another's transaction: one act has one transaction."""


def session() -> Session:
    """Return the session of the present request, job or command."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of an act, and commit it at the end; whatever is raised undoes all of it.

    What earlier reads hold is let go first: SQLite would refuse to turn its snapshot into a write.
    After the commit the jobs that were enqueued inside are announced to the worker.
    """
    held = session()
    if held.info.get("writing"):
        raise NestedTransaction("transactions do not nest")
    held.info["writing"] = True
    try:
        _begin_writing(held)
        yield held
        held.commit()
    except BaseException:
        held.rollback()
        held.info.pop("after_commit", None)
        raise
    finally:
        held.info["writing"] = False
    for call in held.info.pop("after_commit", ()):
        call()


def _begin_writing(held: Session) -> None:
    """Begin to write, on the connection of earlier reads where these were no transaction: PostgreSQL commits each.

    To give a connection back and take it again costs a tenth of saving an answer.
    """
    if held.get_bind().dialect.name == "postgresql" and held.in_transaction() and not held.new:
        raw: Any = held.connection().connection.dbapi_connection
        if raw.info.transaction_status.name == "IDLE":
            held.expire_all()
            _begin_in_words(raw)
            return
    held.rollback()
    held.connection(execution_options={"writing": True})


@contextmanager
def one_moment() -> Iterator[Session]:
    """Let everything that is read inside be of one moment, while others go on writing; nothing is written."""
    held = session()
    held.rollback()
    is_sqlite = held.get_bind().dialect.name == "sqlite"
    held.connection(execution_options={} if is_sqlite else {"isolation_level": "REPEATABLE READ"})
    try:
        yield held
    finally:
        held.rollback()


def insert_into(model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ``on_conflict_do_update`` on the present engine."""
    is_sqlite = session().get_bind().dialect.name == "sqlite"
    return sqlite.insert(model) if is_sqlite else postgresql.insert(model)


def after_commit(call: Any) -> None:  # noqa: ANN401 -- Any callable without arguments.
    """Have something called once the present transaction is committed, and not if it is undone."""
    session().info.setdefault("after_commit", []).append(call)


def install_engine_rules(engine: Engine) -> None:
    """Give every connection of an engine the rules of the house; ``writing`` asks for a writing transaction."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _refuse_dead)


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        _begin_in_words(connection.connection.dbapi_connection)


def _begin_in_words(raw: Any) -> None:  # noqa: ANN401 -- psycopg's.
    """Begin by a statement: psycopg commits what was so begun, and need not leave autocommit and come back to it."""
    raw.execute("BEGIN ISOLATION LEVEL READ COMMITTED")


def _note_return(_raw: object, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = monotonic()


def _refuse_dead(raw: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 -- psycopg's.
    """Ask a connection that lay idle for a while whether it still stands; the pool replaces one that does not."""
    if monotonic() - record.info.get("returned", monotonic()) > _IDLE_SECONDS:
        try:
            raw.execute("")
        except raw.OperationalError as error:
            raise DisconnectionError from error


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- A raw sqlite3 connection.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-1000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    raw: Any = connection.connection.dbapi_connection
    raw.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
