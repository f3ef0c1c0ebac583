"""How the database is read and written: a transaction for each act, none for reading on PostgreSQL."""

from time import monotonic

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.pool import NullPool

from app.domain.people.models import Person
from app.foundation.db import NestedTransaction, db, session, transaction
from tests import world

POSTGRESQL = pytest.mark.parametrize(
    "app", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def count() -> int:
    return session().scalar(select(func.count()).select_from(Person)) or 0


def test_an_act_that_fails_leaves_nothing(land):
    def fail() -> None:
        with transaction() as held:
            held.execute(text("DELETE FROM issuer"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert session().scalar(text("SELECT count(*) FROM issuer")) == 1


def test_an_act_within_an_act_is_refused(land):
    with transaction(), pytest.raises(NestedTransaction), transaction():
        pass


def test_what_an_act_wrote_is_read_afterwards(land):
    assert count() == 0
    world.person()
    assert count() == 1


@POSTGRESQL
def test_reading_opens_no_transaction_and_keeps_what_was_prepared(land):
    statement = select(Person.id).where(Person.email == "nobody@example.org")
    for _ in range(8):
        session().execute(statement).all()
        session().rollback()
    assert session().scalar(text("SELECT count(*) FROM pg_prepared_statements")) > 0
    assert (
        session().scalar(text("SELECT state FROM pg_stat_activity WHERE pid = pg_backend_pid()")) == "active"
    )
    assert not session().connection().connection.dbapi_connection.info.transaction_status


@POSTGRESQL
def test_writing_is_one_transaction(land):
    with transaction() as held:
        status = held.connection().connection.dbapi_connection.info.transaction_status
        assert status is TransactionStatus.INTRANS
        assert held.scalar(text("SHOW transaction_isolation")) == "read committed"
    assert (
        session().connection().connection.dbapi_connection.info.transaction_status is TransactionStatus.IDLE
    )


@POSTGRESQL
def test_who_has_read_writes_on_the_same_connection(land):
    read = session().connection().connection.dbapi_connection
    with transaction() as held:
        assert held.connection().connection.dbapi_connection is read
        assert read.info.transaction_status is TransactionStatus.INTRANS
    assert read.info.transaction_status is TransactionStatus.IDLE


def test_what_was_read_before_an_act_is_read_anew_inside(land):
    person = session().get(Person, world.person("somebody@example.org").id)
    person.email = "never kept@example.org"
    other = create_engine(db.engine.url, poolclass=NullPool)
    with other.begin() as connection:
        connection.execute(text("UPDATE person SET given_name = 'Another'"))
    with transaction():
        assert (person.given_name, person.email) == ("Another", "somebody@example.org")


@POSTGRESQL
def test_a_connection_that_died_while_it_lay_idle_is_replaced(land):
    dead = session().scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    other = create_engine(db.engine.url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dead})
    for record in db.engine.pool._pool.queue:
        record.info["returned"] = monotonic() - 60
    assert session().scalar(text("SELECT pg_backend_pid()")) != dead
