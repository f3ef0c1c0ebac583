"""What every test may ask for: an application on an empty database, on SQLite and on PostgreSQL."""

import os
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import CompoundSelect, Engine, Table, event, literal, select, union_all

from app.commands import create_app
from app.foundation import clock, heads, queue, settings
from app.foundation.db import Base, db
from app.foundation.settings import Settings, from_env
from app.web.limiter import limiter
from tests import population, servers, tokens, world

KEY = "a key that is long enough for every test"


def environment(instance: Path, **more: str) -> Settings:
    """Return the settings of a demonstration in a folder."""
    given = {
        "INSTANCE": str(instance),
        "SECRET_KEY": KEY,
        "BASE_URL": "http://localhost",
        "ENVIRONMENT": "demo",
        "LOG_LEVEL": "ERROR",
    }
    return from_env({**given, **more})


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Let what is written be on the disk when the machine likes: what power loss does is tried by other processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


def without_waiting(engine: Engine) -> None:
    """Let SQLite do the same."""

    def relax(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "connect", relax)


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """One private cluster for this process."""
    if not servers.has_postgres():
        pytest.skip("PostgreSQL is not installed")
    with servers.postgres() as cluster:
        yield cluster


def _application(request, engine: str, instance: Path) -> Iterator[Flask]:
    more = {}
    if engine == "postgresql":
        more["DATABASE_URL"] = request.getfixturevalue("postgres").create("house")
    made = create_app(environment(instance, **more))
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    queue.use(None)
    with made.app_context():
        if engine == "sqlite":
            without_waiting(db.engine)
        db.create_all()
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_app(request, tmp_path_factory) -> Iterator[Flask]:
    yield from _application(request, "sqlite", tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_app(request, tmp_path_factory) -> Iterator[Flask]:
    yield from _application(request, "postgresql", tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def app(request, tmp_path) -> Iterator[Flask]:
    """Yield an application on an empty database, with its context open; emptied again afterwards."""
    yield from open_app(request.getfixturevalue(f"{request.param}_app"))


def open_app(made: Flask) -> Iterator[Flask]:
    """Point the process at an application, open its context, and empty its database afterwards."""
    world.point_process_at(made)
    with made.app_context():
        yield made
        _empty()
        instance = made.extensions["gradivo.settings"].instance
        for left in (instance / heads.NAME, *instance.glob("*.tally")):
            left.unlink(missing_ok=True)


def _empty() -> None:
    """Delete every row; what never held one since is not touched, for that takes longer than many a test."""
    db.session.remove()
    with db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        filled = set(connection.scalars(_list_filled()))
        statements = [str(table.delete()) for table in _tables() if table.name in filled]
        if db.engine.dialect.name == "postgresql":
            raw = connection.connection.dbapi_connection
            raw.execute("; ".join(["SET LOCAL session_replication_role = replica", *statements, _NUMBERS]))
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for statement in statements:
            connection.exec_driver_sql(statement)


_NUMBERS = (
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value > 0"
)
"""Lets every number begin again at one."""


@cache
def _tables() -> Sequence[Table]:
    """Return every table, those first that no other points to."""
    return Base.metadata.sorted_tables[::-1]


@cache
def _list_filled() -> CompoundSelect[tuple[str]]:
    """Return the query for the names of the tables that hold anything."""
    return union_all(*(select(literal(table.name)).where(select(table).exists()) for table in _tables()))


@pytest.fixture
def land(app: Flask) -> world.Land:
    """The small territory that most tests need, with an issuer and the course that has every kind of question."""
    return world.settle()


@pytest.fixture
def now() -> Iterator[datetime]:
    """The moment at which the people of ``tests.population`` are looked at."""
    with clock.at(population.NOW):
        yield population.NOW


@pytest.fixture
def lives(app: Flask, now: datetime) -> world.Land:
    """The people of ``tests.population``, who have learnt in several countries."""
    return population.settle()


@pytest.fixture
def own_settings(app: Flask, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an instance folder of its own, so that its key is new."""
    before = settings.current()
    settings.use(replace(before, instance=tmp_path))
    yield settings.current()
    settings.use(before)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tokens.Token:
    """An empty token of SoftHSM."""
    if not tokens.has_softhsm():
        pytest.skip("SoftHSM is not installed")
    made = tokens.make_token(tmp_path / "softhsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    return made


@pytest.fixture
def in_production(app: Flask) -> Iterator[None]:
    """Let the instance be one that is no demonstration."""
    own = settings.current()
    settings.use(replace(own, environment="production"))
    yield
    settings.use(own)


@pytest.fixture(autouse=True)
def no_foreign_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any connection to another machine fail at once."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test reached out to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
